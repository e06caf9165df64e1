import type { Tensor } from '@tensorflow/tfjs-core';
import { tf } from '../tf.ts';
import { attributeBool, attributeType, execute } from './execute.ts';
import { kernel } from './kernel.ts';
import { FLOAT32, INT32, typeOf } from './types.ts';
import type { TensorType } from './types.ts';

/** The same numbers as type `dtype`; the tensor itself where it has that type already. */
export const cast = kernel({
  raw<T extends Tensor>(x: T, dtype: TensorType): T {
    const from = typeOf(x);
    if (from === dtype) return x;
    const attributes = [attributeType('SrcT', from), attributeType('DstT', dtype), attributeBool('Truncate', false)];
    return execute<T>('Cast', attributes, [x]);
  },
  portable<T extends Tensor>(x: T, dtype: TensorType): T {
    const wanted = dtype === INT32 ? 'int32' : 'float32';
    return x.dtype === wanted ? x : tf.cast(x, wanted);
  },
});

/** The same numbers in float32, which every tfjs op and every read wants. */
export function toFloat32<T extends Tensor>(x: T): T {
  return cast(x, FLOAT32);
}
