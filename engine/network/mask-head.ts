import type { Tensor1D, Tensor4D } from '@tensorflow/tfjs-core';
import type { Random } from '#core/domain/random.ts';
import { add } from '../kernels/add.ts';
import { toFloat32 } from '../kernels/cast.ts';
import { conv2d, conv2dFilterGradient, conv2dInputGradient } from '../kernels/conv2d.ts';
import { cast } from '../kernels/cast.ts';
import { resizeNearest, resizeNearestGradient } from '../kernels/resize-nearest.ts';
import { typeOf } from '../kernels/types.ts';
import { tf } from '../tf.ts';
import { convNorm, createConvNorm, reluPass } from './layers.ts';
import type { NetworkState, TrainingPass } from './layers.ts';
import { heNormal } from './parameters.ts';

/*
 * Where is a defect? Layers 2, 3 and 4 are brought to one width by 1×1 convolutions, added at layer 2's size (a feature
 * pyramid, Lin et al. 2017) and read by one 3×3 convolution: one logit per position at stride 4.
 */

const LEVELS = ['layer2', 'layer3', 'layer4'] as const;

/** The features that the head reads, strides 4, 8 and 16, and the gradients by them. */
export interface Pyramid {
  readonly layer2: Tensor4D;
  readonly layer3: Tensor4D;
  readonly layer4: Tensor4D;
}

/** Rate of damaged positions that an untrained head predicts, so that its first steps aren't spent on learning it. */
const PRIOR_LOGIT = -3;

/** Adds the head's weights: `width` channels inside, layers of `channels` coming in. */
export function createMaskHead(
  state: NetworkState,
  channels: readonly [number, number, number],
  width: number,
  random: Random,
): void {
  LEVELS.forEach((level, index) => {
    createConvNorm(state, `mask.${level}`, 1, channels[index] ?? 0, width, random);
  });
  state.weights.set('mask.logit.filter', heNormal([3, 3, width, 1], 9 * width, random));
  state.weights.set('mask.logit.bias', tf.fill([1], PRIOR_LOGIT));
}

/** Training pass: logits [n, h/4, w/4, 1] in float32, and the way back to the three layers. */
export function maskHead(
  pass: TrainingPass,
  layers: Pyramid,
): { logits: Tensor4D; backward(dLogits: Tensor4D): Pyramid } {
  const laterals = LEVELS.map((level) => convNorm(pass, `mask.${level}`, layers[level], 1));
  const active = reluPass(mergeAtLayer2(laterals.map((lateral) => lateral.output)));
  const filter = cast(pass.weights.get<Tensor4D>('mask.logit.filter'), typeOf(active.output));
  const logits = tf.add<Tensor4D>(
    toFloat32(conv2d(active.output, filter, 1)),
    pass.weights.get<Tensor1D>('mask.logit.bias'),
  );
  return {
    logits,
    backward(dLogits) {
      pass.gradients.set('mask.logit.bias', tf.sum(dLogits, [0, 1, 2]));
      const dy = cast(dLogits, typeOf(active.output));
      pass.gradients.set('mask.logit.filter', toFloat32(conv2dFilterGradient(active.output, filter.shape, dy, 1)));
      const dSum = active.backward(conv2dInputGradient(active.output.shape, filter, dy, 1));
      const [layer2, layer3, layer4] = laterals.map((lateral, index) => {
        const [, height, width] = lateral.output.shape;
        return lateral.backward(index === 0 ? dSum : resizeNearestGradient(dSum, height, width));
      });
      if (!layer2 || !layer3 || !layer4) throw new Error('the mask head reads three layers');
      return { layer2, layer3, layer4 };
    },
  };
}

function mergeAtLayer2(laterals: readonly Tensor4D[]): Tensor4D {
  const [finest, ...coarser] = laterals;
  if (!finest) throw new Error('the mask head reads three layers');
  const [, height, width] = finest.shape;
  return coarser.reduce((sum, lateral) => add(sum, resizeNearest(lateral, height, width)), finest);
}
