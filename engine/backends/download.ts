import type { Tensor } from '@tensorflow/tfjs-core';
import { rawOps } from '../tf.ts';

/**
 * Brings values to where `dataSync` finds them: from a graphics card they come only to those who wait (tfjs keeps them then,
 * until the tensor is computed with again). In TensorFlow they are always at hand.
 */
export async function download(tensors: readonly Tensor[]): Promise<void> {
  if (rawOps) return;
  await Promise.all(tensors.map((tensor) => tensor.data()));
}
