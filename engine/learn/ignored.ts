import type { Tensor4D } from '@tensorflow/tfjs-core';
import { ignoredCells } from '#core/imaging/raw-picture.ts';
import type { Features } from '../encoder.ts';
import type { Picture } from '../pictures.ts';
import { tf } from '../tf.ts';

/*
 * What a person said is not to be inspected. Its pixels were replaced when the picture was decoded, so nothing that was there can
 * reach a feature; here its places are kept from giving evidence: no damage is seen in them, and no patch of them is compared or
 * learnt from. Batches in which all counts take none of these ways.
 */

/** Logit of damage where nothing counts: far below what any surface gives. */
export const NO_DAMAGE = -20;

/** The pictures of one batch, by position: their ignored cells (core/imaging/raw-picture.ts), undefined where all counts. */
export type Ignored = readonly (Uint8Array | undefined)[];

/** null where all of every picture counts. */
export function ignoredOf(pictures: readonly Picture[]): Ignored | null {
  return pictures.some(({ ignored }) => ignored) ? pictures.map(({ ignored }) => ignored) : null;
}

/** A batch of pictures of one size and what of each is ignored. */
export interface IgnoredIn {
  readonly ignored: Ignored | null;
  readonly input: Tensor4D;
}

/**
 * Positions of a map of `height` × `width` that are ignored in one picture of a batch: more than half of the cells below is.
 *
 * @param at position of the picture in the batch
 * @returns 1 for each ignored position, else 0, row by row; null where all counts
 */
export function ignoredPositions(
  { ignored, input }: IgnoredIn,
  at: number,
  height: number,
  width: number,
): Uint8Array | null {
  const cells = ignored?.[at];
  if (cells === undefined) return null;
  const [, inputHeight, inputWidth] = input.shape;
  const { columns, rows } = ignoredCells({ width: inputWidth, height: inputHeight });
  let stride = 1;
  while (Math.ceil(rows / stride) > height) stride *= 2;
  const [sums, counts] = [new Uint32Array(height * width), new Uint32Array(height * width)];
  cells.forEach((isIgnored, cell) => {
    const position = Math.floor(Math.floor(cell / columns) / stride) * width + Math.floor((cell % columns) / stride);
    counts[position] = (counts[position] ?? 0) + 1;
    if (isIgnored === 1) sums[position] = (sums[position] ?? 0) + 1;
  });
  return Uint8Array.from(sums, (sum, position) => (2 * sum > (counts[position] ?? 0) ? 1 : 0));
}

/** Places of positions (see placesOf), −1 for those that are ignored. */
export function countedPlaces(places: Int32Array, ignored: Uint8Array | null): Int32Array {
  return ignored === null ? places : places.map((place, position) => (ignored[position] === 1 ? -1 : place));
}

/** Logits [n, h/4, w/4, 1] in which no ignored place looks damaged; belongs into a `tf.tidy` where it is not `maskLogits` itself. */
export function withoutDamage(maskLogits: Tensor4D, ignored: Ignored | null): Tensor4D {
  if (ignored === null) return maskLogits;
  const [n, height, width] = maskLogits.shape;
  const counted = new Float32Array(n * height * width).fill(1);
  ignored.forEach((cells, at) => {
    cells?.forEach((isIgnored, cell) => {
      if (isIgnored === 1) counted[at * height * width + cell] = 0;
    });
  });
  return tf.tidy(() => {
    const counts = tf.tensor4d(counted, [n, height, width, 1]);
    return tf.add<Tensor4D>(tf.mul(maskLogits, counts), tf.mul(tf.sub(1, counts), NO_DAMAGE));
  });
}

/** Features in which no ignored place looks damaged; the former logits are disposed. */
export function quieted(features: Features, ignored: Ignored | null): Features {
  if (ignored === null) return features;
  const maskLogits = withoutDamage(features.maskLogits, ignored);
  features.maskLogits.dispose();
  return { ...features, maskLogits };
}
