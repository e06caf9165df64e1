import { mkdtemp, rm, truncate } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as v from 'valibot';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { AugmentConfig } from '#core/contract/engine.ts';
import { Random } from '#core/domain/random.ts';
import { writeRawPicture } from '#core/imaging/raw-picture.ts';
import { cutLengths, cutTiles } from '#engine/cut-tiles.ts';
import type { CutConfig, CutTiles, TileSource } from '#engine/cut-tiles.ts';
import { DataOrder } from '#engine/data-order.ts';
import { ReadAhead } from '#engine/read-ahead.ts';
import { RowReader } from '#engine/read-rows.ts';
import { tileWorkerCount, TileWorkers } from '#engine/tile-workers.ts';

const config: CutConfig = { channels: 3, tilePx: 32, damagedBatch: 5, augment: v.parse(AugmentConfig, {}) };
let folder: string;
let sources: TileSource[];
let workers: TileWorkers;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'minarai-tiles-'));
  const random = new Random(3);
  sources = await Promise.all(
    Array.from({ length: 9 }, async (_, index) => {
      const [width, height] = [40 + random.below(100), 40 + random.below(100)];
      const data = Uint8Array.from({ length: width * height * 3 }, () => random.below(256));
      const file = join(folder, `${index}.px`);
      await writeRawPicture(file, { width, height, channels: 3, data });
      return { file, width, height, gain: 1 + index / 10 };
    }),
  );
});
afterEach(() => workers.close());
afterAll(() => rm(folder, { recursive: true }));

function cutHere(seed: number, pictures: readonly TileSource[] = sources): CutTiles {
  const lengths = cutLengths(pictures.length, config);
  const tiles = { pixels: new Float32Array(lengths.pixels), mask: new Float32Array(lengths.mask) };
  cutTiles(pictures, config, new Random(seed), new RowReader(), tiles);
  return tiles;
}

const stateOf = (seed: number) => new Random(seed).state();

it('gives every batch what its generator says, however many threads there are and whatever its arrays held before', async () => {
  for (const count of [1, 3]) {
    workers = new TileWorkers(config, count);
    for (let round = 0; round < 3; round++) {
      const seeds = [1, 2, 3, 4].map((seed) => 10 * round + seed);
      const cut = await Promise.all(seeds.map((seed) => workers.cut(sources, stateOf(seed))));
      cut.forEach((tiles, index) => expect(tiles).toEqual(cutHere(seeds[index] ?? 0)));
      cut.forEach((tiles) => workers.giveBack(tiles));
    }
    await workers.close();
  }
});

it('cuts more damaged tiles than there are clean ones, and none', async () => {
  const few = sources.slice(0, 2);
  workers = new TileWorkers(config, 1);
  const tiles = await workers.cut(few, stateOf(7));
  expect(tiles).toEqual(cutHere(7, few));
  expect(tiles.pixels.subarray(-32 * 32 * 3).some((value) => value > 0)).toBe(true);
  await workers.close();
  workers = new TileWorkers({ ...config, damagedBatch: 0 }, 1);
  expect((await workers.cut(few, stateOf(7))).mask.every((value) => value === 0)).toBe(true);
});

it('names a decoded file that is gone or torn, and goes on with the next batch', async () => {
  workers = new TileWorkers(config, 1);
  const gone = { ...(sources[0] as TileSource), file: join(folder, 'none.px') };
  const torn = { width: 200, height: 200, gain: 1, file: join(folder, 'torn.px') };
  await writeRawPicture(torn.file, { width: 200, height: 200, channels: 3, data: new Uint8Array(200 * 200 * 3) });
  await truncate(torn.file, 40);
  for (const [source, reason] of [
    [gone, 'missing'],
    [torn, 'damaged'],
  ] as const) {
    const failing = workers.cut([source], stateOf(1));
    await expect(failing).rejects.toMatchObject({ code: 'pixels_lost', params: { path: source.file, reason } });
  }
  await expect(workers.cut(sources, stateOf(1))).resolves.toEqual(cutHere(1));
});

it('ends every batch with an error when a thread dies', async () => {
  workers = new TileWorkers(config, 2, join(import.meta.dirname, 'dying-tile-worker.ts'));
  const dead = { code: 'engine_crashed', params: { reason: 'tile_worker', detail: 'out of memory' } };
  const all = await Promise.allSettled([1, 2, 3].map((seed) => workers.cut(sources, stateOf(seed))));
  all.forEach((one) => expect(one).toMatchObject({ status: 'rejected', reason: dead }));
  await expect(workers.cut(sources, stateOf(4))).rejects.toMatchObject(dead);
});

it('ends every batch with the reason of whoever ends it', async () => {
  workers = new TileWorkers(config, 1);
  const reason = new Error('stopped by a person');
  const cutting = workers.cut(sources, stateOf(1));
  workers.end(reason);
  await expect(cutting).rejects.toBe(reason);
});

it('keeps cores for the training where they are few', () => {
  expect([1, 2, 4, 8, 16, 64].map(tileWorkerCount)).toEqual([1, 1, 1, 2, 4, 4]);
});

it('draws again what was read ahead but not trained on', async () => {
  workers = new TileWorkers(config, 1);
  const begin = (random: Random, order: DataOrder) =>
    new ReadAhead({
      random,
      order,
      batch: 4,
      depth: 3,
      sourceOf: (index) => sources[index] as TileSource,
      cut: (chosen, state) => workers.cut(chosen, state),
    });
  const straight = begin(new Random(1), new DataOrder(9, new Random(2)));
  for (let step = 0; step < 4; step++) await straight.next();
  const { random, order } = straight.state();
  const resumed = begin(Random.restore(random), DataOrder.restore(9, order));
  for (let step = 0; step < 5; step++) {
    const [expected, got] = [await straight.next(), await resumed.next()];
    expect(got.tiles).toEqual(expected.tiles);
    expect(got.random.state()).toEqual(expected.random.state());
  }
});
