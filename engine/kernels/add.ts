import type { Tensor } from '@tensorflow/tfjs-core';
import { tf } from '../tf.ts';
import { attributeType, execute } from './execute.ts';
import { kernel } from './kernel.ts';
import { typeOf } from './types.ts';

/** a + b in the type they share; its gradient is dy for both. */
export const add = kernel({
  raw: <T extends Tensor>(a: T, b: T): T => execute('AddV2', [attributeType('T', typeOf(a))], [a, b]),
  portable: <T extends Tensor>(a: T, b: T): T => tf.add(a, b),
});
