import { createRequire } from 'node:module';
import type { TensorFlow } from '#native/load-tensorflow.ts';

/**
 * tfjs without TensorFlow: the same functions over the backends written in JavaScript. It is the copy that tfjs-node itself
 * uses, since a second one would know none of the first one's tensors.
 */
export function loadTfjs(): TensorFlow {
  const require = createRequire(createRequire(import.meta.url).resolve('@tensorflow/tfjs-node-gpu/package.json'));
  return require('@tensorflow/tfjs') as TensorFlow;
}
