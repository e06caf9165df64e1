import type { Tensor4D } from '@tensorflow/tfjs-core';
import { tf } from '../tf.ts';
import { attributeInt, attributeType, execute } from './execute.ts';
import { kernel } from './kernel.ts';
import { INT32, typeOf } from './types.ts';

/** Every `stride`-th position, from the first: x [n, h, w, c] → [n, ⌈h/stride⌉, ⌈w/stride⌉, c]. */
export const subsample = kernel({
  raw(x: Tensor4D, stride: number): Tensor4D {
    const attributes = [
      attributeType('T', typeOf(x)),
      attributeType('Index', INT32),
      ...['begin_mask', 'end_mask', 'ellipsis_mask', 'new_axis_mask', 'shrink_axis_mask'].map((name) =>
        attributeInt(name, 0),
      ),
    ];
    const bounds = [[0, 0, 0, 0], x.shape, [1, stride, stride, 1]].map((values) => tf.tensor1d(values, 'int32'));
    return execute('StridedSlice', attributes, [x, ...bounds]);
  },
  portable: (x: Tensor4D, stride: number): Tensor4D =>
    tf.stridedSlice(x, [0, 0, 0, 0], x.shape, [1, stride, stride, 1]) as Tensor4D,
});
