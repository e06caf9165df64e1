import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import type { Rank } from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { Random } from '#core/domain/random.ts';
import { cast, toFloat32 } from '#engine/kernels/cast.ts';
import { conv2d } from '#engine/kernels/conv2d.ts';
import { randomNormal } from '#engine/kernels/random-normal.ts';
import { activationType, typeOf } from '#engine/kernels/types.ts';
import { openTensorFlow, tf } from '#engine/tf.ts';
import { largestDifference, wavy } from '../numeric.ts';
import { compute, difference, slopes } from './compare.ts';
import { kernelCases } from './table.ts';
import type { KernelCase } from './table.ts';

beforeAll(() => openTensorFlow());

const named = kernelCases.map((kernelCase): [string, KernelCase] => [kernelCase.name, kernelCase]);

describe('TensorFlow’s own ops and their portable twins', () => {
  it.each(named)('agree: %s', async (_, kernelCase) => {
    const [raw, portable] = [await compute(kernelCase, 'raw'), await compute(kernelCase, 'portable')];
    raw.outputs.forEach((output, i) => expect(difference(portable.outputs[i]!, output)).toBeLessThan(2e-6));
    raw.gradients.forEach((gradient, i) => expect(difference(portable.gradients[i]!, gradient)).toBeLessThan(5e-6));
    expect(portable.outputs).toHaveLength(raw.outputs.length);
    expect(portable.gradients).toHaveLength(kernelCase.backward ? kernelCase.inputs.length : 0);
  });

  it.each(named.filter(([, kernelCase]) => 'backward' in kernelCase))(
    'slope as they say: %s',
    async (_, kernelCase) => {
      for (const side of ['raw', 'portable'] as const) {
        const { gradients } = await compute(kernelCase, side);
        const measured = slopes(kernelCase, side);
        gradients.forEach((gradient, i) => expect(difference(gradient, measured[i]!), side).toBeLessThan(1e-3));
      }
    },
  );
});

describe('convolution by a 1×1 filter with a stride', () => {
  it('has a filter gradient that does not write beyond its buffer', async () => {
    // 4 → 8 channels at 16 × 16 is where oneDNN broke the heap; a child, because that ends the process.
    const script = `
      import { openTensorFlow, tf } from '#engine/tf.ts';
      import { conv2dFilterGradient } from '#engine/kernels/conv2d.ts';
      await openTensorFlow();
      for (let i = 0; i < 20; i++)
        tf.tidy(() => conv2dFilterGradient.raw(tf.ones([4, 16, 16, 4]), [1, 1, 4, 8], tf.ones([4, 8, 8, 8]), 2).dataSync());
      console.log('whole');`;
    const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module-typescript', '-e', script], {
      cwd: `${import.meta.dirname}/../../..`,
    });
    expect(stdout.trim()).toBe('whole');
  });
});

describe('bfloat16', () => {
  it('is rounded to 8 bits of mantissa and keeps its type through a convolution', () => {
    const bf16 = activationType('bf16');
    const x = tf.tensor4d([1, 1 + 1 / 512, 3.14159, -257], [1, 2, 2, 1]);
    const half = cast(x, bf16);
    expect(typeOf(half)).toBe(bf16);
    expect([...toFloat32(half).dataSync()]).toEqual([1, 1, 3.140625, -256]);
    const one = cast(tf.ones<Rank.R4>([1, 1, 1, 1]), bf16);
    expect(typeOf(conv2d(half, one, 1))).toBe(bf16);
  });

  it('throws when it is mixed with float32 or read as it is, instead of being misread', () => {
    const half = cast(wavy([2, 2]), activationType('bf16'));
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

  it.each([1, 2, 3, 4, 5, 6])('are the same ones from both twins, seed %i', (seed) => {
    const [forRaw, forPortable] = [new Random(seed), new Random(seed)];
    const shape = [3, 7, seed];
    expect(largestDifference(randomNormal.portable(shape, forPortable), randomNormal.raw(shape, forRaw))).toBeLessThan(
      1e-5,
    );
    expect(forPortable.state()).toEqual(forRaw.state());
  });
});
