import type { Scalar, Tensor2D } from '@tensorflow/tfjs-core';
import { tf } from '../tf.ts';

/**
 * Contrast against damage: both clean views of a picture attract, and only synthetically damaged views repel, because two
 * pictures of the same good part are no negatives of each other (ml.md §5). The mean over all 2n clean views of
 *
 *     l(i) = −log( exp(⟨zᵢ, z⁺ᵢ⟩/τ) / ( exp(⟨zᵢ, z⁺ᵢ⟩/τ) + Σ_j exp(⟨zᵢ, dⱼ⟩/τ) ) )
 *
 * @param za,zb projections of both clean views, rows of length 1, [n, d]
 * @param zd projections of the damaged views, rows of length 1, [m, d], m ≥ 1
 */
export function damagedContrast(
  za: Tensor2D,
  zb: Tensor2D,
  zd: Tensor2D,
  temperature: number,
): { loss: Scalar; dza: Tensor2D; dzb: Tensor2D; dzd: Tensor2D } {
  const n = za.shape[0];
  const clean = tf.concat2d([za, zb], 0); // [2n, d]
  const other = tf.concat2d([zb, za], 0);
  const positive = tf.sum<Tensor2D>(tf.mul(clean, other), 1, true); // [2n, 1]
  const negatives: Tensor2D = tf.matMul(clean, zd, false, true); // [2n, m]
  const logits: Tensor2D = tf.div(tf.concat2d([positive, negatives], 1), temperature); // [2n, 1 + m]
  const perView = tf.sub<Tensor2D>(tf.logSumExp(logits, 1, true), tf.slice(logits, [0, 0], [2 * n, 1])); // [2n, 1]
  const loss: Scalar = tf.mean(perView);

  const share = tf.div<Tensor2D>(tf.softmax(logits), 2 * n * temperature);
  const [ofPositive, ofNegatives] = tf.split<Tensor2D>(share, [1, zd.shape[0]], 1) as [Tensor2D, Tensor2D];
  const dPositive = tf.sub<Tensor2D>(ofPositive, 1 / (2 * n * temperature)); // [2n, 1]

  // Each view is the clean one of its own row and the other one of its partner's row.
  const own = tf.add<Tensor2D>(tf.mul(dPositive, other), tf.matMul(ofNegatives, zd));
  const [dOwnA, dOwnB] = tf.split<Tensor2D>(own, 2, 0) as [Tensor2D, Tensor2D];
  const asOther = tf.mul<Tensor2D>(dPositive, clean);
  const [dOtherB, dOtherA] = tf.split<Tensor2D>(asOther, 2, 0) as [Tensor2D, Tensor2D];
  return {
    loss,
    dza: tf.add(dOwnA, dOtherA),
    dzb: tf.add(dOwnB, dOtherB),
    dzd: tf.matMul(ofNegatives, clean, true, false),
  };
}
