import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'csv-parse/sync';
import { expect, test } from 'vitest';
import type { ImageId } from '#core/domain/ids.ts';
import { buildReport } from '#core/report/build-report.ts';
import { renderHtml } from '#core/report/render-html.ts';
import { renderScoresCsv } from '#core/report/scores-csv.ts';
import { renderXlsx } from '#core/report/render-xlsx.ts';
import { pictureFile } from '#core/store/images.ts';
import { addScores } from '#core/store/scores.ts';
import { createTranslator } from '#messages/translate.ts';
import { readSheet, unzip } from '#test/e2e/xlsx.ts';
import { decoders, site } from '#test/ingest/fixture.ts';
import { model, scoreRow } from '#test/store/fixture.ts';
import { smallPng } from './many-pictures.ts';
import { record } from './record.ts';

/** Names that a file system takes and something else stumbles over. */
const names: readonly string[] = [
  ...['カメラ１.png', '\u304c.png', '\u304b\u3099.png', 'ｶﾒﾗ.png', '部品 ０１.png', 'İstanbul.png', 'ﬁ.png'],
  ...['🙂.png', '👩‍🏭🏽.png', 'e\u0301\u0323.png', `${'x'.repeat(251)}.png`, `${'長'.repeat(83)}.png`],
  ...['new\nline.png', 'carriage\r.png', 'tab\t.png', 'bell\u0007.png', 'escape\u001b[31m.png', 'delete\u007f.png'],
  ...['\u202Egnp.exe.png', '\u2066isolate.png', 'zero\u200bwidth.png', '\ufeffmark.png', 'line\u2028separator.png'],
  ...['trailing dot.png.', 'trailing space.png ', ' leading.png', 'two..dots.png', 'UPPER.PNG', 'no-ending'],
  ...['CON.png', 'NUL.png', 'com1.tif', 'aux', 'LPT9.PNG', 'desktop.ini.png'],
  ...["=cmd|' -C calc'!A1.png", '+1+1.png', '-1.png', '@SUM(A1).png', '＝1+1.png', '\t=1.png', '\n=2.png', '%3D1.png'],
  ...['"quoted".png', "'apostrophe.png", 'comma,semicolon;.png', '<img src=x onerror=alert(1)>.png', '{{7*7}}.png'],
  ...[
    '\\..\\up.png',
    'C:\\x.png',
    '%2e%2e%2fup.png',
    '$(touch x).png',
    '`id`.png',
    '*.png',
    '?.png',
    '#.png',
    '&amp;.png',
  ],
];

/** Names in the writings of old cameras, which are no UTF-8. */
const bytesOf = (...bytes: number[]): Buffer => Buffer.concat([Buffer.from(bytes), Buffer.from('.png')]);
const unreadable = [
  bytesOf(0x83, 0x4a, 0x83, 0x81, 0x83, 0x89), // カメラ, Shift-JIS
  bytesOf(0xa5, 0xab, 0xa5, 0xe1, 0xa5, 0xe9), // カメラ, EUC-JP
  bytesOf(0x66, 0xfc, 0x72), // für, Latin-1
  bytesOf(0xed, 0xa0, 0x80), // half of a surrogate pair
];

/** What XML 1.0 cannot hold, however it is escaped: a workbook with it is "damaged". */
// oxlint-disable-next-line no-control-regex -- these characters are what is looked for
const notInXml = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]|&#(x0*[0-8bcef]|0*[0-8]|x0*1[0-9a-f]);/i;

test('17: odd names are opened, or listed with a reason; in reports they are text and nothing else', async () => {
  const pool = decoders();
  const { folder, store, ingest, images, broken } = site({ pool });
  const lot = join(folder, 'lot');
  mkdirSync(lot);
  names.forEach((name, n) => writeFileSync(join(lot, name), smallPng(n)));
  unreadable.forEach((name, n) => writeFileSync(Buffer.concat([Buffer.from(`${lot}/`), name]), smallPng(900 + n)));
  const cameraId = await ingest.addCamera({ name: 'camera', folder });
  await ingest.rescan(cameraId);
  await ingest.idle();

  const rows = store.read.all<{ id: ImageId; name: string }>('SELECT id, file_name AS name FROM image');
  expect(rows.map(({ name }) => name).toSorted()).toEqual(names.toSorted());
  expect(new Set(broken().map(({ code, params }) => `${code} ${params}`))).toEqual(
    new Set(['image_broken {"reason":"file_name"}']),
  );
  expect(broken()).toHaveLength(unreadable.length);
  // Opened again by the path that is kept.
  for (const { id } of rows) {
    const file = pictureFile(store.read, id);
    const shown = await pool.render({ path: file?.path ?? '', sha256: file?.sha256 ?? '', page: 0, maxSide: 16 });
    expect([id, shown.ok]).toEqual([id, true]);
  }

  // Others take the places of some, whose name alone is left for the report to name them by.
  const replaced = names.filter((name) => /^[=+\-@＝\t\n]/.test(name));
  replaced.forEach((name, n) => writeFileSync(join(lot, name), smallPng(500 + n)));
  await ingest.rescan(cameraId);
  await ingest.idle();
  expect(images()).toBe(names.length + replaced.length);
  const modelId = model(store.write);
  const ids = store.read.all<{ id: ImageId }>('SELECT id FROM image ORDER BY id').map(({ id }) => id);
  addScores(
    store.write,
    modelId,
    ids.map((id) => scoreRow(id, 0.5)),
    'scored',
    1,
  );
  const facts = { appVersion: '0', backend: '', person: '', createdAtMs: 1, paper: { examples: [] } };
  const report = buildReport(store.read, facts);
  const translate = createTranslator('ja');
  const paths = report.scores.map(({ path }) => path);
  expect(paths.filter((path) => replaced.includes(path)).toSorted()).toEqual(replaced.toSorted());

  const csv = renderScoresCsv(report.scores);
  const read: { path: string }[] = parse(csv, { bom: true, columns: true, record_delimiter: '\r\n' });
  expect(read.map(({ path }) => path.replace(/^'(?=[=+\-@＝\t\n])/, ''))).toEqual(paths);
  const formulas = read
    .flatMap((row) => Object.values(row))
    .filter((cell) => /^[=+@\t\r\n＝＋－＠]|^-(?!\d)/.test(cell));
  expect(formulas).toEqual([]);

  const workbook = Buffer.from(await renderXlsx(report, translate));
  const sheet = readSheet(workbook, 6);
  expect(sheet).toHaveLength(report.scores.length + 1);
  const parts = [...unzip(workbook)].filter(([name]) => name.endsWith('.xml'));
  expect(parts.filter(([, xml]) => notInXml.test(xml)).map(([name]) => name)).toEqual([]);
  expect(parts.filter(([, xml]) => /<f[ >]/.test(xml)).map(([name]) => name)).toEqual([]);
  expect(sheet.flat().filter((cell) => String(cell).includes('cmd|'))).toHaveLength(2);

  const page = renderHtml(report, translate);
  expect(page).not.toMatch(/<img src=x|onerror=alert/);

  record({
    fault: '17 odd names',
    inputs: names.length + unreadable.length,
    survived: names.length + unreadable.length,
    lost: 0,
    figures: { opened: names.length, listedWithReason: unreadable.length },
  });
});
