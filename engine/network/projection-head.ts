import type { Tensor1D, Tensor2D } from '@tensorflow/tfjs-core';
import type { Random } from '#core/domain/random.ts';
import { dense, denseGradient } from '../kernels/dense.ts';
import { relu, reluGradient } from '../kernels/relu.ts';
import { tf } from '../tf.ts';
import { heNormal } from './parameters.ts';
import type { Gradients, ParameterSet } from './parameters.ts';

/*
 * The projection head of SimCLR: pooled features → dense → ReLU → dense. The contrast is computed behind it and it is thrown
 * away after pretraining, so that the features keep what the contrast learns to ignore.
 */

/** Size of a projected view. */
export const PROJECTION = 64;

/** Adds the head's weights for features of `from` channels. */
export function createProjectionHead(weights: ParameterSet, from: number, random: Random): void {
  weights.set('projection.hidden.weight', heNormal([from, from], from, random));
  weights.set('projection.hidden.bias', tf.zeros([from]));
  weights.set('projection.out.weight', heNormal([from, PROJECTION], from, random));
  weights.set('projection.out.bias', tf.zeros([PROJECTION]));
}

/** Pooled features [n, from] → projections [n, {@link PROJECTION}], and the way back. */
export function projectionHead(
  weights: ParameterSet,
  gradients: Gradients,
  x: Tensor2D,
): { output: Tensor2D; backward(dy: Tensor2D): Tensor2D } {
  const hiddenWeight = weights.get<Tensor2D>('projection.hidden.weight');
  const outWeight = weights.get<Tensor2D>('projection.out.weight');
  const hidden = relu(dense(x, hiddenWeight, weights.get<Tensor1D>('projection.hidden.bias')));
  return {
    output: dense(hidden, outWeight, weights.get<Tensor1D>('projection.out.bias')),
    backward(dy) {
      const out = denseGradient(dy, hidden, outWeight);
      const inner = denseGradient(reluGradient(out.dx, hidden), x, hiddenWeight);
      gradients.set('projection.out.weight', out.dWeight);
      gradients.set('projection.out.bias', out.dBias);
      gradients.set('projection.hidden.weight', inner.dWeight);
      gradients.set('projection.hidden.bias', inner.dBias);
      return inner.dx;
    },
  };
}
