import type { Tensor4D } from '@tensorflow/tfjs-core';
import { tf } from '../tf.ts';
import { attributeBool, attributeType, execute, typeOf } from './execute.ts';

function resizing(dtype: number) {
  return [attributeType('T', dtype), attributeBool('align_corners', false), attributeBool('half_pixel_centers', false)];
}

/** x [n, h, w, c] → [n, height, width, c], each position a copy of its nearest one. */
export function resizeNearest(x: Tensor4D, height: number, width: number): Tensor4D {
  return execute('ResizeNearestNeighbor', resizing(typeOf(x)), [x, tf.tensor1d([height, width], 'int32')]);
}

/** Gradient of {@link resizeNearest} by its input of size height × width: the sum over the copies. */
export function resizeNearestGradient(dy: Tensor4D, height: number, width: number): Tensor4D {
  return execute('ResizeNearestNeighborGrad', resizing(typeOf(dy)), [dy, tf.tensor1d([height, width], 'int32')]);
}
