import type { Tensor } from '@tensorflow/tfjs-core';
import { attributeType, execute, typeOf } from './execute.ts';

/** max(x, 0) */
export function relu<T extends Tensor>(x: T): T {
  return execute('Relu', [attributeType('T', typeOf(x))], [x]);
}

/** Gradient of {@link relu}, given its output y (its sign is the input's). */
export function reluGradient<T extends Tensor>(dy: T, y: T): T {
  return execute('ReluGrad', [attributeType('T', typeOf(dy))], [dy, y]);
}
