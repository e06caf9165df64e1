import type { Tensor4D } from '@tensorflow/tfjs-core';
import { tf } from '../tf.ts';
import { attributeBool, attributeInts, attributeString, attributeType, execute, typeOf } from './execute.ts';
import type { Attribute } from './execute.ts';

function convolution(dtype: number, stride: number): Attribute[] {
  return [
    attributeType('T', dtype),
    attributeInts('strides', [1, stride, stride, 1]),
    attributeString('padding', 'SAME'),
    attributeString('data_format', 'NHWC'),
    attributeInts('dilations', [1, 1, 1, 1]),
    attributeInts('explicit_paddings', []),
    attributeBool('use_cudnn_on_gpu', true),
  ];
}

/** x [n, h, w, in] ∗ filter [kh, kw, in, out] → [n, ⌈h/stride⌉, ⌈w/stride⌉, out], zero padding ("SAME"). */
export function conv2d(x: Tensor4D, filter: Tensor4D, stride: number): Tensor4D {
  return execute('Conv2D', convolution(typeOf(x), stride), [x, filter]);
}

/** Gradient of {@link conv2d} by its input of shape `shape`, given dy, the gradient by its output. */
export function conv2dInputGradient(
  shape: readonly number[],
  filter: Tensor4D,
  dy: Tensor4D,
  stride: number,
): Tensor4D {
  const sizes = tf.tensor1d([...shape], 'int32');
  return execute('Conv2DBackpropInput', convolution(typeOf(dy), stride), [sizes, filter, dy]);
}

/** Gradient of {@link conv2d} by its filter of shape `shape`, given dy, the gradient by its output. */
export function conv2dFilterGradient(x: Tensor4D, shape: readonly number[], dy: Tensor4D, stride: number): Tensor4D {
  const sizes = tf.tensor1d([...shape], 'int32');
  return execute('Conv2DBackpropFilter', convolution(typeOf(dy), stride), [x, sizes, dy]);
}
