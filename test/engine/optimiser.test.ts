import type { Tensor } from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { adamMoments } from '#engine/kernels/adam.ts';
import { norm } from '#engine/kernels/norm.ts';
import { ParameterSet } from '#engine/network/parameters.ts';
import { AdamW } from '#engine/optimiser.ts';
import { learningRateAt } from '#engine/schedule.ts';
import { openTensorFlow, tf } from '#engine/tf.ts';

beforeAll(() => openTensorFlow());

const gradients = [
  { w: [0.1, -0.2, 0.3, 0.4], b: [1, -1] },
  { w: [10, 0, -10, 5], b: [2, 2] },
  { w: [0, 0.5, 0.5, -0.1], b: [0, 0.3] },
];
const asGradients = ({ w, b }: (typeof gradients)[number]) =>
  new Map<string, Tensor>([
    ['w', tf.tensor2d(w, [2, 2])],
    ['b', tf.tensor1d(b)],
  ]);

function start(): { set: ParameterSet; optimiser: AdamW; values: () => number[] } {
  const set = new ParameterSet();
  set.set('w', tf.tensor2d([1, -2, 3, 0.5], [2, 2]));
  set.set('b', tf.tensor1d([0.1, -0.2]));
  const optimiser = new AdamW([set], { weightDecay: 0.1, gradientClip: 5 });
  return { set, optimiser, values: () => [...set.get('w').dataSync(), ...set.get('b').dataSync()] };
}

describe('AdamW', () => {
  it('moves as the formula says, clipping the second gradient (numpy, float64)', () => {
    const { optimiser, values } = start();
    const expected = [
      [0.989000001, -1.988000001, 2.987, 0.4895, 0.09, -0.19],
      [0.980368732, -1.979311418, 2.990812566, 0.480192398, 0.080316663, -0.188475207],
      [0.973480867, -1.981342175, 2.992057599, 0.473286199, 0.072831416, -0.188888142],
    ];
    gradients.forEach((gradient, step) => {
      tf.tidy(() => void optimiser.step(asGradients(gradient), 0.01));
      values().forEach((value, i) => expect(value).toBeCloseTo(expected[step]?.[i] ?? Number.NaN, 5));
    });
  });

  it('goes on after a restart as if there had been none', () => {
    const straight = start();
    const stopped = start();
    for (const gradient of gradients.slice(0, 2)) {
      for (const { optimiser } of [straight, stopped]) tf.tidy(() => void optimiser.step(asGradients(gradient), 0.01));
    }
    const resumed = start();
    resumed.set.fromArrays(stopped.set.toArrays());
    expect(resumed.optimiser.fromArrays(stopped.optimiser.toArrays(), 2)).toBe(true);
    for (const { optimiser } of [straight, resumed]) {
      tf.tidy(() => void optimiser.step(asGradients(gradients[2] as (typeof gradients)[number]), 0.01));
    }
    expect(resumed.values()).toEqual(straight.values());
  });

  it('keeps weights whose gradient is missing but for their decay', () => {
    const { optimiser, values } = start();
    tf.tidy(() => void optimiser.step(new Map(), 0.01));
    [0.999, -1.998, 2.997, 0.4995, 0.1, -0.2].forEach((value, i) => expect(values()[i]).toBeCloseTo(value, 6));
  });
});

describe('the length of a vector', () => {
  it.each(['raw', 'portable'] as const)('is the root of the sum of squares (%s)', (side) => {
    expect(norm[side](tf.tensor1d([3, -4, 12])).dataSync()[0]).toBeCloseTo(13, 5);
  });
});

describe('Adam’s moments', () => {
  it('move weights alike by TensorFlow’s own update and by plain tfjs ops, and leave nothing behind', () => {
    const before = tf.memory().numTensors;
    const results = (['raw', 'portable'] as const).map((side) => {
      const moments = adamMoments[side](tf.zeros([4]), tf.zeros([4]));
      let weights = tf.tensor1d([1, -2, 3, 0.5]);
      for (const [step, gradient] of [
        [0.1, -0.2, 0.3, 1e-9],
        [10, 0, -10, 5],
        [0, 0.5, -0.5, 0],
      ].entries()) {
        const slope = tf.tensor1d(gradient);
        weights = moments.update(weights, slope, {
          learningRate: 0.01,
          beta1: 0.9,
          beta2: 0.999,
          epsilon: 1e-8,
          step: step + 1,
        });
        slope.dispose();
      }
      const read = moments.read();
      const values = [weights, ...read].flatMap((tensor) => [...tensor.dataSync()]);
      tf.dispose([weights, ...read]);
      moments.dispose();
      return values;
    });
    results[0]!.forEach((value, i) => expect(value).toBeCloseTo(results[1]![i]!, 5));
    expect(tf.memory().numTensors).toBe(before);
  });
});

describe('learning rate', () => {
  it('rises over the warm-up, then falls along half a cosine to zero', () => {
    const rate = (step: number) => learningRateAt(step, 20, 120, 1);
    expect([rate(0), rate(9), rate(19)]).toEqual([0.05, 0.5, 1]);
    expect(rate(20)).toBe(1);
    expect(rate(70)).toBeCloseTo(0.5, 12);
    expect(rate(119)).toBeLessThan(0.001);
    expect(learningRateAt(40, 20, null, 1)).toBe(1);
  });
});
