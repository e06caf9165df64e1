import type { Tensor1D, Tensor2D } from '@tensorflow/tfjs-core';
import { tf } from '../tf.ts';

/** x [n, in] · weight [in, out] + bias [out] → [n, out], float32. */
export function dense(x: Tensor2D, weight: Tensor2D, bias: Tensor1D): Tensor2D {
  return tf.add(tf.matMul(x, weight), bias);
}

/** Gradients of {@link dense}. */
export function denseGradient(dy: Tensor2D, x: Tensor2D, weight: Tensor2D) {
  const dx: Tensor2D = tf.matMul(dy, weight, false, true);
  const dWeight: Tensor2D = tf.matMul(x, dy, true, false);
  const dBias: Tensor1D = tf.sum(dy, 0);
  return { dx, dWeight, dBias };
}
