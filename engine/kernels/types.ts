import type { Tensor } from '@tensorflow/tfjs-core';
import { backend, rawOps } from '../tf.ts';

/**
 * The type that TensorFlow holds a tensor in, as TF_DataType numbers it (tensorflow/c/tf_datatype.h, part of its stable ABI).
 * Only {@link typeOf} and the names here give one, so that none exists that the opened backend does not have.
 */
export type TensorType = number & { readonly __tensorType: unique symbol };

/** bf16: activations in the 16-bit brain float, fast where the processor knows it. */
export type Precision = 'f32' | 'bf16';

export const FLOAT32 = 1 as TensorType;
export const INT32 = 3 as TensorType;
/** Not exported: tfjs has no name for it and only TensorFlow's own ops take it. */
const BFLOAT16 = 14 as TensorType;

/** The type of activations; float32 wherever bfloat16 does not exist. */
export function activationType(precision: Precision): TensorType {
  return rawOps && precision === 'bf16' ? BFLOAT16 : FLOAT32;
}

/** The type that a tensor is held in, which for bfloat16 differs from what tfjs says. */
export function typeOf(tensor: Tensor): TensorType {
  if (rawOps) return backend.tensorMap.get(tensor.dataId).dtype as TensorType;
  return tensor.dtype === 'int32' ? INT32 : FLOAT32;
}
