import type { Tensor } from '@tensorflow/tfjs-core';
import type { Random } from '#core/domain/random.ts';
import { tf } from '../tf.ts';
import { attributeType, execute } from './execute.ts';
import { kernel } from './kernel.ts';
import { philoxNormals } from './philox.ts';
import { FLOAT32, INT32 } from './types.ts';

/**
 * Standard normal numbers, float32; two words of `random` are their seed, and both twins draw the same ones. The stateless
 * op, because the stateful ones keep a compiled kernel for every seed and cannot be continued after a restart.
 */
export const randomNormal = kernel({
  raw<T extends Tensor>(shape: readonly number[], random: Random): T {
    const seed = tf.tensor1d([random.uint32() | 0, random.uint32() | 0], 'int32');
    const attributes = [attributeType('dtype', FLOAT32), attributeType('T', INT32), attributeType('Tseed', INT32)];
    return execute('StatelessRandomNormal', attributes, [tf.tensor1d([...shape], 'int32'), seed]);
  },
  portable<T extends Tensor>(shape: readonly number[], random: Random): T {
    const count = shape.reduce((product, side) => product * side, 1);
    const normals: Tensor = tf.tensor(philoxNormals(count, [random.uint32() | 0, random.uint32() | 0]), [...shape]);
    return normals as T;
  },
});
