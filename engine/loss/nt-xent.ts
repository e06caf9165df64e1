import type { Scalar, Tensor2D } from '@tensorflow/tfjs-core';
import { tf } from '../tf.ts';

/** Taken from a logit that must not count. */
const NEVER = 1e9;

/**
 * NT-Xent of SimCLR (Chen et al. 2020, eq. 1), the mean over all 2n views:
 *
 *     l(i, j) = −log( exp(⟨zᵢ, zⱼ⟩/τ) / Σ_{k ≠ i} exp(⟨zᵢ, z_k⟩/τ) ),   j the other view of i's picture
 *
 * @param za,zb projections of both views, rows of length 1, [n, d]
 * @param decoupled leaves the positive out of the sum (DCL, Yeh et al. 2022, eq. 6): better at small batches
 */
export function ntXent(
  za: Tensor2D,
  zb: Tensor2D,
  temperature: number,
  decoupled = false,
): { loss: Scalar; dza: Tensor2D; dzb: Tensor2D } {
  const n = za.shape[0];
  const z = tf.concat2d([za, zb], 0); // [2n, d]
  const logits: Tensor2D = tf.div(tf.matMul(z, z, false, true), temperature); // [2n, 2n]

  const self = tf.eye(2 * n);
  const [upper, lower] = tf.split<Tensor2D>(self, 2, 0) as [Tensor2D, Tensor2D];
  const positives = tf.concat2d([lower, upper], 0); // row i has its 1 in column i ± n
  const excluded = decoupled ? tf.add(self, positives) : self;

  const masked = tf.sub(logits, tf.mul(excluded, NEVER));
  const perView = tf.sub(tf.logSumExp(masked, 1), tf.sum(tf.mul(logits, positives), 1)); // [2n]
  const loss: Scalar = tf.mean(perView);

  const dLogits = tf.div<Tensor2D>(tf.sub(tf.softmax(masked), positives), 2 * n);
  const dz = tf.div<Tensor2D>(tf.matMul(tf.add(dLogits, tf.transpose(dLogits)), z), temperature);
  const [dza, dzb] = tf.split<Tensor2D>(dz, 2, 0) as [Tensor2D, Tensor2D];
  return { loss, dza, dzb };
}
