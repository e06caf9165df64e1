import type { Tensor4D } from '@tensorflow/tfjs-core';
import { tf } from '../tf.ts';
import { attributeInts, attributeString, attributeType, execute } from './execute.ts';
import { kernel } from './kernel.ts';
import { run } from './run.ts';
import { typeOf } from './types.ts';
import type { TensorType } from './types.ts';

function pooling(dtype: TensorType, side: number, stride: number) {
  return [
    attributeType('T', dtype),
    attributeInts('ksize', [1, side, side, 1]),
    attributeInts('strides', [1, stride, stride, 1]),
    attributeString('padding', 'SAME'),
    attributeString('data_format', 'NHWC'),
    attributeInts('explicit_paddings', []),
  ];
}

/** x [n, h, w, c] → [n, ⌈h/stride⌉, ⌈w/stride⌉, c], the largest of each side × side square ("SAME"; what is outside never wins). */
export const maxPool = kernel({
  raw: (x: Tensor4D, side: number, stride: number): Tensor4D =>
    execute('MaxPool', pooling(typeOf(x), side, stride), [x]),
  portable: (x: Tensor4D, side: number, stride: number): Tensor4D => tf.maxPool(x, side, stride, 'same'),
});

type MaxPoolGradient = (x: Tensor4D, y: Tensor4D, dy: Tensor4D, side: number, stride: number) => Tensor4D;

/** Gradient of {@link maxPool} by its input x, given its output y: dy goes to the largest; among equals to whichever the backend meets. */
export const maxPoolGradient = kernel<MaxPoolGradient>({
  raw: (x, y, dy, side, stride) => execute('MaxPoolGrad', pooling(typeOf(dy), side, stride), [x, y, dy]),
  portable: (x, y, dy, side, stride) =>
    run(tf.MaxPoolGrad, { dy, input: x, output: y }, { filterSize: side, strides: stride, pad: 'same' }),
});
