import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ImageRow } from '#core/contract/engine.ts';
import { decodeImage } from '#core/imaging/decode.ts';
import { writeRawPicture } from '#core/imaging/raw-picture.ts';
import { readPicture } from '#engine/pictures.ts';
import { chooseChannels, NormalisationFit, readAll, type ReadResult } from '#engine/read-pictures.ts';
import { writeSite } from './site.ts';

const never = new AbortController().signal;
let folder: string;
/** Rows without decoded files, and the same with. */
let plain: ImageRow[];
let decoded: ImageRow[];

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'minarai-pictures-'));
  const lines = readFileSync(await writeSite(folder, 12, { gain: true }), 'utf8').trim();
  plain = lines.split('\n').map((line) => ({ page: 0, ...(JSON.parse(line) as Pick<ImageRow, 'id' | 'path'>) }));
  decoded = await Promise.all(
    plain.map(async (row) => {
      const pixels = join(folder, `${row.id}.px`);
      await writeRawPicture(pixels, await decodeImage(row.path, { channels: 1, maxSide: 512 }));
      return { ...row, pixels };
    }),
  );
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function all(rows: readonly ImageRow[]): Promise<ReadResult[]> {
  const results: ReadResult[] = [];
  for await (const result of readAll(rows, 1, never)) results.push(result);
  return results;
}

describe('pictures that lie decoded on the disk', () => {
  it('are to the network what decoding the originals gives', async () => {
    const [here, there] = [await all(plain), await all(decoded)];
    const fits = [new NormalisationFit(), new NormalisationFit()] as const;
    expect(there).toHaveLength(12);
    for (const [n, result] of here.entries()) {
      const other = there[n];
      if (!('picture' in result) || other === undefined || !('picture' in other)) throw new Error(`picture ${n}`);
      expect(Buffer.compare(result.picture.data, other.picture.data)).toBe(0);
      expect(other.picture.mean).toBeCloseTo(result.picture.mean, 7);
      fits[0].add(result.picture);
      fits[1].add(other.picture);
    }
    const [a, b] = [fits[0].result(), fits[1].result()];
    expect(a.gainToMean).not.toBeNull();
    expect(b.gainToMean).toBeCloseTo(a.gainToMean ?? 0, 6);
    expect([b.mean, b.deviation]).toEqual([expect.closeTo(a.mean, 6), expect.closeTo(a.deviation, 6)]);
    expect(await chooseChannels(decoded, never)).toBe(1);
  });

  it('are read without loading any decoder', () => {
    const run = (rows: readonly ImageRow[]): unknown => {
      const file = join(folder, 'rows.ndjson');
      writeFileSync(file, rows.map((row) => JSON.stringify(row)).join('\n'));
      const script = join(import.meta.dirname, 'read-decoded.ts');
      return JSON.parse(execFileSync(process.execPath, [script, file], { encoding: 'utf8' }));
    };
    expect(run(decoded)).toEqual({ pictures: 12, decoder: false });
    expect(run(plain)).toEqual({ pictures: 12, decoder: true });
  });

  it('are decoded from the original where a network sees other channels', async () => {
    const path = join(folder, 'red.png');
    await sharp({ create: { width: 20, height: 10, channels: 3, background: '#ff0000' } })
      .png()
      .toFile(path);
    const row = { path, page: 0, pixels: join(folder, 'red.px') };
    await writeRawPicture(row.pixels, await decodeImage(path, { channels: 1 }));
    const colour = await readPicture(row, 3);
    expect(colour.channels).toBe(3);
    expect([...colour.data.subarray(0, 3)]).toEqual([255, 0, 0]);
    expect((await readPicture(row)).channels).toBe(1);
  });

  it('end the walk when one is lost, while a broken original is only one answer', async () => {
    const torn = { id: 90, path: join(folder, 'torn.png'), page: 0 };
    writeFileSync(torn.path, readFileSync(plain[0]?.path ?? '').subarray(0, 200));
    const results = await all([...plain.slice(0, 3), torn, ...plain.slice(3)]);
    expect(results.flatMap((result) => ('code' in result ? [result.row.id, result.code] : []))).toEqual([
      90,
      'image_broken',
    ]);
    const gone = { ...torn, pixels: join(folder, 'gone.px') };
    await expect(all([...decoded.slice(0, 6), gone, ...decoded])).rejects.toMatchObject({
      code: 'pixels_lost',
      params: { path: gone.pixels, reason: 'missing' },
    });
    const damaged = { ...torn, pixels: join(folder, 'damaged.px') };
    writeFileSync(damaged.pixels, readFileSync(decoded[0]?.pixels ?? '').fill(0, 40));
    await expect(all([damaged])).rejects.toMatchObject({ code: 'pixels_lost', params: { reason: 'damaged' } });
  });
});
