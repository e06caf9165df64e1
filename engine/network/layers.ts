import type { Tensor1D, Tensor4D } from '@tensorflow/tfjs-core';
import type { Random } from '#core/domain/random.ts';
import { add } from '../kernels/add.ts';
import { BATCH_NORM_EPSILON, batchNormGradient, batchNormTrain } from '../kernels/batch-norm.ts';
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
  /** Share of the running statistics that survives this batch, 0..1; null = batch norm goes by them, and they stay. */
  readonly momentum: number | null;
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

/** Convolution, then batch norm: by the batch's statistics, which also move the running ones, or by those. */
export function convNorm(pass: TrainingPass, name: string, x: Tensor4D, stride: number): ConvNormPass {
  return pass.momentum === null
    ? convByStatistics(pass, name, x, stride)
    : convByBatch(pass, pass.momentum, name, x, stride);
}

function convByBatch(pass: TrainingPass, momentum: number, name: string, x: Tensor4D, stride: number): ConvNormPass {
  const filter = cast(pass.weights.get<Tensor4D>(`${name}.filter`), typeOf(x));
  const scale = pass.weights.get<Tensor1D>(`${name}.scale`);
  const convolved = conv2d(x, filter, stride);
  const normed = batchNormTrain(convolved, scale, pass.weights.get(`${name}.offset`));
  moveStatistic(pass, momentum, `${name}.mean`, normed.mean);
  moveStatistic(pass, momentum, `${name}.variance`, normed.variance);
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

function moveStatistic({ statistics }: TrainingPass, momentum: number, name: string, batch: Tensor1D): void {
  if (momentum === 1) return;
  const moved = tf.add(tf.mul(statistics.get(name), momentum), tf.mul(batch, 1 - momentum));
  statistics.set(name, moved);
}

const ALL_BUT_CHANNELS = [0, 1, 2];

/**
 * With fixed statistics both are one convolution, as in looking (folded.ts): y = gain · (x ∗ filter − mean) + offset with
 * gain = scale / √(variance + ε). Of the gradient by the folded filter, dF = Σ dy·x, follow those by
 *
 *     filter: gain · dF,   offset: Σ dy,   gain: Σ dF·filter − mean · Σ dy   (sums over all but the channels of y)
 */
function convByStatistics(pass: TrainingPass, name: string, x: Tensor4D, stride: number): ConvNormPass {
  const { weights, statistics, gradients } = pass;
  const filter = weights.get<Tensor4D>(`${name}.filter`);
  const mean = statistics.get<Tensor1D>(`${name}.mean`);
  const inverse = tf.rsqrt(tf.add(statistics.get<Tensor1D>(`${name}.variance`), BATCH_NORM_EPSILON));
  const gain = tf.mul<Tensor1D>(weights.get<Tensor1D>(`${name}.scale`), inverse);
  const folded = cast(tf.mul<Tensor4D>(filter, gain), typeOf(x));
  const bias = tf.sub<Tensor1D>(weights.get<Tensor1D>(`${name}.offset`), tf.mul(gain, mean));
  const backwardToWeights = (dy: Tensor4D): void => {
    const dFolded = toFloat32(conv2dFilterGradient(x, filter.shape, dy, stride));
    const dOffset = tf.sum<Tensor1D>(toFloat32(dy), ALL_BUT_CHANNELS);
    const dGain = tf.sub(tf.sum(tf.mul(dFolded, filter), ALL_BUT_CHANNELS), tf.mul(dOffset, mean));
    gradients.set(`${name}.scale`, tf.mul(dGain, inverse));
    gradients.set(`${name}.offset`, dOffset);
    gradients.set(`${name}.filter`, tf.mul(dFolded, gain));
  };
  return {
    output: add(conv2d(x, folded, stride), cast(bias.as4D(1, 1, 1, bias.size), typeOf(x))),
    backward(dy) {
      backwardToWeights(dy);
      return conv2dInputGradient(x.shape, folded, dy, stride);
    },
    backwardToWeights,
  };
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
