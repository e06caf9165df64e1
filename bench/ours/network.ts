import type { Tensor2D, Tensor4D } from '@tensorflow/tfjs-core';
import type { Random } from '#core/domain/random.ts';
import { cast, toFloat32 } from '#engine/kernels/cast.ts';
import { meanPool, meanPoolGradient } from '#engine/kernels/mean-pool.ts';
import { typeOf } from '#engine/kernels/types.ts';
import { createBlock, createConvNorm, convNorm, reluPass, residualBlock } from '#engine/network/layers.ts';
import type { Pass, TrainingPass } from '#engine/network/layers.ts';
import { ParameterSet } from '#engine/network/parameters.ts';
import type { Gradients } from '#engine/network/parameters.ts';
import { createProjectionHead } from '#engine/network/projection-head.ts';
import type { NetworkSpec } from '../network-spec.ts';
import { maxPoolPass, stridedBlock } from './resnet18.ts';

/** Weights and statistics of a {@link NetworkSpec} with the projection head of SimCLR. */
export interface Network {
  readonly spec: NetworkSpec;
  readonly weights: ParameterSet;
  readonly statistics: ParameterSet;
  readonly parameters: number;
}

export function createNetwork(spec: NetworkSpec, random: Random): Network {
  const state = { weights: new ParameterSet(), statistics: new ParameterSet() };
  createConvNorm(state, 'stem', spec.stem.side, spec.channels, spec.stem.width, random);
  let from = spec.stem.width;
  spec.blocks.forEach(({ width, stride }, index) => {
    createBlock(state, `block${index}`, from, width, stride, random);
    from = width;
  });
  createProjectionHead(state.weights, from, random);
  const parameters = state.weights.names().reduce((sum, name) => sum + state.weights.get(name).size, 0);
  return { spec, ...state, parameters };
}

/** A training pass: pooled features [n, c] in float32 and the way back to the weights. Needs a `tf.tidy` around. */
export function forward(
  { spec, weights, statistics }: Network,
  input: Tensor4D,
): { pooled: Tensor2D; gradients: Gradients; backward(dPooled: Tensor2D): void } {
  const gradients: Gradients = new Map();
  const pass: TrainingPass = { weights, statistics, gradients, momentum: 0.9 };
  const stem = convNorm(pass, 'stem', input, 2);
  const passes: Pass[] = [reluPass(stem.output)];
  let x = passes[0]?.output ?? stem.output;
  const through = (next: Pass): void => {
    passes.push(next);
    x = next.output;
  };
  if (spec.maxPool) through(maxPoolPass(x));
  spec.blocks.forEach(({ stride }, index) => {
    const block = spec.shortcut === 'strided' && stride === 2 ? stridedBlock : residualBlock;
    through(block(pass, `block${index}`, x, stride));
  });
  const last = x;
  return {
    pooled: meanPool(toFloat32(last)),
    gradients,
    backward(dPooled) {
      const [, height, width] = last.shape;
      let dx = cast(meanPoolGradient(dPooled, height, width), typeOf(last));
      for (const part of passes.toReversed()) dx = part.backward(dx);
      stem.backwardToWeights(dx);
    },
  };
}
