import type { Scalar, Tensor1D } from '@tensorflow/tfjs-core';
import { tf } from '../tf.ts';
import { attributeType, execute } from './execute.ts';
import { kernel } from './kernel.ts';
import { FLOAT32 } from './types.ts';

/** Euclidean length of a float32 vector. */
export const norm = kernel({
  // L2Loss is half the sum of squares, in one pass.
  raw: (x: Tensor1D): Scalar => tf.sqrt(tf.mul(execute<Scalar>('L2Loss', [attributeType('T', FLOAT32)], [x]), 2)),
  portable: (x: Tensor1D): Scalar => tf.norm(x).asScalar(),
});
