import type { Tensor4D } from '@tensorflow/tfjs-core';
import { tf } from '../tf.ts';
import { attributeBool, attributeType, execute } from './execute.ts';
import { kernel } from './kernel.ts';
import { run } from './run.ts';
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

/** Gradient of {@link resizeNearest} by its input of size height × width: the sum over the copies. */
export const resizeNearestGradient = kernel({
  raw: (dy: Tensor4D, height: number, width: number): Tensor4D =>
    execute('ResizeNearestNeighborGrad', resizing(typeOf(dy)), [dy, tf.tensor1d([height, width], 'int32')]),
  portable(dy: Tensor4D, height: number, width: number): Tensor4D {
    const [n, , , channels] = dy.shape;
    // The kernel looks at the shape of what was resized only.
    const images = tf.zeros([n, height, width, channels]);
    return run(tf.ResizeNearestNeighborGrad, { images, dy }, { alignCorners: false });
  },
});
