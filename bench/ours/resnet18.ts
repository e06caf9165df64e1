import type { Scalar, Tensor2D, Tensor4D } from '@tensorflow/tfjs-core';
import * as v from 'valibot';
import { Random } from '#core/domain/random.ts';
import { add } from '#engine/kernels/add.ts';
import { cast, toFloat32 } from '#engine/kernels/cast.ts';
import { maxPool, maxPoolGradient } from '#engine/kernels/max-pool.ts';
import { meanPool, meanPoolGradient } from '#engine/kernels/mean-pool.ts';
import { activationType, typeOf } from '#engine/kernels/types.ts';
import { normaliseRows } from '#engine/loss/normalise-rows.ts';
import { ntXent } from '#engine/loss/nt-xent.ts';
import { convNorm, createBlock, createConvNorm, reluPass, residualBlock } from '#engine/network/layers.ts';
import type { Pass, TrainingPass } from '#engine/network/layers.ts';
import { ParameterSet } from '#engine/network/parameters.ts';
import { createProjectionHead, projectionHead } from '#engine/network/projection-head.ts';
import { AdamW } from '#engine/optimiser.ts';
import { backend, openTensorFlow, tf } from '#engine/tf.ts';
import { StepParams } from '../network-spec.ts';
import type { NetworkSpec } from '../network-spec.ts';
import type { Ready } from './side.ts';
import { timeSteps, WARM_UP_STEPS } from './steps.ts';

/*
 * ResNet-18 (He et al. 2016) from the engine's layers. Our encoder has neither its max pool nor its short cuts, which take every
 * second position instead of a mean.
 */

/** Forward, NT-Xent, backward, AdamW on pixels that stay in memory. */
export async function prepareResNetStep(input: unknown): Promise<Ready> {
  const { spec, imagePx, views, precision, steps, temperature } = v.parse(StepParams, input);
  await openTensorFlow();
  const state = createNetwork(spec, new Random(1));
  const optimiser = new AdamW([state.weights], { weightDecay: 0.001, gradientClip: 5 });
  const pixels = tf.randomNormal([views, imagePx, imagePx, spec.channels], 0, 1, 'float32', 1) as Tensor4D;
  const step = (): Scalar => {
    const pass: TrainingPass = { ...state, gradients: new Map(), momentum: 0.9 };
    const trunk = forward(spec, pass, cast(pixels, activationType(precision)));
    const head = projectionHead(state.weights, pass.gradients, trunk.pooled);
    const rows = normaliseRows(head.output);
    const [za, zb] = tf.split<Tensor2D>(rows.output, 2, 0) as [Tensor2D, Tensor2D];
    const { loss, dza, dzb } = ntXent(za, zb, temperature);
    trunk.backward(head.backward(rows.backward(tf.concat2d([dza, dzb], 0))));
    optimiser.step(pass.gradients, 1e-3);
    return loss;
  };
  timeSteps(step, WARM_UP_STEPS, views);
  const { weights } = state;
  return {
    facts: {
      detail: `TensorFlow ${String(backend.binding['TF_Version'])}, ${precision}`,
      parameters: weights.names().reduce((sum, name) => sum + weights.get(name).size, 0),
    },
    run: () => Promise.resolve(timeSteps(step, steps, views)),
  };
}

function createNetwork({ stem, channels, blocks }: NetworkSpec, random: Random) {
  const state = { weights: new ParameterSet(), statistics: new ParameterSet() };
  createConvNorm(state, 'stem', stem.side, channels, stem.width, random);
  let from = stem.width;
  blocks.forEach(({ width, stride }, index) => {
    createBlock(state, `block${index}`, from, width, stride, random);
    from = width;
  });
  createProjectionHead(state.weights, from, random);
  return state;
}

/** Pooled features [n, c] in float32 and the way back to the weights. */
function forward(
  { blocks }: NetworkSpec,
  pass: TrainingPass,
  input: Tensor4D,
): { pooled: Tensor2D; backward(dPooled: Tensor2D): void } {
  const stem = convNorm(pass, 'stem', input, 2);
  const active = reluPass(stem.output);
  const passes: Pass[] = [active, maxPoolPass(active.output)];
  blocks.forEach(({ stride }, index) => {
    const x = passes.at(-1)?.output ?? input;
    const block = stride === 2 ? stridedBlock : residualBlock;
    passes.push(block(pass, `block${index}`, x, stride));
  });
  const last = passes.at(-1)?.output ?? input;
  return {
    pooled: meanPool(toFloat32(last)),
    backward(dPooled) {
      const [, height, width] = last.shape;
      let dx = cast(meanPoolGradient(dPooled, height, width), typeOf(last));
      for (const part of passes.toReversed()) dx = part.backward(dx);
      stem.backwardToWeights(dx);
    },
  };
}

/** 3×3 with stride 2. */
function maxPoolPass(x: Tensor4D): Pass {
  const output = maxPool(x, 3, 2);
  return { output, backward: (dy) => maxPoolGradient(x, output, dy, 3, 2) };
}

/** Basic residual block whose short cut is a 1×1 convolution with the block's stride. */
function stridedBlock(pass: TrainingPass, name: string, x: Tensor4D, stride: 1 | 2): Pass {
  const first = convNorm(pass, `${name}.conv1`, x, stride);
  const between = reluPass(first.output);
  const second = convNorm(pass, `${name}.conv2`, between.output, 1);
  const shortcut = convNorm(pass, `${name}.shortcut`, x, stride);
  const last = reluPass(add(second.output, shortcut.output));
  return {
    output: last.output,
    backward(dy) {
      const dSum = last.backward(dy);
      const dMain = first.backward(between.backward(second.backward(dSum)));
      return add(dMain, shortcut.backward(dSum));
    },
  };
}
