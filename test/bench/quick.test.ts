import { execFile } from 'node:child_process';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import * as v from 'valibot';
import { afterAll, beforeAll, expect, test } from 'vitest';

const run = promisify(execFile);
const root = join(import.meta.dirname, '..', '..');

const number = v.nullable(v.number());
/** What design.md §7 promises to whoever reads the last line. */
const LastLine = v.object({
  bench: v.string(),
  rows: v.array(
    v.object({
      what: v.string(),
      ours: number,
      peer: number,
      peer_name: v.nullable(v.string()),
      unit: v.string(),
      ratio: number,
      runs: v.number(),
      spread: v.nullable(v.tuple([v.number(), v.number()])),
    }),
  ),
});

let cache: string;
beforeAll(async () => {
  cache = await mkdtemp(join(tmpdir(), 'minarai-bench-test-'));
});
afterAll(() => rm(cache, { recursive: true, force: true }));

async function bench(...args: string[]) {
  const env = { ...process.env, MINARAI_CACHE: cache, MINARAI_DATA_DIR: join(cache, 'none') };
  const { stdout, stderr } = await run(process.execPath, [join(root, 'bench', 'main.ts'), ...args], { env });
  return { last: v.parse(LastLine, JSON.parse(stdout.trim().split('\n').at(-1) ?? '')), stdout, stderr };
}

test.each([
  ['train', 'small', 2, 'views/s'],
  ['train', 'resnet18', 2, 'views/s'],
  ['train', 'simclr', 1, 'views/s'],
  ['augment', 'machine', 2, 'views/s'],
  ['cluster', 'model', 12, 'views/s'],
])('%s, part %s, runs without peers and prints its rows', { timeout: 60_000 }, async (name, part, rows, unit) => {
  const { last, stderr } = await bench(name, '--quick', '--only', part, '--runs', '1', '--json');
  expect(last.bench).toBe(name);
  expect(last.rows).toHaveLength(rows);
  for (const row of last.rows) {
    expect(row.ours).toBeGreaterThan(0);
    expect(row).toMatchObject({ unit, runs: 1 });
  }
  expect(stderr).toContain('cores');
  expect(await readdir(join(cache, 'bench'))).toEqual([]);
});

test('threshold runs without peers and prints its rows', { timeout: 60_000 }, async () => {
  const { last } = await bench('threshold', '--quick', '--runs', '1', '--json');
  expect(last.rows.map(({ unit, peer }) => [unit, peer])).toEqual(Array.from({ length: 3 }, () => ['ms', null]));
});

test(
  'drift finds what is planted in generated pictures, and nothing where nothing is',
  { timeout: 60_000 },
  async () => {
    const { last } = await bench('drift', '--quick', '--json');
    const [planted, shuffled, taken] = last.rows;
    expect(planted).toMatchObject({ unit: 'pictures', runs: 2 });
    expect(planted?.ours).toBeLessThan(60);
    expect([shuffled?.ours, taken?.ours]).toEqual([0, 0]);
  },
);

test('a machine without the picture sets has no rows of quality, and that is no failure', async () => {
  const { last, stderr } = await bench('quality', '--json');
  expect(last).toEqual({ bench: 'quality', rows: [] });
  expect(stderr).toContain('MINARAI_DATA_DIR');
});
