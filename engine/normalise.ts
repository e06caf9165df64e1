import type { Tensor4D } from '@tensorflow/tfjs-core';
import * as v from 'valibot';
import { tf } from './tf.ts';

/*
 * How the encoder sees a picture. The same transform serves training and inference; its numbers are chosen once from the
 * site's pictures and travel with every checkpoint.
 */

/** Numbers of the input transform; saved in the checkpoint. */
export const Normalisation = v.object({
  /**
   * Grey pictures whose exposure varies are brought to one mean, 0..1 of full scale, before anything else;
   * null where brightness may itself mean something.
   */
  gainToMean: v.nullable(v.pipe(v.number(), v.gtValue(0), v.maxValue(1))),
  /** Mean and standard deviation of the pictures after the gain, 0..1 of full scale, one number for all channels. */
  mean: v.pipe(v.number(), v.minValue(0), v.maxValue(1)),
  deviation: v.pipe(v.number(), v.gtValue(0), v.maxValue(1)),
});
export type Normalisation = v.InferOutput<typeof Normalisation>;

/** For an encoder that has seen no picture yet. */
export const plainNormalisation: Normalisation = { gainToMean: null, mean: 0.5, deviation: 0.25 };

export const LARGEST_GAIN = 4;

/** The gain of one picture whose mean is `pictureMean` (0..1), bounded to 1/4..4. */
export function gainOf(normalisation: Normalisation, pictureMean: number): number {
  if (normalisation.gainToMean === null) return 1;
  const gain = normalisation.gainToMean / Math.max(pictureMean, 1e-3);
  return Math.min(LARGEST_GAIN, Math.max(1 / LARGEST_GAIN, gain));
}

/**
 * Pictures as the encoder wants them.
 *
 * @param pixels float32 [n, h, w, c], 0..255
 * @param gains one {@link gainOf} per picture
 * @returns float32 [n, h, w, c], about zero mean and unit deviation over the site's pictures
 */
export function normalise(normalisation: Normalisation, pixels: Tensor4D, gains: readonly number[]): Tensor4D {
  const { mean, deviation } = normalisation;
  return tf.tidy(() => {
    const factor = tf.tensor4d(
      gains.map((gain) => gain / (255 * deviation)),
      [gains.length, 1, 1, 1],
    );
    return tf.sub<Tensor4D>(tf.mul(pixels, factor), mean / deviation);
  });
}
