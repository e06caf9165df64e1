import type { Tensor4D } from '@tensorflow/tfjs-core';
import type { ImageRow } from '#core/contract/engine.ts';
import type { Features } from '../encoder.ts';
import type { Looking } from '../network/looking.ts';
import { toBatch } from '../pictures.ts';
import type { Picture, WholePicture } from '../pictures.ts';
import { readAll } from '../read-pictures.ts';
import { tf } from '../tf.ts';
import { ignoredOf, quieted } from './ignored.ts';
import type { Ignored } from './ignored.ts';
import { breathe } from './progress.ts';

/** A picture that could not be used, and why. */
export interface Failed {
  readonly id: number;
  readonly code: string;
}

/** Features of some pictures of one size. Valid until the next is asked for. */
export interface Look {
  /** Positions in the rows that were asked for, one per picture of the batch. */
  readonly indices: readonly number[];
  /** The batch as the encoder wants it, for a second encoder with the same input transform. */
  readonly input: Tensor4D;
  /** No ignored place of them looks damaged. */
  readonly features: Features;
  /** What of each picture is not to be inspected; null: all of every one counts. */
  readonly ignored: Ignored | null;
}

/** Pixels in one batch: 16 pictures of 256×256. More gains no speed and costs memory. */
const BATCH_PIXELS = 2 ** 20;
/** Decoded pictures that wait for others of their size, in pixels. */
const WAITING_PIXELS = 48 * 2 ** 20;

/** What is looked at instead of a picture, of the same size; by its id. */
type Change = (picture: WholePicture, id: number) => WholePicture;
const asItIs: Change = (picture) => picture;

interface Waiting {
  readonly index: number;
  readonly picture: Picture;
}

/** Batches of equal size as they fill up; waiting pictures are bounded, so that many sizes cost speed, not memory. */
async function* batches(
  rows: readonly ImageRow[],
  channels: 1 | 3,
  failed: Failed[],
  signal: AbortSignal,
  change: Change,
): AsyncGenerator<readonly Waiting[]> {
  const bySize = new Map<string, Waiting[]>();
  let waitingPixels = 0;
  const take = (size: string): Waiting[] => {
    const full = bySize.get(size) ?? [];
    bySize.delete(size);
    for (const { picture } of full) waitingPixels -= picture.width * picture.height;
    return full;
  };
  let index = -1;
  for await (const result of readAll(rows, channels, signal)) {
    index++;
    if ('code' in result) {
      failed.push({ id: result.row.id, code: result.code });
      continue;
    }
    const picture = change(result.picture, result.row.id);
    const { width, height } = picture;
    const size = `${width}x${height}`;
    const waiting = bySize.get(size) ?? [];
    bySize.set(size, waiting);
    waiting.push({ index, picture });
    waitingPixels += width * height;
    if ((waiting.length + 1) * width * height > BATCH_PIXELS) yield take(size);
    while (waitingPixels > WAITING_PIXELS) {
      const fullest = [...bySize].reduce((a, b) => (a[1].length >= b[1].length ? a : b));
      yield take(fullest[0]);
    }
  }
  for (const size of [...bySize.keys()]) yield take(size);
}

/**
 * Walks over pictures in batches of equal size and looks at each with an encoder; the order is that of the sizes, so use
 * `indices`. A picture that cannot be read goes into `failed` and the walk goes on. Features are disposed when the next
 * batch is asked for.
 *
 * @throws the signal's reason once it is aborted
 */
export async function* lookAt(
  looking: Looking,
  rows: readonly ImageRow[],
  failed: Failed[],
  signal: AbortSignal,
  change: Change = asItIs,
): AsyncGenerator<Look> {
  for await (const batch of batches(rows, looking.channels, failed, signal, change)) {
    await breathe(signal);
    const pictures = batch.map(({ picture }) => picture);
    const ignored = ignoredOf(pictures);
    const input = toBatch(pictures, looking.normalisation);
    const features = quieted(looking.infer(input), ignored);
    try {
      yield { indices: batch.map(({ index }) => index), input, features, ignored };
    } finally {
      tf.dispose([input, features.layer2, features.layer3, features.layer4, features.maskLogits]);
    }
  }
}
