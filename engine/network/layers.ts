import type { Tensor1D, Tensor4D } from '@tensorflow/tfjs-core';
import type { Random } from '#core/domain/random.ts';
import { add } from '../kernels/add.ts';
import { batchNormGradient, batchNormTrain } from '../kernels/batch-norm.ts';
import { cast, toFloat32 } from '../kernels/cast.ts';
import { conv2d, conv2dFilterGradient, conv2dInputGradient } from '../kernels/conv2d.ts';
import { halve, halveGradient } from '../kernels/halve.ts';
import { relu, reluGradient } from '../kernels/relu.ts';
import { typeOf } from '../kernels/types.ts';
import { tf } from '../tf.ts';
import { heNormal } from './parameters.ts';
import type { Gradients, ParameterSet } from './parameters.ts';

/*
 * Layers with our own gradients. A forward pass returns its output and a `backward` that takes the gradient by the output,
 * puts the gradients by the weights into `gradients` and returns the gradient by the input. What backward needs stays alive
 * in the closure: run both inside one `tf.tidy`. Activations have the type of the input (float32 or bfloat16); weights,
 * their gradients and the statistics are always float32.
 */

/** One layer's forward pass and the way back. */
export interface Pass {
  readonly output: Tensor4D;
  backward(dy: Tensor4D): Tensor4D;
}

/** What the layers of one network share. */
export interface NetworkState {
  readonly weights: ParameterSet;
  /** Running mean and variance of every batch norm, for inference. */
  readonly statistics: ParameterSet;
}

/** One training pass through a network. */
export interface TrainingPass extends NetworkState {
  /** Filled by the backward passes. */
  readonly gradients: Gradients;
  /** Share of the running statistics that survives this batch, 0..1. */
  readonly momentum: number;
}

/** Adds the weights of a convolution (side × side) with batch norm under `name`. */
export function createConvNorm(
  { weights, statistics }: NetworkState,
  name: string,
  side: number,
  from: number,
  to: number,
  random: Random,
): void {
  weights.set(`${name}.filter`, heNormal([side, side, from, to], side * side * from, random));
  weights.set(`${name}.scale`, tf.ones([to]));
  weights.set(`${name}.offset`, tf.zeros([to]));
  statistics.set(`${name}.mean`, tf.zeros([to]));
  statistics.set(`${name}.variance`, tf.ones([to]));
}

/** A {@link Pass} that can leave the gradient by its input out: the first layer's, which nobody wants, is a tenth of a step. */
export interface ConvNormPass extends Pass {
  backwardToWeights(dy: Tensor4D): void;
}

/** Convolution, then batch norm by the batch's statistics, which also move the running ones. */
export function convNorm(pass: TrainingPass, name: string, x: Tensor4D, stride: number): ConvNormPass {
  const filter = cast(pass.weights.get<Tensor4D>(`${name}.filter`), typeOf(x));
  const scale = pass.weights.get<Tensor1D>(`${name}.scale`);
  const convolved = conv2d(x, filter, stride);
  const normed = batchNormTrain(convolved, scale, pass.weights.get(`${name}.offset`));
  moveStatistic(pass, `${name}.mean`, normed.mean);
  moveStatistic(pass, `${name}.variance`, normed.variance);
  const toConvolved = (dy: Tensor4D): Tensor4D => {
    const { dx, dScale, dOffset } = batchNormGradient(dy, convolved, scale, normed.reserved);
    pass.gradients.set(`${name}.scale`, dScale);
    pass.gradients.set(`${name}.offset`, dOffset);
    pass.gradients.set(`${name}.filter`, toFloat32(conv2dFilterGradient(x, filter.shape, dx, stride)));
    return dx;
  };
  return {
    output: normed.y,
    backward: (dy) => conv2dInputGradient(x.shape, filter, toConvolved(dy), stride),
    backwardToWeights: (dy) => void toConvolved(dy),
  };
}

function moveStatistic({ statistics, momentum }: TrainingPass, name: string, batch: Tensor1D): void {
  if (momentum === 1) return;
  const moved = tf.add(tf.mul(statistics.get(name), momentum), tf.mul(batch, 1 - momentum));
  statistics.set(name, moved);
}

/** ReLU with its way back. */
export function reluPass(x: Tensor4D): Pass {
  const output = relu(x);
  return { output, backward: (dy) => reluGradient(dy, output) };
}

/*
 * Where a block halves the size, its short cut takes the mean of 2×2 squares before a 1×1 convolution (ResNet-D, He et al.
 * 2019). The usual 1×1 convolution with stride 2 throws three quarters of the picture away, and its filter gradient writes
 * beyond its buffer in oneDNN as of TensorFlow 2.21 (4 → 8 channels at 16 × 16: "double free or corruption").
 */

/** Adds the weights of a {@link residualBlock}; the short cut has its own where size or channels change. */
export function createBlock(
  state: NetworkState,
  name: string,
  from: number,
  to: number,
  stride: 1 | 2,
  random: Random,
): void {
  createConvNorm(state, `${name}.conv1`, 3, from, to, random);
  createConvNorm(state, `${name}.conv2`, 3, to, to, random);
  if (stride !== 1 || from !== to) createConvNorm(state, `${name}.shortcut`, 1, from, to, random);
}

/** Basic residual block of He et al. (2016): relu(norm(conv(relu(norm(conv(x))))) + short cut(x)). */
export function residualBlock(pass: TrainingPass, name: string, x: Tensor4D, stride: 1 | 2): Pass {
  const first = convNorm(pass, `${name}.conv1`, x, stride);
  const between = reluPass(first.output);
  const second = convNorm(pass, `${name}.conv2`, between.output, 1);
  const shortcut = pass.weights.has(`${name}.shortcut.filter`) ? shortcutPass(pass, name, x, stride) : undefined;
  const last = reluPass(add(second.output, shortcut?.output ?? x));
  return {
    output: last.output,
    backward(dy) {
      const dSum = last.backward(dy);
      const dMain = first.backward(between.backward(second.backward(dSum)));
      return add(dMain, shortcut ? shortcut.backward(dSum) : dSum);
    },
  };
}

function shortcutPass(pass: TrainingPass, name: string, x: Tensor4D, stride: 1 | 2): Pass {
  const changed = convNorm(pass, `${name}.shortcut`, stride === 2 ? halve(x) : x, 1);
  return {
    output: changed.output,
    backward(dy) {
      const dx = changed.backward(dy);
      return stride === 2 ? halveGradient(x.shape, dx) : dx;
    },
  };
}
