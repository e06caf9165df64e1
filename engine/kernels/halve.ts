import type { Tensor4D } from '@tensorflow/tfjs-core';
import { tf } from '../tf.ts';
import { attributeInts, attributeString, attributeType, execute } from './execute.ts';
import { kernel } from './kernel.ts';
import { typeOf } from './types.ts';
import type { TensorType } from './types.ts';

function pooling(dtype: TensorType) {
  return [
    attributeType('T', dtype),
    attributeInts('ksize', [1, 2, 2, 1]),
    attributeInts('strides', [1, 2, 2, 1]),
    attributeString('padding', 'SAME'),
    attributeString('data_format', 'NHWC'),
  ];
}

/** x [n, h, w, c] → [n, ⌈h/2⌉, ⌈w/2⌉, c], the mean of each 2×2 square (of what is inside, at odd edges). */
export const halve = kernel({
  raw: (x: Tensor4D): Tensor4D => execute('AvgPool', pooling(typeOf(x)), [x]),
  portable: (x: Tensor4D): Tensor4D => tf.avgPool(x, 2, 2, 'same'),
});

/** How many of `size` positions each of the pairs along it holds: 2, and 1 for the last of an odd size. */
function membersOf(size: number): number[] {
  return Array.from({ length: Math.ceil(size / 2) }, (_, pair) => Math.min(2, size - 2 * pair));
}

/** Gradient of {@link halve} by its input of shape `shape`. */
export const halveGradient = kernel({
  raw: (shape: readonly number[], dy: Tensor4D): Tensor4D =>
    execute('AvgPoolGrad', pooling(typeOf(dy)), [tf.tensor1d([...shape], 'int32'), dy]),
  /** Not tfjs's AvgPoolGrad: outside TensorFlow it divides by 4 at odd edges too. */
  portable(shape: readonly number[], dy: Tensor4D): Tensor4D {
    const [, height = 0, width = 0] = shape;
    const [rows, columns] = [membersOf(height), membersOf(width)];
    const members = rows.map((inRow) => columns.map((inColumn) => [inRow * inColumn]));
    const each = tf.div<Tensor4D>(dy, tf.tensor3d(members));
    const copies = tf.image.resizeNearestNeighbor(each, [2 * rows.length, 2 * columns.length]);
    return tf.slice(copies, [0, 0, 0, 0], [...shape] as [number, number, number, number]);
  },
});
