import type { NamedAttrMap, NamedTensorMap, Tensor } from '@tensorflow/tfjs-core';
import { tf } from '../tf.ts';

/*
 * The portable side's way to the gradients that tfjs has as kernels on every backend but not as public functions.
 */

/** Runs one tfjs kernel with one output. The result belongs to the surrounding `tf.tidy`. */
export function run<T extends Tensor>(name: string, inputs: NamedTensorMap, attributes: NamedAttrMap): T {
  return tf.engine().runKernel<T>(name, inputs, attributes);
}
