import type { Tensor } from '@tensorflow/tfjs-core';
import { attributeBool, attributeType, execute, float32, typeOf } from './execute.ts';

/** The same numbers in TensorFlow type `dtype`; the tensor itself where it has that type already. */
export function cast<T extends Tensor>(x: T, dtype: number): T {
  const from = typeOf(x);
  if (from === dtype) return x;
  const attributes = [attributeType('SrcT', from), attributeType('DstT', dtype), attributeBool('Truncate', false)];
  return execute<T>('Cast', attributes, [x]);
}

/** The same numbers in float32, which every tfjs op and every read wants. */
export function toFloat32<T extends Tensor>(x: T): T {
  return cast(x, float32());
}
