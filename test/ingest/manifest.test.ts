import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { stateCounts } from '#core/store/counts.ts';
import { listClasses } from '#core/store/classes.ts';
import { labelledPictures } from '#core/store/labels.ts';
import { ingestOnce } from '#core/ingest/ingest-once.ts';
import { applyManifest, decodeManifest, parseManifest } from '#core/ingest/manifest.ts';
import { AppError } from '#core/contract/errors.ts';
import { decoders, png, put, site } from './fixture.ts';

const by = { who: 'sato', atMs: 7 };
const failure = (work: () => unknown): unknown => {
  try {
    return work();
  } catch (error) {
    return error;
  }
};

async function folderOf(names: Record<string, number>) {
  const base = site();
  for (const [name, n] of Object.entries(names)) await put(base.folder, name, n);
  const { store, dataDir, folder } = base;
  await ingestOnce({
    store,
    dataDir,
    pool: decoders(),
    folder,
    signal: new AbortController().signal,
    onProgress: () => undefined,
  });
  return base;
}

describe('parsing a manifest', () => {
  it('takes columns in any order, quoted, with a byte order mark and Windows line ends', () => {
    const text = '\uFEFFSplit,extra,Path,class,group,is_defect\r\ntest,1,"a, b.png",傷,g1,1\r\n,,c.png,良品,,0\r\n\r\n';
    expect(parseManifest(text)).toEqual([
      { line: 2, path: 'a, b.png', className: '傷', isDefect: true, group: 'g1', split: 'test', boxes: [] },
      { line: 3, path: 'c.png', className: '良品', isDefect: false, group: null, split: null, boxes: [] },
    ]);
  });

  it('knows a good class by its name where no column says it', () => {
    const rows = parseManifest('path,class\na,良品\nb,OK\nc,crack\n');
    expect(rows.map((row) => row.isDefect)).toEqual([false, false, true]);
  });

  it.each([
    ['nothing', '', 1, 'path'],
    ['no class column', 'path\na\n', 1, 'class'],
    ['an empty path', 'path,class\na,x\n,x\n', 3, 'path'],
    ['an empty class', 'path,class\na,\n', 2, 'class'],
    ['an unknown split', 'path,class,split\na,x,train\nb,x,valid\n', 3, 'split'],
    ['a strange truth', 'path,class,is_defect\na,x,maybe\n', 2, 'is_defect'],
    ['a region of three numbers', 'path,class,region\na,x,1 2 3\n', 2, 'region'],
    ['a region without an area', 'path,class,region\na,x,1 2 3 4\nb,x,1 2 0 4\n', 3, 'region'],
    ['a region left of the picture', 'path,class,region\na,x,-1 2 3 4\n', 2, 'region'],
    ['a region of a good picture', 'path,class,region\na,OK,1 2 3 4\n', 2, 'region'],
    ['a class that means both', 'path,class,is_defect\na,x,1\nb,x,0\n', 3, 'is_defect'],
    ['one picture twice', 'path,class\na,x\n./a,y\n', 3, 'path'],
    ['an open quote', 'path,class\na,"x\n', 2, ''],
    ['a missing cell', 'path,class,split\na,x,test\nb,x\n', 3, ''],
  ])('names line and column of %s', (_what, text, line, column) => {
    expect(failure(() => parseManifest(text))).toMatchObject({ code: 'csv_invalid', params: { line, column } });
  });

  it('gives back what was written, whatever the names are', () => {
    const plain = fc
      .string({ unit: 'binary', minLength: 1, maxLength: 40 })
      .map((text) => text.replace(/\p{Cc}|\p{Cs}/gu, '').trim())
      .filter((text) => text !== '' && !text.startsWith('\uFEFF'));
    const row = fc.record({
      path: plain.map((text) => text.replaceAll(/[/\\.]/g, '_')),
      className: plain,
      isDefect: fc.boolean(),
      group: fc.option(plain, { nil: null }),
      split: fc.constantFrom('train', 'test', null),
    });
    const quote = (text: string) => `"${text.replaceAll('"', '""')}"`;
    fc.assert(
      fc.property(fc.uniqueArray(row, { selector: (entry) => entry.path, maxLength: 12 }), (rows) => {
        const meaning = new Map(rows.map((entry) => [entry.className, entry.isDefect]));
        const agreed = rows.map((entry) => ({ ...entry, isDefect: meaning.get(entry.className) ?? true }));
        const lines = agreed.map(({ path, className, isDefect, group, split }) =>
          [quote(path), quote(className), isDefect ? '1' : 'false', quote(group ?? ''), split ?? ''].join(','),
        );
        const parsed = parseManifest(['path,class,is_defect,group,split', ...lines].join('\n'));
        expect(parsed).toEqual(agreed.map((entry, n) => ({ line: n + 2, ...entry, boxes: [] })));
      }),
    );
  });

  it('never fails but by its own error', () => {
    const text = fc
      .array(fc.constantFrom('path', 'class', 'split', ',', '\n', '"', 'a', '\r', ';', '\0', '傷', 'test'))
      .map((parts) => parts.join(''));
    fc.assert(
      fc.property(text, (csv) => {
        const result = failure(() => parseManifest(csv));
        expect(Array.isArray(result) || (result instanceof AppError && result.code === 'csv_invalid')).toBe(true);
      }),
      { numRuns: 500 },
    );
  });

  it('reads what Japanese spreadsheets write', () => {
    const shiftJis = Buffer.from([...Buffer.from('path,class\na.png,'), 0x8f, 0x9d, 0x0a]);
    expect(parseManifest(decodeManifest(shiftJis))[0]?.className).toBe('傷');
    expect(parseManifest(decodeManifest(Buffer.from('path,class\na.png,傷\n')))[0]?.className).toBe('傷');
    expect(failure(() => decodeManifest(Buffer.from([0xff, 0xfe, 0xff])))).toMatchObject({ code: 'csv_invalid' });
  });
});

describe('applying a manifest', () => {
  it('gives class, group and split, once', async () => {
    const { store, folder } = await folderOf({ 'a.png': 1, 'b.png': 2 });
    const text = 'path,class,is_defect,group,split\na.png,OK,0,tile-1,train\n./b.png,傷,1,tile-2,test\n';
    expect(applyManifest(store, folder, text, by)).toEqual({ pictures: 2, broken: 0 });
    applyManifest(store, folder, text, by);
    expect(labelledPictures(store.read)).toMatchObject([
      { imageId: 1, isGood: true, group: 'tile-1', split: 'train', source: 'csv' },
      { imageId: 2, isGood: false, group: 'tile-2', split: 'test', source: 'csv' },
    ]);
    expect(store.read.value('SELECT count(*) FROM label')).toBe(2);
  });

  it('keeps where the defect is, and takes nothing where that is outside the picture', async () => {
    const { store, folder } = await folderOf({ 'a.png': 1, 'b.png': 2 });
    const { width, height } = store.read.one<{ width: number; height: number }>('SELECT width, height FROM image')!;
    const text = (region: string) => `path,class,is_defect,region\na.png,OK,0,\nb.png,傷,1,${region}\n`;
    expect(failure(() => applyManifest(store, folder, text(`0 0 ${width + 1} 1`), by))).toMatchObject({
      code: 'csv_invalid',
      params: { line: 3, column: 'region' },
    });
    expect(stateCounts(store.read).labelled).toBe(0);
    applyManifest(store, folder, text(''), by);
    const marked = text(`0 0 ${width / 2} ${height}; 1 1 1 1`);
    applyManifest(store, folder, marked, by);
    applyManifest(store, folder, marked, by);
    applyManifest(store, folder, text(''), by);
    expect(labelledPictures(store.read).map(({ regions }) => regions)).toEqual([
      [],
      [
        { x: 0, y: 0, width: 0.5, height: 1 },
        { x: 1 / width, y: 1 / height, width: 1 / width, height: 1 / height },
      ],
    ]);
    expect(store.read.value('SELECT count(*) FROM label')).toBe(3);
  });

  it('takes nothing of a manifest with a path that is not there', async () => {
    const { store, folder } = await folderOf({ 'a.png': 1 });
    const text = 'path,class\na.png,OK\n../../etc/passwd,OK\n';
    expect(failure(() => applyManifest(store, folder, text, by))).toMatchObject({
      code: 'csv_unknown_path',
      params: { path: '../../etc/passwd', line: 3 },
    });
    expect([listClasses(store.read), stateCounts(store.read).labelled]).toEqual([[], 0]);
  });

  it('passes over pictures that are broken, and never teaches with a picture that also measures', async () => {
    const { store, folder, dataDir } = await folderOf({ 'a.png': 1, 'same.png': 1 });
    await writeFile(join(folder, 'torn.png'), (await png(3)).subarray(0, 90));
    await ingestOnce({
      store,
      dataDir,
      pool: decoders(),
      folder,
      signal: new AbortController().signal,
      onProgress: () => undefined,
    });
    const text = 'path,class,split\na.png,OK,train\nsame.png,OK,test\ntorn.png,OK,train\n';
    expect(applyManifest(store, folder, text, by)).toEqual({ pictures: 1, broken: 1 });
    expect(labelledPictures(store.read)).toMatchObject([{ imageId: 1, split: 'test' }]);
  });
});
