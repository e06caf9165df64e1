import type { Tensor, Tensor4D } from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { createEncoder } from '#engine/encoder.ts';
import type { Encoder, TrunkPrecision } from '#engine/encoder.ts';
import { openTensorFlow, tf } from '#engine/tf.ts';
import { largestDifference, wavy } from './numeric.ts';
import { see } from './see.ts';

beforeAll(() => openTensorFlow());

const tiny = (seed = 1): Encoder => createEncoder({ channels: 1, width: 4, seed });
const picture = (height: number, width: number, n = 2): Tensor4D => wavy([n, height, width, 1]) as Tensor4D;

/** A loss that uses all four outputs: the sum of their products with fixed numbers. */
function lossAndGradients(
  encoder: Encoder,
  batch: Tensor4D,
  precision: TrunkPrecision = 'f32',
  momentum: number | null = 0.98,
) {
  const gradients = new Map<string, Float32Array>();
  let loss = 0;
  tf.tidy(() => {
    const pass = encoder.forwardTrain(batch, precision, momentum);
    const weigh = (feature: Tensor4D, offset: number): Tensor4D => {
      const weights = wavy(feature.shape, offset) as Tensor4D;
      loss += tf.sum(tf.mul(feature, weights)).dataSync()[0] ?? 0;
      return weights;
    };
    const by = {
      layer2: weigh(pass.layer2, 0),
      layer3: weigh(pass.layer3, 1),
      layer4: weigh(pass.layer4, 2),
      maskLogits: weigh(pass.maskLogits, 3),
    };
    for (const [name, gradient] of pass.backward(by)) gradients.set(name, Float32Array.from(gradient.dataSync()));
  });
  return { loss, gradients };
}

describe('encoder', () => {
  it('gives features at strides 4, 8 and 16 for any size, rounded up', () => {
    const encoder = tiny();
    const shapes = tf.tidy(() => {
      const { layer2, layer3, layer4, maskLogits } = see(encoder, picture(51, 77));
      return [layer2, layer3, layer4, maskLogits].map(({ shape }) => shape);
    });
    expect(shapes).toEqual([
      [2, 13, 20, 8],
      [2, 7, 10, 16],
      [2, 4, 5, 32],
      [2, 13, 20, 1],
    ]);
    encoder.dispose();
  });

  it.each([
    ['the batch', 0.98],
    ['what was seen before', null],
  ])('has the gradient of its loss by every weight (central differences), normalised by %s', (_, momentum) => {
    const encoder = tiny();
    encoder.calibrate([picture(32, 40, 3)]);
    const batch = picture(32, 32, 3);
    const { gradients } = lossAndGradients(encoder, batch, 'f32', momentum);
    expect([...gradients.keys()].sort()).toEqual(encoder.weights.names().sort());
    for (const name of encoder.weights.names()) {
      const slopes = gradients.get(name) ?? new Float32Array();
      // The place with the steepest slope: elsewhere float32 rounding hides the difference.
      const place = slopes.reduce((best, slope, i) => (Math.abs(slope) > Math.abs(slopes[best] ?? 0) ? i : best), 0);
      const slope = slopes[place] ?? 0;
      const original = encoder.weights.get(name);
      const values = Float32Array.from(original.dataSync());
      const { shape } = original;
      const at = (move: number): number => {
        const moved = Float32Array.from(values);
        moved[place] = (moved[place] ?? 0) + move;
        encoder.weights.set(name, tf.tensor(moved, shape));
        return lossAndGradients(encoder, batch, 'f32', momentum).loss;
      };
      // Small, so that few ReLUs change sides on the way.
      const step = 4e-4;
      const expected = (at(step) - at(-step)) / (2 * step);
      encoder.weights.set(name, tf.tensor(values, shape));
      expect(Math.abs(slope - expected), `${name}: ${slope} against ${expected}`).toBeLessThan(
        0.05 * Math.abs(slope) + 0.2,
      );
    }
    encoder.dispose();
  });

  it.each([0.98, null])('trains in bfloat16 with nearly the gradients of float32 (momentum %s)', (momentum) => {
    const [a, b] = [tiny(), tiny()];
    const batch = picture(32, 32, 4);
    [a, b].forEach((encoder) => encoder.calibrate([batch]));
    const exact = lossAndGradients(a, batch, 'f32', momentum).gradients;
    const rounded = lossAndGradients(b, batch, 'bf16', momentum).gradients;
    for (const name of ['stem.filter', 'block2.conv1.filter', 'block4.conv2.filter', 'mask.logit.filter']) {
      const [x, y] = [exact.get(name) ?? [], rounded.get(name) ?? []];
      const dot = (p: ArrayLike<number>, q: ArrayLike<number>) =>
        Array.from(p).reduce((s, n, i) => s + n * (q[i] ?? 0), 0);
      expect(dot(x, y) / Math.sqrt(dot(x, x) * dot(y, y)), name).toBeGreaterThan(0.97);
    }
    a.dispose();
    b.dispose();
  });

  it('looks the same after calibration on a batch as in training on it', () => {
    const encoder = tiny();
    const batch = picture(32, 32, 8);
    encoder.calibrate([batch]);
    tf.tidy(() => {
      const trained = encoder.forwardTrain(batch, 'f32', 1);
      // The running variance has Bessel's correction, the batch's own has not: n = 8·2·2 positions at layer 4.
      expect(largestDifference(see(encoder, batch).layer2, trained.layer2)).toBeLessThan(0.05);
      expect(largestDifference(see(encoder, batch).layer4, trained.layer4)).toBeLessThan(0.3);
    });
    encoder.dispose();
  });

  it('trains by the running statistics on what looking sees, and leaves them', () => {
    const encoder = tiny();
    const batch = picture(32, 32, 8);
    encoder.calibrate([batch]);
    tf.tidy(() => {
      const before = encoder.statistics.get('block3.conv1.variance').clone();
      const trained = encoder.forwardTrain(batch, 'f32', null);
      const seen = see(encoder, batch);
      for (const name of ['layer2', 'layer4', 'maskLogits'] as const)
        expect(largestDifference(seen[name], trained[name]), name).toBeLessThan(1e-3);
      expect(largestDifference(before, encoder.statistics.get('block3.conv1.variance'))).toBe(0);
    });
    encoder.dispose();
  });

  it('averages the calibration over batches', () => {
    const [both, first, second] = [tiny(), tiny(), tiny()];
    const [x, y] = [picture(32, 32), tf.mul<Tensor4D>(picture(32, 32), 3)];
    both.calibrate([x, y]);
    first.calibrate([x]);
    second.calibrate([y]);
    const mean = (encoder: Encoder): Tensor => encoder.statistics.get('stem.variance');
    expect(largestDifference(mean(both), tf.div(tf.add(mean(first), mean(second)), 2))).toBeLessThan(1e-4);
    [both, first, second].forEach((encoder) => encoder.dispose());
  });

  it('is the same for the same seed and another for another', () => {
    const [a, b, c] = [tiny(1), tiny(1), tiny(2)];
    const batch = picture(16, 16);
    tf.tidy(() => {
      expect(largestDifference(see(a, batch).layer4, see(b, batch).layer4)).toBe(0);
      expect(largestDifference(see(a, batch).layer4, see(c, batch).layer4)).toBeGreaterThan(0);
    });
    [a, b, c].forEach((encoder) => encoder.dispose());
  });

  it('leaves no tensor behind', () => {
    const batch = picture(32, 32);
    const before = tf.memory().numTensors;
    const encoder = tiny();
    const made = tf.memory().numTensors;
    lossAndGradients(encoder, batch);
    lossAndGradients(encoder, batch, 'bf16');
    lossAndGradients(encoder, batch, 'f32', null);
    encoder.calibrate([batch]);
    tf.dispose({ ...see(encoder, batch) });
    expect(tf.memory().numTensors).toBe(made);
    encoder.dispose();
    expect(tf.memory().numTensors).toBe(before);
  });
});
