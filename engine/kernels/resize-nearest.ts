import type { Tensor4D } from '@tensorflow/tfjs-core';
import { tf } from '../tf.ts';
import { attributeBool, attributeType, execute } from './execute.ts';
import { kernel } from './kernel.ts';
import { typeOf } from './types.ts';
import type { TensorType } from './types.ts';

function resizing(dtype: TensorType) {
  return [attributeType('T', dtype), attributeBool('align_corners', false), attributeBool('half_pixel_centers', false)];
}

/** x [n, h, w, c] → [n, height, width, c], each position a copy of its nearest one. */
export const resizeNearest = kernel({
  raw: (x: Tensor4D, height: number, width: number): Tensor4D =>
    execute('ResizeNearestNeighbor', resizing(typeOf(x)), [x, tf.tensor1d([height, width], 'int32')]),
  portable: (x: Tensor4D, height: number, width: number): Tensor4D =>
    tf.image.resizeNearestNeighbor(x, [height, width]),
});

/** [from, to]: which of the `from` positions along one side each of the `to` positions copies. */
function copies(from: number, to: number): number[][] {
  return Array.from({ length: from }, (_, place) =>
    Array.from({ length: to }, (__, copy) => (Math.floor((copy * from) / to) === place ? 1 : 0)),
  );
}

/** Gradient of {@link resizeNearest} by its input of size height × width: the sum over the copies. */
export const resizeNearestGradient = kernel({
  raw: (dy: Tensor4D, height: number, width: number): Tensor4D =>
    execute('ResizeNearestNeighborGrad', resizing(typeOf(dy)), [dy, tf.tensor1d([height, width], 'int32')]),
  /** Not tfjs's ResizeNearestNeighborGrad: in JavaScript it counts wrongly when a side is doubled (4.22). */
  portable(dy: Tensor4D, height: number, width: number): Tensor4D {
    const [n, tall, wide, channels] = dy.shape;
    const rows = tf.tensor3d([copies(height, tall)]); // [1, height, tall]
    const columns = tf.tensor3d([copies(width, wide)]); // [1, width, wide]
    const byRow = tf.matMul(rows, tf.reshape(dy, [n, tall, wide * channels]));
    const byPlace = tf.matMul(columns, tf.reshape(byRow, [n * height, wide, channels]));
    return tf.reshape(byPlace, [n, height, width, channels]);
  },
});
