import { join } from 'node:path';
import * as v from 'valibot';
import { PretrainConfig } from '#core/contract/engine.ts';
import { Random } from '#core/domain/random.ts';
import { writeRawPicture } from '#core/imaging/raw-picture.ts';
import { DataOrder } from '#engine/data-order.ts';
import { plainNormalisation } from '#engine/normalise.ts';
import { readPicture } from '#engine/pictures.ts';
import { ReadAhead } from '#engine/read-ahead.ts';
import { openTensorFlow, tf } from '#engine/tf.ts';
import { toTileBatch } from '#engine/tile-batch.ts';
import { TileWorkers } from '#engine/tile-workers.ts';
import { TrainingPictures } from '#engine/training-pictures.ts';
import type { Measured } from '../side.ts';
import type { Ready } from './side.ts';

const Params = v.object({
  paths: v.array(v.string()),
  workDir: v.string(),
  config: PretrainConfig,
  batches: v.number(),
});

const READ_AHEAD = 3;

/**
 * Decoded pictures → normalised views in TensorFlow, as the training loop makes them: tile workers cut and damage, TensorFlow
 * changes the light.
 */
export async function prepareAugment(input: unknown): Promise<Ready> {
  const { paths, workDir, config, batches } = v.parse(Params, input);
  await openTensorFlow();
  const channels = config.channels ?? 1;
  const pictures = new TrainingPictures(paths.length);
  for (const [index, path] of paths.entries()) {
    const file = join(workDir, `${index}.px`);
    pictures.add(file, await writeRawPicture(file, await readPicture({ path, page: 0 }, channels)));
  }
  const cut = { ...config, channels };
  const workers = new TileWorkers(cut);
  const viewsPerBatch = 2 * config.batch + config.damagedBatch;

  const once = async (count: number): Promise<Measured> => {
    const startMs = performance.now();
    const random = new Random(config.seed);
    const ahead = new ReadAhead({
      random,
      order: new DataOrder(pictures.size, random.fork()),
      batch: config.batch,
      depth: READ_AHEAD,
      sourceOf: (picture) => pictures.source(picture, plainNormalisation),
      cut: (sources, state) => workers.cut(sources, state),
    });
    for (let batch = 0; batch < count; batch++) {
      const drawn = await ahead.next();
      tf.tidy(() => {
        const { views } = toTileBatch(drawn.tiles, cut, plainNormalisation, drawn.random);
        // One number: until it is read, nothing needs to have been computed.
        tf.slice4d(views, [0, 0, 0, 0], [1, 1, 1, 1]).dataSync();
      });
      workers.giveBack(drawn.tiles);
    }
    return { seconds: (performance.now() - startMs) / 1000, items: count * viewsPerBatch };
  };
  await once(2);
  return { facts: { detail: 'tile workers and TensorFlow' }, run: () => once(batches) };
}
