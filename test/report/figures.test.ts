import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'csv-parse/sync';
import { describe, expect, it, onTestFinished } from 'vitest';
import { createApp } from '#core/app.ts';
import { countInto, noFigures, ratesOf } from '#core/domain/figures.ts';
import { figuresCsv } from '#core/report/figures-csv.ts';
import { openStore } from '#core/store/open.ts';
import { createTranslator } from '#messages/translate.ts';
import { scriptedEngine } from '#test/fakes/engine.ts';
import { fillFigureLine } from '#test/store/figure-line.ts';
import { temporaryFolder } from '#test/store/fixture.ts';
import { programCalls } from '#test/fakes/signed-in.ts';

const lastDay = [2026, 11, 23] as const;
const period = { kind: 'dates', from: '2026-11-16', to: '2026-11-23' } as const;

/** The app over a line of 300 pictures of which nothing is counted yet. */
async function line() {
  const dataDir = temporaryFolder();
  const store = openStore(dataDir);
  const filled = fillFigureLine(store.write, {
    ...{ pictures: 300, days: 8, lastDay, taught: 30, classNames: ['良品', '=cmd()', '欠け'] },
    isDefect: (n) => n % 5 === 0,
  });
  store.close();
  const app = await createApp({
    ...{ dataDir, shell: 'browser', version: '0', defaultLocale: 'ja', launchEngine: () => scriptedEngine({}).port },
    ...{ inspectMachine: () => Promise.resolve([]), log: () => undefined },
  });
  onTestFinished(() => app.close());
  return { client: programCalls(app), dataDir, filled };
}

describe('the app’s figures', () => {
  it('are counted when somebody asks, and follow what a person says next', async () => {
    const { client, filled } = await line();
    const before = await client.figures.get({ period, by: 'camera' });
    expect(before).toMatchObject({ pending: 0, whole: { counts: { pictures: 300, taught: 30 } } });
    const { rows, total } = await client.figures.pictures({ filter: { which: 'waiting' } });
    expect(total).toBe(before.whole.counts.waiting);
    await client.review.decide({ imageId: rows[0]!.id, queue: 'flagged', classId: filled.defects[0]! });
    const after = await client.figures.get({ period, by: 'camera' });
    expect(after.whole.counts).toMatchObject({
      waiting: before.whole.counts.waiting - 1,
      defectFlagged: before.whole.counts.defectFlagged + 1,
    });
    await client.review.undo();
    expect((await client.figures.get({ period, by: 'camera' })).whole).toEqual(before.whole);
  });

  it('are counted in the background, a few pictures at a time', async () => {
    const { client } = await line();
    await expect.poll(async () => (await client.figures.pictures({ filter: { which: 'all' } })).total).toBe(300);
  });

  it('refuse days that contradict each other or do not exist, and filters of another kind', async () => {
    const { client } = await line();
    const get = (from: string, to: string) => client.figures.get({ period: { kind: 'dates', from, to }, by: 'day' });
    await expect(get('2026-11-20', '2026-11-19')).rejects.toMatchObject({ data: { code: 'range_reversed' } });
    await expect(get('2026-02-30', '2026-03-01')).rejects.toMatchObject({ code: 'BAD_REQUEST' });
    const filter = { which: 'passed; DROP TABLE image' } as never;
    await expect(client.figures.pictures({ filter })).rejects.toMatchObject({ code: 'BAD_REQUEST' });
  });

  it.each(['ja', 'en'] as const)('are written as a table that agrees with the screen (%s)', async (locale) => {
    const { client, dataDir } = await line();
    const { whole, groups } = await client.figures.get({ period, by: 'class' });
    const { file } = await client.figures.export({ period, by: 'class', locale });
    const text = readFileSync(join(dataDir, 'exports', file), 'utf8');
    expect(text.startsWith('\uFEFF')).toBe(true);
    const rows = parse(text, { bom: true });
    expect(rows).toHaveLength(2 + groups.length);
    const [head, all, ...others] = rows;
    const at = head!.indexOf(locale === 'ja' ? '止めた割合 （値）' : 'Flagged (value)');
    expect(Number(all![at])).toBe(whole.rates.flagRate.value);
    expect(others.map((row) => Number(row[3]))).toEqual(groups.map(({ counts }) => counts.pictures));
    // A class that a spreadsheet would run as a formula is text.
    expect(others.map(([name]) => name)).toContain("'=cmd()");
  });
});

describe('the table of figures', () => {
  it('makes names of lots harmless, and leaves empty what was not counted', () => {
    const counts = countInto(noFigures, 'none', 'none', 2);
    const row = (key: string) => ({
      ...{ key, name: '', counts, rates: ratesOf(counts), audit: null, differs: null },
    });
    const keys = ['', '=HYPERLINK("x")', '＋1', 'a,"b"\r\nc', '\u202Egnp.exe'];
    const text = figuresCsv([row(''), ...keys.map(row)], 'lot', period, createTranslator('ja'));
    const rows = parse(text, { bom: true });
    expect(rows.slice(2).map(([name]) => name)).toEqual([
      '不明',
      `'=HYPERLINK("x")`,
      "'＋1",
      'a,"b"⟨U+000D⟩⟨U+000A⟩c',
      '⟨U+202E⟩gnp.exe',
    ]);
    expect(rows[1]?.slice(3, 7)).toEqual(['2', '2', '0', '0']);
    expect(new Set(rows.map((fields) => fields.length)).size).toBe(1);
    expect(text).not.toMatch(/NaN|null|undefined|Infinity/);
  });
});
