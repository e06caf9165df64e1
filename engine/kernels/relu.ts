import type { Tensor } from '@tensorflow/tfjs-core';
import { tf } from '../tf.ts';
import { attributeType, execute } from './execute.ts';
import { kernel } from './kernel.ts';
import { typeOf } from './types.ts';

/** max(x, 0) */
export const relu = kernel({
  raw: <T extends Tensor>(x: T): T => execute('Relu', [attributeType('T', typeOf(x))], [x]),
  portable: <T extends Tensor>(x: T): T => tf.relu(x),
});

/** Gradient of {@link relu}, given its output y (its sign is the input's). */
export const reluGradient = kernel({
  raw: <T extends Tensor>(dy: T, y: T): T => execute('ReluGrad', [attributeType('T', typeOf(dy))], [dy, y]),
  portable: <T extends Tensor>(dy: T, y: T): T => tf.mul(dy, tf.step(y)),
});
