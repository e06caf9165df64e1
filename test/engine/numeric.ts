import type { Tensor } from '@tensorflow/tfjs-core';
import { expect } from 'vitest';
import { tf } from '#engine/tf.ts';

/** Numbers that look random and are the same everywhere: sin of the place. */
export function wavy(shape: readonly number[], offset = 0): Tensor {
  const size = shape.reduce((product, side) => product * side, 1);
  const values = Float32Array.from({ length: size }, (_, i) => Math.sin(1 + 2.3 * i + offset));
  return tf.tensor(values, [...shape]);
}

/** Largest difference of two tensors. */
export function largestDifference(a: Tensor, b: Tensor): number {
  expect(a.shape).toEqual(b.shape);
  return tf.tidy(() => tf.max(tf.abs(tf.sub(a, b))).dataSync()[0] ?? 0);
}

/**
 * Compares a gradient with central differences of `loss` at some places of x. The step is large because float32 losses have
 * few digits to spare.
 */
export function expectSlope(loss: (x: Tensor) => number, x: Tensor, gradient: Tensor, tolerance = 2e-2): void {
  const values = x.dataSync();
  const slopes = gradient.dataSync();
  const scale = Math.max(...slopes.map((slope) => Math.abs(slope)));
  expect(scale).toBeGreaterThan(0);
  const step = 1e-2;
  const stride = Math.max(1, Math.floor(values.length / 7));
  for (let place = 0; place < values.length; place += stride) {
    const at = (move: number): number => {
      const moved = Float32Array.from(values);
      moved[place] = (moved[place] ?? 0) + move;
      return tf.tidy(() => loss(tf.tensor(moved, x.shape)));
    };
    const expected = (at(step) - at(-step)) / (2 * step);
    expect(Math.abs((slopes[place] ?? 0) - expected) / scale, `place ${place}`).toBeLessThan(tolerance);
  }
}
