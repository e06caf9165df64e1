import type { Tensor } from '@tensorflow/tfjs-core';
import { attributeType, execute, typeOf } from './execute.ts';

/** a + b in the type they share; its gradient is dy for both. */
export function add<T extends Tensor>(a: T, b: T): T {
  return execute('AddV2', [attributeType('T', typeOf(a))], [a, b]);
}
