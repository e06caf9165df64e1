import type { Tensor, Tensor1D, Tensor4D } from '@tensorflow/tfjs-core';
import {
  attributeBool,
  attributeFloat,
  attributeString,
  attributeType,
  executeMany,
  float32,
  typeOf,
} from './execute.ts';
import type { Attribute } from './execute.ts';

/** Added to the variance, as in Ioffe and Szegedy (2015). */
export const BATCH_NORM_EPSILON = 1e-3;

function normalisation(dtype: number, training: boolean): Attribute[] {
  return [
    attributeType('T', dtype),
    attributeType('U', float32()),
    attributeFloat('epsilon', BATCH_NORM_EPSILON),
    attributeString('data_format', 'NHWC'),
    attributeBool('is_training', training),
  ];
}

/** Result of {@link batchNormTrain}; `reserved` is what the gradient needs of it. */
export interface BatchNormed {
  readonly y: Tensor4D;
  readonly mean: Tensor1D;
  /** With Bessel's correction, as running statistics want it. */
  readonly variance: Tensor1D;
  readonly reserved: readonly Tensor[];
}

/** Normalises x [n, h, w, c] by the statistics of this batch, then scales and offsets (both float32 [c]). */
export function batchNormTrain(x: Tensor4D, scale: Tensor1D, offset: Tensor1D): BatchNormed {
  const attributes = [...normalisation(typeOf(x), true), attributeFloat('exponential_avg_factor', 1)];
  const none = scale.slice(0, 0);
  const outputs = executeMany('FusedBatchNormV3', attributes, [x, scale, offset, none, none], 6);
  const [y, mean, variance, ...reserved] = outputs;
  return { y: y as Tensor4D, mean: mean as Tensor1D, variance: variance as Tensor1D, reserved };
}

/** Gradients of {@link batchNormTrain} by x, scale and offset. */
export function batchNormGradient(
  dy: Tensor4D,
  x: Tensor4D,
  scale: Tensor1D,
  reserved: readonly Tensor[],
): { dx: Tensor4D; dScale: Tensor1D; dOffset: Tensor1D } {
  const attributes = normalisation(typeOf(dy), true);
  const [dx, dScale, dOffset] = executeMany('FusedBatchNormGradV3', attributes, [dy, x, scale, ...reserved], 5);
  return { dx: dx as Tensor4D, dScale: dScale as Tensor1D, dOffset: dOffset as Tensor1D };
}

/** Normalises x by statistics of the past. */
export function batchNormInfer(
  x: Tensor4D,
  scale: Tensor1D,
  offset: Tensor1D,
  mean: Tensor1D,
  variance: Tensor1D,
): Tensor4D {
  const attributes = [...normalisation(typeOf(x), false), attributeFloat('exponential_avg_factor', 1)];
  const [y] = executeMany('FusedBatchNormV3', attributes, [x, scale, offset, mean, variance], 6);
  return y as Tensor4D;
}
