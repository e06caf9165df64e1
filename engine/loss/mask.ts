import type { Scalar, Tensor4D } from '@tensorflow/tfjs-core';
import { tf } from '../tf.ts';

const DICE_WEIGHT = 0.3;
/** Keeps Dice defined, and quiet, on batches without a damaged position. */
const DICE_SMOOTHING = 1;

/**
 * Where was a defect painted? Binary cross-entropy (mean over all positions) + 0.3 × Dice loss (Milletari et al. 2016) over
 * the whole batch:
 *
 *     1 − (2·Σ p·t + 1) / (Σ p + Σ t + 1),   p = sigmoid(logit)
 *
 * @param logits [n, h, w, 1]
 * @param target 1 where damage is, else 0; same shape
 */
export function maskLoss(logits: Tensor4D, target: Tensor4D): { loss: Scalar; dLogits: Tensor4D } {
  const p = tf.sigmoid(logits);
  // max(x, 0) − x·t + log(1 + e^−|x|): the stable form
  const perPosition = tf.add(tf.sub(tf.relu(logits), tf.mul(logits, target)), tf.softplus(tf.neg(tf.abs(logits))));
  const entropy: Scalar = tf.mean(perPosition);

  const overlap: Scalar = tf.add(tf.mul(tf.sum(tf.mul(p, target)), 2), DICE_SMOOTHING);
  const total: Scalar = tf.add(tf.add(tf.sum(p), tf.sum(target)), DICE_SMOOTHING);
  const dice: Scalar = tf.sub(1, tf.div(overlap, total));

  const dEntropy = tf.div<Tensor4D>(tf.sub(p, target), logits.size);
  // d(1 − overlap/total)/dp = overlap/total² − 2t/total
  const dDice = tf.sub<Tensor4D>(tf.div(overlap, tf.square(total)), tf.div(tf.mul(target, 2), total));
  const slope = tf.mul<Tensor4D>(p, tf.sub(1, p));
  return {
    loss: tf.add(entropy, tf.mul(dice, DICE_WEIGHT)),
    dLogits: tf.add(dEntropy, tf.mul(tf.mul(dDice, slope), DICE_WEIGHT)),
  };
}
