import type { Rank, Tensor, Tensor1D, Tensor2D, Tensor4D } from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { Random } from '#core/domain/random.ts';
import { add } from '#engine/kernels/add.ts';
import { BATCH_NORM_EPSILON, batchNormGradient, batchNormInfer, batchNormTrain } from '#engine/kernels/batch-norm.ts';
import { cast, toFloat32 } from '#engine/kernels/cast.ts';
import { conv2d, conv2dFilterGradient, conv2dInputGradient } from '#engine/kernels/conv2d.ts';
import { dense, denseGradient } from '#engine/kernels/dense.ts';
import { typeOf } from '#engine/kernels/execute.ts';
import { halve, halveGradient } from '#engine/kernels/halve.ts';
import { meanPool, meanPoolGradient } from '#engine/kernels/mean-pool.ts';
import { randomNormal } from '#engine/kernels/random-normal.ts';
import { relu, reluGradient } from '#engine/kernels/relu.ts';
import { resizeNearest, resizeNearestGradient } from '#engine/kernels/resize-nearest.ts';
import { BFLOAT16, openTensorFlow, tf } from '#engine/tf.ts';
import { largestDifference, wavy } from '../numeric.ts';

beforeAll(openTensorFlow);

/** tfjs's own gradients of `f` at `inputs`, for the output's gradient `dy`. */
function tfjsGradients(f: (...x: Tensor[]) => Tensor, inputs: Tensor[], dy: Tensor): Tensor[] {
  return tf.grads(f)(inputs, dy);
}

describe('kernels agree with tfjs, which derives its gradients itself', () => {
  it.each([1, 2])('conv2d with stride %i', (stride) => {
    const x = wavy([2, 7, 6, 3]) as Tensor4D;
    const filter = wavy([3, 3, 3, 4], 1) as Tensor4D;
    const f = (...[a, b]: Tensor[]) => tf.conv2d(a as Tensor4D, b as Tensor4D, stride, 'same');
    const y = conv2d(x, filter, stride);
    const dy = wavy(y.shape, 2) as Tensor4D;
    const [dx, dFilter] = tfjsGradients(f, [x, filter], dy) as [Tensor, Tensor];
    expect(largestDifference(y, f(x, filter))).toBeLessThan(1e-5);
    expect(largestDifference(conv2dInputGradient(x.shape, filter, dy, stride), dx)).toBeLessThan(1e-5);
    expect(largestDifference(conv2dFilterGradient(x, filter.shape, dy, stride), dFilter)).toBeLessThan(1e-4);
  });

  it('batch norm in training', () => {
    const x = wavy([3, 4, 4, 5]) as Tensor4D;
    const scale = wavy([5], 1) as Tensor1D;
    const offset = wavy([5], 2) as Tensor1D;
    const f = (...[a, s, o]: Tensor[]) => {
      const { mean, variance } = tf.moments(a as Tensor, [0, 1, 2]);
      const unit = tf.div(tf.sub(a as Tensor, mean), tf.sqrt(tf.add(variance, BATCH_NORM_EPSILON)));
      return tf.add(tf.mul(unit, s as Tensor), o as Tensor);
    };
    const { y, mean, variance, reserved } = batchNormTrain(x, scale, offset);
    const dy = wavy(y.shape, 3) as Tensor4D;
    const { dx, dScale, dOffset } = batchNormGradient(dy, x, scale, reserved);
    const [wantX, wantScale, wantOffset] = tfjsGradients(f, [x, scale, offset], dy) as [Tensor, Tensor, Tensor];
    expect(largestDifference(y, f(x, scale, offset))).toBeLessThan(1e-5);
    expect(largestDifference(dx, wantX)).toBeLessThan(1e-4);
    expect(largestDifference(dScale, wantScale)).toBeLessThan(1e-4);
    expect(largestDifference(dOffset, wantOffset)).toBeLessThan(1e-4);
    const moments = tf.moments(x, [0, 1, 2]);
    expect(largestDifference(mean, moments.mean)).toBeLessThan(1e-6);
    expect(largestDifference(variance, tf.mul(moments.variance, 48 / 47))).toBeLessThan(1e-5);
  });

  it('batch norm in inference', () => {
    const x = wavy([2, 3, 3, 4]) as Tensor4D;
    const [scale, offset, mean] = [1, 2, 3].map((o) => wavy([4], o)) as [Tensor1D, Tensor1D, Tensor1D];
    const variance = tf.abs(wavy([4], 5)) as Tensor1D;
    const expected = tf.batchNorm(x, mean, variance, offset, scale, BATCH_NORM_EPSILON);
    expect(largestDifference(batchNormInfer(x, scale, offset, mean, variance), expected)).toBeLessThan(1e-5);
  });

  it('ReLU, addition and mean pooling', () => {
    const x = wavy([2, 4, 3, 5]) as Tensor4D;
    const dy = wavy([2, 4, 3, 5], 1) as Tensor4D;
    const [dRelu] = tfjsGradients((...[a]) => tf.relu(a as Tensor), [x], dy) as [Tensor];
    expect(largestDifference(relu(x), tf.relu(x))).toBe(0);
    expect(largestDifference(reluGradient(dy, relu(x)), dRelu)).toBe(0);
    expect(largestDifference(add(x, dy), tf.add(x, dy))).toBe(0);
    const dPooled = wavy([2, 5], 2) as Tensor2D;
    const [dMean] = tfjsGradients((...[a]) => tf.mean(a as Tensor, [1, 2]), [x], dPooled) as [Tensor];
    expect(largestDifference(meanPool(x), tf.mean(x, [1, 2]))).toBeLessThan(1e-6);
    expect(largestDifference(meanPoolGradient(dPooled, 4, 3), dMean)).toBeLessThan(1e-6);
  });

  it.each([
    [6, 8],
    [5, 7],
  ])('nearest resizing to %i × %i', (height, width) => {
    const x = wavy([2, 3, 4, 2]) as Tensor4D;
    const dy = wavy([2, height, width, 2], 1) as Tensor4D;
    const f = (...[a]: Tensor[]) => tf.image.resizeNearestNeighbor(a as Tensor4D, [height, width]);
    const [dx] = tfjsGradients(f, [x], dy) as [Tensor];
    expect(largestDifference(resizeNearest(x, height, width), f(x))).toBe(0);
    expect(largestDifference(resizeNearestGradient(dy, 3, 4), dx)).toBeLessThan(1e-6);
  });

  it.each([
    [6, 8],
    [5, 7],
  ])('halving %i × %i', (height, width) => {
    const x = wavy([2, height, width, 3]) as Tensor4D;
    const f = (...[a]: Tensor[]) => tf.avgPool(a as Tensor4D, 2, 2, 'same');
    const dy = wavy(halve(x).shape, 1) as Tensor4D;
    const [dx] = tfjsGradients(f, [x], dy) as [Tensor];
    expect(largestDifference(halve(x), f(x))).toBeLessThan(1e-6);
    expect(largestDifference(halveGradient(x.shape, dy), dx)).toBeLessThan(1e-6);
  });

  it('a dense layer', () => {
    const [x, weight] = [wavy([4, 3]) as Tensor2D, wavy([3, 5], 1) as Tensor2D];
    const bias = wavy([5], 2) as Tensor1D;
    const dy = wavy([4, 5], 3) as Tensor2D;
    const f = (...[a, w, b]: Tensor[]) => tf.add(tf.matMul(a as Tensor2D, w as Tensor2D), b as Tensor);
    const { dx, dWeight, dBias } = denseGradient(dy, x, weight);
    const wanted = tfjsGradients(f, [x, weight, bias], dy);
    expect(largestDifference(dense(x, weight, bias), f(x, weight, bias))).toBe(0);
    [dx, dWeight, dBias].forEach((gradient, i) => {
      expect(largestDifference(gradient, wanted[i] as Tensor)).toBeLessThan(1e-5);
    });
  });
});

describe('bfloat16', () => {
  it('is rounded to 8 bits of mantissa and keeps its type through a convolution', () => {
    const x = tf.tensor4d([1, 1 + 1 / 512, 3.14159, -257], [1, 2, 2, 1]);
    const half = cast(x, BFLOAT16);
    expect(typeOf(half)).toBe(BFLOAT16);
    expect([...toFloat32(half).dataSync()]).toEqual([1, 1, 3.140625, -256]);
    const one = cast(tf.ones<Rank.R4>([1, 1, 1, 1]), BFLOAT16);
    expect(typeOf(conv2d(half, one, 1))).toBe(BFLOAT16);
  });

  it('throws when it is mixed with float32 or read as it is, instead of being misread', () => {
    const half = cast(wavy([2, 2]), BFLOAT16);
    expect(() => tf.add(half, tf.ones([2, 2]))).toThrow(/bfloat16/);
    expect(() => half.dataSync()).toThrow(/TF_DataType: 14/);
  });
});

describe('random numbers', () => {
  it('are standard normal, follow the generator and can be drawn again', () => {
    const first = randomNormal([100, 100], new Random(3));
    const { mean, variance } = tf.moments(first);
    expect(mean.dataSync()[0]).toBeCloseTo(0, 1);
    expect(variance.dataSync()[0]).toBeCloseTo(1, 1);
    expect(largestDifference(first, randomNormal([100, 100], new Random(3)))).toBe(0);
    expect(largestDifference(first, randomNormal([100, 100], new Random(4)))).toBeGreaterThan(1);
  });
});
