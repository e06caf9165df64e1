import type { Scalar, Tensor4D } from '@tensorflow/tfjs-core';
import { tf } from '../tf.ts';

const DICE_WEIGHT = 0.3;
/** Keeps Dice defined, and quiet, on batches without a damaged position. */
const DICE_SMOOTHING = 1;

/** 2·Σ p·t + 1 and Σ p + Σ t + 1, of the whole batch, wherever its rows are. */
export type DiceSums = readonly [overlap: number, total: number];

/** A batch that lies at several workers, of whose rows the logits at hand are one share of `size` equal ones. */
export interface SharedBatch {
  readonly size: number;
  /** Σ over all workers of what {@link diceParts} gives, smoothed once. */
  readonly dice: DiceSums;
}

/** Σ p·t and Σ p + Σ t of some rows: what Dice needs to know of them. */
export function diceParts(logits: Tensor4D, target: Tensor4D): [overlap: Scalar, total: Scalar] {
  const p = tf.sigmoid(logits);
  return [tf.sum(tf.mul(p, target)), tf.add(tf.sum(p), tf.sum(target))];
}

/** The sums of Dice of all rows' {@link diceParts}. */
export const diceSums = (overlap: number, total: number): DiceSums => [
  2 * overlap + DICE_SMOOTHING,
  total + DICE_SMOOTHING,
];

/**
 * Where was a defect painted? Binary cross-entropy (mean over all positions) + 0.3 × Dice loss (Milletari et al. 2016) over
 * the whole batch:
 *
 *     1 − (2·Σ p·t + 1) / (Σ p + Σ t + 1),   p = sigmoid(logit)
 *
 * @param logits [n, h, w, 1]
 * @param target 1 where damage is, else 0; same shape
 * @param shared of what the rows are a share: the mean over the shares of loss and gradient is then that of all rows together
 */
export function maskLoss(
  logits: Tensor4D,
  target: Tensor4D,
  shared?: SharedBatch,
): { loss: Scalar; dLogits: Tensor4D } {
  const p = tf.sigmoid(logits);
  // max(x, 0) − x·t + log(1 + e^−|x|): the stable form
  const perPosition = tf.add(tf.sub(tf.relu(logits), tf.mul(logits, target)), tf.softplus(tf.neg(tf.abs(logits))));
  const entropy: Scalar = tf.mean(perPosition);

  const [ownOverlap, ownTotal] = diceParts(logits, target);
  const [overlap, total]: [Scalar, Scalar] = shared
    ? [tf.scalar(shared.dice[0]), tf.scalar(shared.dice[1])]
    : [tf.add(tf.mul(ownOverlap, 2), DICE_SMOOTHING), tf.add(ownTotal, DICE_SMOOTHING)];
  const dice: Scalar = tf.sub(1, tf.div(overlap, total));

  const dEntropy = tf.div<Tensor4D>(tf.sub(p, target), logits.size);
  // d(1 − overlap/total)/dp = overlap/total² − 2t/total
  const dDice = tf.sub<Tensor4D>(tf.div(overlap, tf.square(total)), tf.div(tf.mul(target, 2), total));
  const slope = tf.mul<Tensor4D>(p, tf.sub(1, p));
  return {
    loss: tf.add(entropy, tf.mul(dice, DICE_WEIGHT)),
    dLogits: tf.add(dEntropy, tf.mul(tf.mul(dDice, slope), DICE_WEIGHT * (shared?.size ?? 1))),
  };
}
