import { appendFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import sharp from 'sharp';
import { expect, it, vi } from 'vitest';
import { site, until } from '#test/ingest/fixture.ts';
import { record } from './record.ts';
import { isFull, sized } from './size.ts';

vi.setConfig({ testTimeout: sized(30_000, 300_000) });

/** Noise, which no format makes smaller: 5 MB in full. */
async function largePicture(seed: number, format: 'png' | 'jpeg'): Promise<Buffer> {
  const side = isFull ? 1300 : 240;
  let state = seed + 1;
  const data = Uint8Array.from({ length: side * side * 3 }, () => (state = (state * 48_271) % 0x7fffffff) >> 8);
  const picture = sharp(data, { raw: { width: side, height: side, channels: 3 } });
  return format === 'png' ? picture.png().toBuffer() : picture.jpeg({ quality: 100 }).toBuffer();
}

const PIECES = 10;

it('a slow writer’s pictures are taken once, whole: under way at the start, begun later, and pausing', async () => {
  const betweenMs = isFull ? 1000 : 80;
  const { folder, store, ingest, images, broken } = site({ patienceMs: 10_000, ...(isFull && { settleMs: 500 }) });
  const writers = sized(4, 20);
  const files = await Promise.all(
    Array.from({ length: writers }, async (_, n) => {
      const format = n % 2 === 0 ? 'png' : 'jpeg';
      return { path: join(folder, `${n}.${format}`), bytes: await largePicture(n, format), pauses: n % 4 >= 2 };
    }),
  );
  const write = async ({ path, bytes, pauses }: (typeof files)[number], from: number, to: number): Promise<void> => {
    const length = Math.ceil(bytes.length / PIECES);
    for (let piece = from; piece < to; piece++) {
      await appendFile(path, bytes.subarray(piece * length, (piece + 1) * length));
      // Longer than two looks are apart, shorter than the patience with a missing end.
      await delay(pauses && piece === 5 ? 4 * betweenMs : betweenMs);
    }
  };
  const half = files.slice(0, writers / 2);
  await Promise.all(half.map((file) => write(file, 0, 3)));
  await ingest.addCamera({ name: 'camera', folder });
  await Promise.all([
    ...half.map((file) => write(file, 3, PIECES)),
    ...files.slice(writers / 2).map((file) => write(file, 0, PIECES)),
  ]);
  await until(images, (count) => count === writers);
  await ingest.idle();
  const sizes = store.read.all<{ path: string; bytes: number }>('SELECT path, bytes FROM sighting');
  const whole = sizes.filter(({ path, bytes }) => files.find((file) => file.path === path)?.bytes.length === bytes);
  record({ fault: '6 slow writer', inputs: writers, survived: whole.length, lost: writers - whole.length });
  expect([sizes.length, whole.length]).toEqual([writers, writers]);
  // Never tried before its end was there: nothing was on the list of broken files even for a moment.
  expect(store.read.value('SELECT count(*) FROM quarantine')).toBe(0);
  expect(broken()).toEqual([]);
});

it('a picture whose writer pauses longer than anybody waits is listed, and taken when it is whole', async () => {
  const { folder, ingest, images, broken } = site({ patienceMs: 150 });
  await ingest.addCamera({ name: 'camera', folder });
  const bytes = await largePicture(1, 'png');
  const path = join(folder, 'a.png');
  await appendFile(path, bytes.subarray(0, 50_000));
  await until(broken, ([file]) => file?.code === 'image_broken');
  await appendFile(path, bytes.subarray(50_000));
  await until(images, (count) => count === 1);
  expect(broken()).toEqual([]);
  await rm(path);
});
