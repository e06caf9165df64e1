import type { Tensor, Tensor1D, Tensor2D, Tensor4D } from '@tensorflow/tfjs-core';
import { add } from '#engine/kernels/add.ts';
import { batchNormGradient, batchNormTrain } from '#engine/kernels/batch-norm.ts';
import { conv2d, conv2dFilterGradient, conv2dInputGradient } from '#engine/kernels/conv2d.ts';
import { dense, denseGradient } from '#engine/kernels/dense.ts';
import { halve, halveGradient } from '#engine/kernels/halve.ts';
import { maxPool, maxPoolGradient } from '#engine/kernels/max-pool.ts';
import { meanPool, meanPoolGradient } from '#engine/kernels/mean-pool.ts';
import { relu, reluGradient } from '#engine/kernels/relu.ts';
import { resizeNearest, resizeNearestGradient } from '#engine/kernels/resize-nearest.ts';
import { subsample } from '#engine/kernels/subsample.ts';

export type Side = 'raw' | 'portable';

/** One kernel at one size, for every test that compares: with its twin, with another backend, with finite differences. */
export interface KernelCase {
  readonly name: string;
  /** Shapes of the inputs that are differentiated by; filled with random-looking numbers. */
  readonly inputs: readonly (readonly number[])[];
  /** Added to inputs, where a kernel wants positive ones. */
  readonly shift?: number;
  /** The output first, then whatever else the kernel gives. */
  forward(side: Side, inputs: readonly Tensor[]): Tensor[];
  /** Gradients by the inputs, given dy by the first output; absent where a kernel is never differentiated. */
  backward?(side: Side, inputs: readonly Tensor[], dy: Tensor): Tensor[];
}

function convolution(x: readonly number[], filter: readonly number[], stride: number): KernelCase {
  return {
    name: `conv2d of ${x.join('×')} by ${filter.join('×')}, stride ${stride}`,
    inputs: [x, filter],
    forward: (side, [a, b]) => [conv2d[side](a as Tensor4D, b as Tensor4D, stride)],
    backward: (side, [a, b], dy) => [
      conv2dInputGradient[side](x, b as Tensor4D, dy as Tensor4D, stride),
      conv2dFilterGradient[side](a as Tensor4D, filter, dy as Tensor4D, stride),
    ],
  };
}

function normalised(x: readonly number[]): KernelCase {
  const channels = x[3] ?? 0;
  return {
    name: `batch norm in training of ${x.join('×')}`,
    inputs: [x, [channels], [channels]],
    forward(side, [a, scale, offset]) {
      const { y, mean, variance } = batchNormTrain[side](a as Tensor4D, scale as Tensor1D, offset as Tensor1D);
      return [y, mean, variance];
    },
    backward(side, [a, scale, offset], dy) {
      const { reserved } = batchNormTrain[side](a as Tensor4D, scale as Tensor1D, offset as Tensor1D);
      const gradients = batchNormGradient[side](dy as Tensor4D, a as Tensor4D, scale as Tensor1D, reserved);
      return [gradients.dx, gradients.dScale, gradients.dOffset];
    },
  };
}

function pooled(x: readonly number[], side: number, stride: number): KernelCase {
  return {
    name: `max pooling of ${x.join('×')} by ${side}, stride ${stride}`,
    inputs: [x],
    forward: (twin, [a]) => [maxPool[twin](a as Tensor4D, side, stride)],
    backward: (twin, [a], dy) => [
      maxPoolGradient[twin](a as Tensor4D, maxPool[twin](a as Tensor4D, side, stride), dy as Tensor4D, side, stride),
    ],
  };
}

function halved(x: readonly number[]): KernelCase {
  return {
    name: `halving ${x.join('×')}`,
    inputs: [x],
    forward: (side, [a]) => [halve[side](a as Tensor4D)],
    backward: (side, _, dy) => [halveGradient[side](x, dy as Tensor4D)],
  };
}

function resized(x: readonly number[], height: number, width: number): KernelCase {
  return {
    name: `nearest resizing of ${x.join('×')} to ${height}×${width}`,
    inputs: [x],
    forward: (side, [a]) => [resizeNearest[side](a as Tensor4D, height, width)],
    backward: (side, _, dy) => [resizeNearestGradient[side](dy as Tensor4D, x[1] ?? 0, x[2] ?? 0)],
  };
}

/** Every kernel at the sizes that are easily got wrong: odd sides, both strides, one channel, one picture. */
export const kernelCases: readonly KernelCase[] = [
  convolution([2, 7, 6, 3], [3, 3, 3, 4], 1),
  convolution([2, 7, 6, 3], [3, 3, 3, 4], 2),
  convolution([1, 9, 5, 1], [5, 5, 1, 3], 2),
  convolution([2, 8, 8, 1], [5, 5, 1, 2], 2),
  convolution([2, 6, 5, 3], [1, 1, 3, 2], 1),
  convolution([1, 7, 8, 3], [1, 1, 3, 2], 2),
  normalised([3, 4, 4, 5]),
  normalised([1, 5, 3, 1]),
  {
    name: 'ReLU',
    inputs: [[2, 5, 3, 3]],
    forward: (side, [x]) => [relu[side](x as Tensor)],
    backward: (side, [x], dy) => [reluGradient[side](dy, relu[side](x as Tensor))],
  },
  {
    name: 'addition',
    inputs: [
      [1, 3, 5, 2],
      [1, 3, 5, 2],
    ],
    forward: (side, [a, b]) => [add[side](a as Tensor, b as Tensor)],
    backward: (_, __, dy) => [dy, dy],
  },
  pooled([2, 8, 6, 3], 2, 2),
  pooled([1, 7, 9, 1], 3, 2),
  pooled([2, 5, 6, 2], 3, 1),
  halved([2, 6, 8, 3]),
  halved([1, 5, 7, 1]),
  resized([2, 3, 4, 2], 6, 8),
  resized([1, 3, 4, 1], 5, 7),
  {
    name: 'every second position of 2×5×6×3',
    inputs: [[2, 5, 6, 3]],
    forward: (side, [x]) => [subsample[side](x as Tensor4D, 2)],
  },
  {
    name: 'mean over all positions',
    inputs: [[2, 4, 3, 5]],
    forward: (_, [x]) => [meanPool(x as Tensor4D)],
    backward: (_, __, dy) => [meanPoolGradient(dy as Tensor2D, 4, 3)],
  },
  {
    name: 'a dense layer',
    inputs: [[4, 3], [3, 5], [5]],
    forward: (_, [x, weight, bias]) => [dense(x as Tensor2D, weight as Tensor2D, bias as Tensor1D)],
    backward(_, [x, weight], dy) {
      const { dx, dWeight, dBias } = denseGradient(dy as Tensor2D, x as Tensor2D, weight as Tensor2D);
      return [dx, dWeight, dBias];
    },
  },
];

/**
 * The inputs of a case: numbers evenly spread from −1 to 1 plus `shift`, shuffled. No two are closer than 1/150 and none is
 * that close to zero, so that central differences with a step of 1/256 never cross a kink of ReLU or of a maximum.
 */
export function inputsOf({ inputs, shift = 0 }: KernelCase): Float32Array[] {
  return inputs.map((shape, input) => {
    const size = shape.reduce((product, side) => product * side, 1);
    // Steps by a number without a common factor visit every place once.
    const places = coprimeAbove(Math.floor(0.618 * size), size);
    return Float32Array.from({ length: size }, (_, i) => {
      const place = (i * places + 3 * input) % size;
      return (2 * (place + 0.5)) / size - 1 + shift;
    });
  });
}

function coprimeAbove(start: number, size: number): number {
  const factor = (a: number, b: number): number => (b === 0 ? a : factor(b, a % b));
  let candidate = Math.max(1, start);
  while (factor(candidate, size) !== 1) candidate++;
  return candidate;
}

/** The gradient by the first output that tests send back: as arbitrary, and no two alike. */
export function outputGradient(size: number): Float32Array {
  return Float32Array.from({ length: size }, (_, i) => Math.sin(1 + 2.3 * i));
}
