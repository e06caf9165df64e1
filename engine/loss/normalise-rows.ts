import type { Tensor2D } from '@tensorflow/tfjs-core';
import { tf } from '../tf.ts';

const SMALLEST_NORM = 1e-6;

/** Rows of length 1 and the way back: x [n, d] → z = x / |x|, dx = (dz − z·⟨z, dz⟩) / |x|. */
export function normaliseRows(x: Tensor2D): { output: Tensor2D; backward(dz: Tensor2D): Tensor2D } {
  const norm: Tensor2D = tf.maximum(tf.norm(x, 'euclidean', 1, true), SMALLEST_NORM);
  const z: Tensor2D = tf.div(x, norm);
  return {
    output: z,
    backward(dz) {
      const along = tf.sum<Tensor2D>(tf.mul(z, dz), 1, true);
      return tf.div(tf.sub(dz, tf.mul(z, along)), norm);
    },
  };
}
