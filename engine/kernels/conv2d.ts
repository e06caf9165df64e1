import type { Tensor4D } from '@tensorflow/tfjs-core';
import { backend, tf } from '../tf.ts';
import { attributeBool, attributeInts, attributeString, attributeType, execute } from './execute.ts';
import type { Attribute } from './execute.ts';
import { kernel } from './kernel.ts';
import { run } from './run.ts';
import { subsample } from './subsample.ts';
import { transposedFilterGradient, transposingPays } from './transposed-filter-gradient.ts';
import { FLOAT32, typeOf } from './types.ts';
import type { TensorType } from './types.ts';

function convolution(dtype: TensorType, stride: number): Attribute[] {
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
export const conv2d = kernel({
  raw: (x: Tensor4D, filter: Tensor4D, stride: number): Tensor4D =>
    execute('Conv2D', convolution(typeOf(x), stride), [x, filter]),
  portable: (x: Tensor4D, filter: Tensor4D, stride: number): Tensor4D => tf.conv2d(x, filter, stride, 'same'),
});

type Sides4D = [number, number, number, number];

/** Gradient of {@link conv2d} by its input of shape `shape`, given dy, the gradient by its output. */
export const conv2dInputGradient = kernel({
  raw(shape: readonly number[], filter: Tensor4D, dy: Tensor4D, stride: number): Tensor4D {
    const sizes = tf.tensor1d([...shape], 'int32');
    return execute('Conv2DBackpropInput', convolution(typeOf(dy), stride), [sizes, filter, dy]);
  },
  portable: (shape: readonly number[], filter: Tensor4D, dy: Tensor4D, stride: number): Tensor4D =>
    tf.conv2dTranspose(dy, filter, [...shape] as Sides4D, stride, 'same'),
});

type FilterGradient = (x: Tensor4D, shape: readonly number[], dy: Tensor4D, stride: number) => Tensor4D;

/** Gradient of {@link conv2d} by its filter of shape `shape`, given dy, the gradient by its output. */
export const conv2dFilterGradient = kernel<FilterGradient>({
  raw: withoutStridedDots((x, shape, dy, stride) => {
    if (typeOf(dy) !== FLOAT32 && !backend.isUsingGpuDevice && transposingPays(x.shape, dy.shape)) {
      const gradient = transposedFilterGradient(x, shape, dy, stride);
      if (gradient) return gradient;
    }
    const sizes = tf.tensor1d([...shape], 'int32');
    return execute('Conv2DBackpropFilter', convolution(typeOf(dy), stride), [x, sizes, dy]);
  }),
  portable: withoutStridedDots((x, shape, dy, stride) =>
    run(
      tf.Conv2DBackpropFilter,
      { x, dy },
      { strides: stride, pad: 'same', dataFormat: 'NHWC', filterShape: [...shape] as Sides4D },
    ),
  ),
});

/**
 * A 1×1 filter with a stride sees every stride-th position only: they are taken first. Given the stride itself, the filter
 * gradient in oneDNN as of TensorFlow 2.21 writes beyond its buffer (4 → 8 channels at 16 × 16: "double free or corruption").
 */
function withoutStridedDots(gradient: FilterGradient): FilterGradient {
  return (x, shape, dy, stride) => {
    const isDot = shape[0] === 1 && shape[1] === 1;
    return isDot && stride > 1 ? gradient(subsample(x, stride), shape, dy, 1) : gradient(x, shape, dy, stride);
  };
}
