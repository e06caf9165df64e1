import type { Tensor } from '@tensorflow/tfjs-core';
import type { Random } from '#core/domain/random.ts';
import { tf } from '../tf.ts';
import { attributeType, execute, float32, int32 } from './execute.ts';

/**
 * Standard normal numbers, float32. The stateless op, because the stateful ones keep a compiled kernel for every seed and
 * cannot be continued after a restart; two words of `random` are its seed.
 */
export function randomNormal<T extends Tensor>(shape: readonly number[], random: Random): T {
  const seed = tf.tensor1d([random.uint32() | 0, random.uint32() | 0], 'int32');
  const attributes = [attributeType('dtype', float32()), attributeType('T', int32()), attributeType('Tseed', int32())];
  return execute('StatelessRandomNormal', attributes, [tf.tensor1d([...shape], 'int32'), seed]);
}
