import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';
import { beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import type { PagePrinter } from '#core/app-types.ts';
import { AppError, type ErrorData } from '#core/contract/errors.ts';
import { openCore } from '#core/core.ts';
import { createExports, replaceFile } from '#core/exports.ts';
import { ingestOnce } from '#core/ingest/ingest-once.ts';
import { addDecision } from '#core/store/decisions.ts';
import { addLabel } from '#core/store/labels.ts';
import { addScores } from '#core/store/scores.ts';
import { applyThreshold } from '#core/store/thresholds.ts';
import { scriptedEngine } from '#test/fakes/engine.ts';
import { classes, model, scoreRow, temporaryFolder } from '#test/store/fixture.ts';
import type { ImageId } from '#core/domain/ids.ts';

vi.mock('node:fs/promises', { spy: true });
beforeEach(() => void vi.mocked(writeFile).mockReset());

const pdf = Buffer.from('%PDF-');
const printer: PagePrinter = { pdf: async () => pdf, png: async () => Buffer.from('PNG') };

/** A pilot of twelve real pictures: one flagged and put right, one passed though it is a defect. */
async function pilot(lent: PagePrinter | undefined = printer) {
  const dataDir = temporaryFolder();
  const folder = temporaryFolder();
  for (let n = 1; n <= 12; n++) {
    const pixels = sharp({
      create: { width: 64, height: 40, channels: 3, background: { r: 9 * n, g: 80, b: 80 } },
    });
    writeFileSync(join(folder, `part-${n}.png`), await pixels.png().toBuffer());
  }
  const core = openCore({
    version: '0',
    ...{ dataDir, defaultLocale: 'en', launchEngine: () => scriptedEngine({}).port, log: () => undefined },
    ...{ automatic: () => false, looksBeside: false },
  });
  onTestFinished(() => core.close());
  const { store } = core;
  await ingestOnce({
    ...{
      store,
      dataDir,
      folder,
      pool: core.decoders,
      signal: new AbortController().signal,
      onProgress: () => undefined,
    },
  });
  const { good, bad } = classes(store.write);
  const ids = Array.from({ length: 12 }, (_, at) => (at + 1) as ImageId);
  const modelId = model(store.write);
  addScores(
    store.write,
    modelId,
    ids.map((id) => scoreRow(id, id / 13)),
    'held_out',
    1,
  );
  applyThreshold(store.write, { modelId, review: 0.5, reject: 0.9, reason: '', who: 'w', atMs: 2 });
  for (const imageId of ids.slice(0, 4))
    addLabel(store.write, { imageId, classId: good, source: 'teach', who: '', atMs: 3 });
  addLabel(store.write, { imageId: ids[4]!, classId: bad, source: 'teach', who: 'Sato', atMs: 3 });
  addDecision(store.write, {
    imageId: ids[11]!,
    queue: 'flagged',
    classId: good,
    reason: 'dust',
    who: 'Sato',
    atMs: Date.now() + 60_000,
  });
  const heat = async (id: ImageId): Promise<Uint8Array | null> => {
    if (id === 12) throw new AppError('engine_crashed');
    return id === 5 ? readFileSync(join(folder, 'part-1.png')) : null;
  };
  const exports = createExports(core, { version: '1', heat, printer: lent });
  return { exports, dataDir, out: join(temporaryFolder(), 'out'), core };
}

describe('the files of a report', () => {
  it('are five from one report, under one name, and nothing beside them', async () => {
    const { exports, dataDir } = await pilot();
    const { files, folder } = await exports.write('ja');
    expect(files.map(({ kind, error }) => [kind, error])).toEqual(
      ['html', 'pdf', 'xlsx', 'csv', 'png'].map((kind) => [kind, null]),
    );
    expect(readdirSync(folder).sort()).toEqual(files.map(({ name }) => name).sort());
    expect(folder).toBe(join(dataDir, 'exports'));
    for (const { name } of files) expect(exports.file(name)).toBe(join(folder, name));
  });

  it('show the misses and the corrections with their heat map and history; a map that cannot be drawn is left out', async () => {
    const { exports, out } = await pilot();
    const { examples, scores, provenance } = await exports.writeTo(out, 'en', () => undefined);
    expect(examples.filter(({ why }) => why === 'missed')).toMatchObject([
      { imageId: 5, verdict: 'ok', label: 'NG', heatUrl: expect.stringMatching(/^data:image\/png;base64,/) },
    ]);
    expect(examples.filter(({ why }) => why === 'corrected')).toMatchObject([
      { imageId: 12, verdict: 'reject', label: 'OK', heatUrl: null, ledgerLines: 4 },
    ]);
    expect(examples.find(({ imageId }) => imageId === 12)?.ledger.at(-1)).toMatchObject({
      event: 'reviewed',
      who: 'Sato',
    });
    expect(scores.map(({ counted }) => counted).slice(0, 6)).toEqual([
      'good',
      'good',
      'good',
      'good',
      'defect',
      'unknown',
    ]);
    expect(provenance).toMatchObject({
      // Flat colours are no pictures of a part: the quality gate keeps them out of training.
      cameras: [{ images: 12, rejected: 0, duplicates: 0, keptOut: 12 }],
      testSet: { good: 0, defects: 0, frozen: null },
    });
    const page = readFileSync(join(out, 'report.html'), 'utf8');
    expect(page.match(/class="example"/g)?.length).toBe(examples.length);
    expect(page).toContain('Judged by a person');
  });

  it('the screen gets the figures without pictures and rows', async () => {
    const { exports } = await pilot();
    const report = exports.report();
    expect([report.examples, report.scores]).toEqual([[], []]);
    expect(report.threshold?.rates.escape).toMatchObject({ numerator: 1, denominator: 1 });
  });

  it.each([
    ['without a browser', undefined, 'no_browser'],
    [
      'with a browser that fails',
      { pdf: async () => Promise.reject(new AppError('print_failed', { detail: 'x' })), png: printer.png },
      'print_failed',
    ],
  ] as const)('%s the others are there, and each that lacks says why', async (_, lent, code) => {
    const here = await pilot();
    const exports = createExports(here.core, { version: '1', heat: async () => null, printer: lent });
    const { files } = await exports.write('en');
    expect(files.find(({ kind }) => kind === 'pdf')?.error?.code).toBe(code);
    expect(files.filter(({ error }) => error === null).map(({ kind }) => kind)).toEqual(
      expect.arrayContaining(['html', 'xlsx', 'csv']),
    );
    // On the command line an older PDF does not stay beside a page that says otherwise.
    mkdirSync(here.out);
    writeFileSync(join(here.out, 'report.pdf'), 'of last week');
    const told: [string, ErrorData][] = [];
    await exports.writeTo(here.out, 'en', (file, error) => told.push([file, error]));
    expect(told.map(([file, error]) => [file, error.code])).toContainEqual(['report.pdf', code]);
    expect(existsSync(join(here.out, 'report.pdf'))).toBe(false);
    expect(existsSync(join(here.out, 'report.html'))).toBe(true);
  });

  it('a full disk leaves no half file and says so at each', async () => {
    const { exports, dataDir } = await pilot();
    const full = Object.assign(new Error('no space left'), { code: 'ENOSPC', path: 'x' });
    const real = (await vi.importActual<typeof import('node:fs/promises')>('node:fs/promises')).writeFile;
    vi.mocked(writeFile).mockImplementation(async (file, data) => {
      await real(file, (data as string | Uint8Array).slice(0, 10));
      throw full;
    });
    const { files } = await exports.write('en');
    expect(files.map(({ error }) => error?.code)).toEqual(new Array(5).fill('disk_full'));
    expect(readdirSync(join(dataDir, 'exports'))).toEqual([]);
  });
});

describe('replacing a file', () => {
  it('keeps the old one where another program holds it, and says which', async () => {
    const file = join(temporaryFolder(), 'report.xlsx');
    writeFileSync(file, 'old');
    vi.mocked(writeFile).mockRejectedValue(Object.assign(new Error('held'), { code: 'EBUSY' }));
    await expect(replaceFile(file, 'new')).rejects.toMatchObject({
      code: 'file_in_use',
      params: { file: 'report.xlsx' },
    });
    expect(readFileSync(file, 'utf8')).toBe('old');
  });

  it.skipIf(process.getuid?.() === 0)('a folder that may not be written is told as what it is', async () => {
    const folder = temporaryFolder();
    chmodSync(folder, 0o500);
    await expect(replaceFile(join(folder, 'report.csv'), 'x')).rejects.toMatchObject({ code: 'EACCES' });
  });
});
