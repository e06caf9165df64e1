import type { Tensor4D } from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { cast, toFloat32 } from '#engine/kernels/cast.ts';
import { conv2dFilterGradient } from '#engine/kernels/conv2d.ts';
import { transposedFilterGradient, transposingPays } from '#engine/kernels/transposed-filter-gradient.ts';
import { activationType } from '#engine/kernels/types.ts';
import { openTensorFlow, tf } from '#engine/tf.ts';
import { largestDifference, wavy } from '../numeric.ts';

beforeAll(() => openTensorFlow());

describe('the filter gradient by transposition', () => {
  it.each([
    { size: [7, 6], filter: 3, stride: 1 },
    { size: [7, 6], filter: 3, stride: 2 },
    { size: [8, 8], filter: 3, stride: 2 },
    { size: [9, 5], filter: 5, stride: 2 },
    { size: [5, 5], filter: 1, stride: 1 },
    { size: [10, 7], filter: 3, stride: 3 },
  ])('is TensorFlow’s own: $size, filter $filter, stride $stride', ({ size: [height, width], filter, stride }) => {
    const x = wavy([3, height!, width!, 4]) as Tensor4D;
    const dy = wavy([3, Math.ceil(height! / stride), Math.ceil(width! / stride), 5], 1) as Tensor4D;
    const shape = [filter, filter, 4, 5];
    const own = conv2dFilterGradient.raw(x, shape, dy, stride);
    const transposed = transposedFilterGradient(x, shape, dy, stride);
    expect(transposed?.shape).toEqual(shape);
    expect(largestDifference(transposed!, own)).toBeLessThan(1e-4);
  });

  it('leaves to TensorFlow what padding cannot express', () => {
    const x = wavy([1, 8, 8, 2]) as Tensor4D;
    expect(transposedFilterGradient(x, [1, 1, 2, 2], wavy([1, 4, 4, 2]) as Tensor4D, 2)).toBeUndefined();
  });

  it('is taken in bfloat16 where it is faster, with the same result to 8 bits', () => {
    const [x, dy] = [wavy([16, 4, 4, 32]) as Tensor4D, wavy([16, 4, 4, 32], 1) as Tensor4D];
    expect(transposingPays(x.shape, dy.shape)).toBe(true);
    expect(transposingPays([16, 32, 32, 32], [16, 32, 32, 32])).toBe(false);
    const [own, bf16] = [
      conv2dFilterGradient.raw(x, [3, 3, 32, 32], dy, 1),
      conv2dFilterGradient.raw(cast(x, activationType('bf16')), [3, 3, 32, 32], cast(dy, activationType('bf16')), 1),
    ];
    const largest = tf.max(tf.abs(own)).dataSync()[0] ?? 0;
    expect(largestDifference(toFloat32(bf16), own)).toBeLessThan(0.02 * largest);
  });
});
