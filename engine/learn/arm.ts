import type { Tensor4D } from '@tensorflow/tfjs-core';
import type { ImageRow } from '#core/contract/engine.ts';
import { Random } from '#core/domain/random.ts';
import { download } from '../backends/download.ts';
import { createEncoder } from '../encoder.ts';
import type { Encoder } from '../encoder.ts';
import type { Normalisation } from '../normalise.ts';
import { toBatch } from '../pictures.ts';
import type { Picture } from '../pictures.ts';
import { readAll } from '../read-pictures.ts';

/*
 * The random-init arm: the same network with random weights, its batch-norm statistics calibrated on the site's pictures.
 * Everything learned from labels is then learned in the same way, so that the difference is what pretraining brought.
 */

const BATCHES = 12;
const BATCH = 16;

/** The part of a picture from (left, top) of the given size; the mean stays the whole picture's, as exposure does. */
function crop(picture: Picture, left: number, top: number, width: number, height: number): Picture {
  const { channels, mean } = picture;
  const data = new Uint8Array(width * height * channels);
  for (let y = 0; y < height; y++) {
    const from = ((top + y) * picture.width + left) * channels;
    data.set(picture.data.subarray(from, from + width * channels), y * width * channels);
  }
  return { width, height, channels, mean, data };
}

/** Random crops of one size, as large as the smallest picture allows: a batch that mixes the site's pictures. */
function mixedBatch(pictures: readonly Picture[], random: Random): Picture[] {
  const width = Math.min(...pictures.map((picture) => picture.width));
  const height = Math.min(...pictures.map((picture) => picture.height));
  return pictures.map((picture) =>
    crop(picture, random.below(picture.width - width + 1), random.below(picture.height - height + 1), width, height),
  );
}

function* inputsOf(batches: readonly (readonly Picture[])[], normalisation: Normalisation): Generator<Tensor4D> {
  for (const batch of batches) {
    const input = toBatch(batch, normalisation);
    yield input;
    input.dispose();
  }
}

/** An untrained twin of `encoder`: same shape, same input transform, random weights, calibrated statistics. */
export async function untrainedTwin(
  encoder: Encoder,
  rows: readonly ImageRow[],
  seed: number,
  signal: AbortSignal,
): Promise<Encoder> {
  const twin = createEncoder({ ...encoder.config, seed }, encoder.normalisation);
  try {
    const random = new Random(seed);
    const chosen = random.shuffle([...rows]).slice(0, BATCHES * BATCH);
    let waiting: Picture[] = [];
    const batches: Picture[][] = [];
    for await (const result of readAll(chosen, encoder.channels, signal)) {
      if ('picture' in result) waiting.push(result.picture);
      if (waiting.length === BATCH) {
        batches.push(mixedBatch(waiting, random));
        waiting = [];
      }
    }
    if (waiting.length > 1 || batches.length === 0) batches.push(mixedBatch(waiting, random));
    twin.calibrate(inputsOf(batches, encoder.normalisation));
    await download([...twin.weights.tensors(), ...twin.statistics.tensors()]);
    return twin;
  } catch (thrown) {
    twin.dispose();
    throw thrown;
  }
}
