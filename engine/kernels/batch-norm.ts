import type { Tensor, Tensor1D, Tensor4D } from '@tensorflow/tfjs-core';
import { tf } from '../tf.ts';
import { attributeBool, attributeFloat, attributeString, attributeType, executeMany } from './execute.ts';
import type { Attribute } from './execute.ts';
import { kernel } from './kernel.ts';
import { FLOAT32, typeOf } from './types.ts';
import type { TensorType } from './types.ts';

/** Added to the variance, as in Ioffe and Szegedy (2015). */
export const BATCH_NORM_EPSILON = 1e-3;

const POSITIONS = [0, 1, 2];

function normalisation(dtype: TensorType): Attribute[] {
  return [
    attributeType('T', dtype),
    attributeType('U', FLOAT32),
    attributeFloat('epsilon', BATCH_NORM_EPSILON),
    attributeString('data_format', 'NHWC'),
    attributeBool('is_training', true),
  ];
}

/** Result of {@link batchNormTrain}. */
export interface BatchNormed {
  readonly y: Tensor4D;
  readonly mean: Tensor1D;
  /** With Bessel's correction, as running statistics want it. */
  readonly variance: Tensor1D;
  /** What the gradient needs of it; each twin has its own and takes no other's. */
  readonly reserved: readonly Tensor[];
}

/** Normalises x [n, h, w, c] by the statistics of this batch, then scales and offsets (both float32 [c]). */
export const batchNormTrain = kernel({
  raw(x: Tensor4D, scale: Tensor1D, offset: Tensor1D): BatchNormed {
    const attributes = [...normalisation(typeOf(x)), attributeFloat('exponential_avg_factor', 1)];
    const none = scale.slice(0, 0);
    const outputs = executeMany('FusedBatchNormV3', attributes, [x, scale, offset, none, none], 6);
    const [y, mean, variance, ...reserved] = outputs;
    return { y: y as Tensor4D, mean: mean as Tensor1D, variance: variance as Tensor1D, reserved };
  },
  portable(x: Tensor4D, scale: Tensor1D, offset: Tensor1D): BatchNormed {
    const mean = tf.mean<Tensor1D>(x, POSITIONS);
    const centred = tf.sub<Tensor4D>(x, mean);
    const variance = tf.mean<Tensor1D>(tf.square(centred), POSITIONS);
    const inverse = tf.rsqrt(tf.add(variance, BATCH_NORM_EPSILON));
    const y = tf.add<Tensor4D>(tf.mul(centred, tf.mul(inverse, scale)), offset);
    const count = countOf(x);
    return { y, mean, variance: tf.mul(variance, count / Math.max(1, count - 1)), reserved: [mean, inverse] };
  },
});

/** Gradients of {@link batchNormTrain} by x, scale and offset. */
export interface BatchNormGradients {
  readonly dx: Tensor4D;
  readonly dScale: Tensor1D;
  readonly dOffset: Tensor1D;
}

type BatchNormGradient = (
  dy: Tensor4D,
  x: Tensor4D,
  scale: Tensor1D,
  reserved: readonly Tensor[],
) => BatchNormGradients;

/**
 * Gradients of {@link batchNormTrain}, with u = (x − mean) / deviation over m positions (Ioffe and Szegedy 2015, §3):
 *
 *     dOffset = Σ dy,   dScale = Σ dy·u,   dx = scale / deviation · (dy − dOffset/m − u·dScale/m)
 */
export const batchNormGradient = kernel<BatchNormGradient>({
  raw(dy, x, scale, reserved) {
    const attributes = normalisation(typeOf(dy));
    const [dx, dScale, dOffset] = executeMany('FusedBatchNormGradV3', attributes, [dy, x, scale, ...reserved], 5);
    return { dx: dx as Tensor4D, dScale: dScale as Tensor1D, dOffset: dOffset as Tensor1D };
  },
  portable(dy, x, scale, reserved) {
    const [mean, inverse] = reserved as [Tensor1D, Tensor1D];
    const unit = tf.mul(tf.sub(x, mean), inverse);
    const dOffset = tf.sum<Tensor1D>(dy, POSITIONS);
    const dScale = tf.sum<Tensor1D>(tf.mul(dy, unit), POSITIONS);
    const count = countOf(x);
    const centred = tf.sub(tf.sub(dy, tf.div(dOffset, count)), tf.mul(unit, tf.div(dScale, count)));
    return { dx: tf.mul<Tensor4D>(centred, tf.mul(scale, inverse)), dScale, dOffset };
  },
});

function countOf(x: Tensor4D): number {
  const [n, height, width] = x.shape;
  return n * height * width;
}
