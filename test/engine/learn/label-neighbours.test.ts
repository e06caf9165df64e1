import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { Random } from '#core/domain/random.ts';
import { labelNeighbours } from '#engine/learn/label-neighbours.ts';

const folder = mkdtempSync(join(tmpdir(), 'minarai-neighbours-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const ROWS = 300;
const COLUMNS = 12;
const COUNT = 5;

test('the nearest rows of other groups are those that plain arithmetic finds, in chunks and at any length of the rows', async () => {
  const random = new Random(4);
  const data = Float32Array.from({ length: ROWS * COLUMNS }, () => 3 * random.normal());
  const groups = Array.from({ length: ROWS }, (_, n) => Math.floor(n / 3));
  const vectorsFile = join(folder, 'vectors.f32');
  const outFile = join(folder, 'out.f32');
  writeFileSync(vectorsFile, new Uint8Array(data.buffer));
  expect(await labelNeighbours({ vectorsFile, dimension: COLUMNS, groups, count: COUNT, outFile })).toEqual({
    count: COUNT,
  });
  const bytes = readFileSync(outFile);
  const found = new Float32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength));
  const row = (n: number) => [...data.subarray(n * COLUMNS, (n + 1) * COLUMNS)];
  for (let n = 0; n < ROWS; n++) {
    const own = row(n);
    const expected = groups
      .map((group, at) => {
        const other = row(at);
        const dot = own.reduce((sum, value, i) => sum + value * (other[i] ?? 0), 0);
        return { group, at, cosine: dot / (Math.hypot(...own) * Math.hypot(...other)) };
      })
      .filter(({ group }) => group !== groups[n])
      .toSorted((a, b) => b.cosine - a.cosine)
      .slice(0, COUNT);
    const from = n * COUNT;
    expect([...found.subarray(from, from + COUNT)]).toEqual(expected.map(({ at }) => at));
    expected.forEach(({ cosine }, place) => expect(found[ROWS * COUNT + from + place]).toBeCloseTo(cosine, 4));
  }
}, 60_000);

test('rows of one group only have none; a file of another size is refused', async () => {
  const vectorsFile = join(folder, 'few.f32');
  const outFile = join(folder, 'few-out.f32');
  writeFileSync(vectorsFile, new Uint8Array(Float32Array.of(1, 0, 0, 1).buffer));
  await labelNeighbours({ vectorsFile, dimension: 2, groups: [4, 4], count: 3, outFile });
  const bytes = readFileSync(outFile);
  expect([...new Float32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + 16))]).toEqual([-1, -1, -1, -1]);
  await expect(labelNeighbours({ vectorsFile, dimension: 3, groups: [1, 2], count: 1, outFile })).rejects.toMatchObject(
    { code: 'internal' },
  );
}, 60_000);
