import type { Tensor } from '@tensorflow/tfjs-core';
import { backend } from '../tf.ts';
import type { TensorType } from './types.ts';

/*
 * The raw side of the kernels: any TensorFlow op by its name. Call this inside `raw` twins only.
 */

/** One attribute of a TensorFlow op, as the binding wants it. */
export interface Attribute {
  readonly name: string;
  readonly type: number;
  readonly value: number | string | boolean | readonly number[];
}

function attribute(kind: string, name: string, value: Attribute['value']): Attribute {
  const type = backend.binding[kind];
  if (type === undefined) throw new Error(`the TensorFlow binding has no ${kind}`);
  return { name, type, value };
}

export const attributeType = (name: string, dtype: TensorType): Attribute => attribute('TF_ATTR_TYPE', name, dtype);
export const attributeInt = (name: string, value: number): Attribute => attribute('TF_ATTR_INT', name, value);
export const attributeInts = (name: string, value: readonly number[]): Attribute =>
  attribute('TF_ATTR_INT', name, value);
export const attributeFloat = (name: string, value: number): Attribute => attribute('TF_ATTR_FLOAT', name, value);
export const attributeBool = (name: string, value: boolean): Attribute => attribute('TF_ATTR_BOOL', name, value);
export const attributeString = (name: string, value: string): Attribute => attribute('TF_ATTR_STRING', name, value);

export const attributeShape = (name: string, value: readonly number[]): Attribute =>
  attribute('TF_ATTR_SHAPE', name, value);

/** Runs one TensorFlow op with one output. The result belongs to the surrounding `tf.tidy`. */
export function execute<T extends Tensor>(op: string, attributes: readonly Attribute[], inputs: Tensor[]): T {
  const [output] = backend.executeMultipleOutputs(op, attributes, inputs, 1);
  return output as T;
}

/** Runs one TensorFlow op with several outputs. */
export function executeMany(op: string, attributes: readonly Attribute[], inputs: Tensor[], outputs: number): Tensor[] {
  return backend.executeMultipleOutputs(op, attributes, inputs, outputs);
}
