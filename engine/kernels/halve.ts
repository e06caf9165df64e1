import type { Tensor4D } from '@tensorflow/tfjs-core';
import { tf } from '../tf.ts';
import { attributeInts, attributeString, attributeType, execute, typeOf } from './execute.ts';

function pooling(dtype: number) {
  return [
    attributeType('T', dtype),
    attributeInts('ksize', [1, 2, 2, 1]),
    attributeInts('strides', [1, 2, 2, 1]),
    attributeString('padding', 'SAME'),
    attributeString('data_format', 'NHWC'),
  ];
}

/** x [n, h, w, c] → [n, ⌈h/2⌉, ⌈w/2⌉, c], the mean of each 2×2 square (of what is inside, at odd edges). */
export function halve(x: Tensor4D): Tensor4D {
  return execute('AvgPool', pooling(typeOf(x)), [x]);
}

/** Gradient of {@link halve} by its input of shape `shape`. */
export function halveGradient(shape: readonly number[], dy: Tensor4D): Tensor4D {
  return execute('AvgPoolGrad', pooling(typeOf(dy)), [tf.tensor1d([...shape], 'int32'), dy]);
}
