import { beforeAll, describe, expect, it } from 'vitest';
import { openTensorFlow } from '#engine/tf.ts';
import { curveAlone, gradientAlone, type Asked } from './gradient.ts';
import { all, startCluster } from './workers.ts';

beforeAll(() => openTensorFlow());

const furthest = (a: readonly number[], b: readonly number[]): number => {
  expect(a).toHaveLength(b.length);
  return Math.max(...a.map((value, at) => Math.abs(value - b[at]!)));
};

describe('averaged gradients', () => {
  it.each([2, 4])(
    'of %i workers are those of one process with the whole batch, both losses with them',
    async (size) => {
      const workers = await startCluster(size);
      for (const objective of ['damaged', 'nt_xent', 'dcl'] as const) {
        const asked: Asked = { objective, n: 6, m: 4, workers: size };
        const [gradient, losses] = gradientAlone(asked);
        const largest = Math.max(...gradient.map(Math.abs));
        expect(largest).toBeGreaterThan(0.01);
        const answers = await all(workers, () => ({ do: 'gradient', asked }));
        const first = answers[0]!;
        for (const answer of answers) {
          // To the bit the same at all of them: each does its own step from it.
          expect(answer).toEqual(first);
          if (answer.is !== 'numbers') continue;
          // 24 binary digits of the largest slope, which here is above 1.
          expect(furthest(answer.numbers[0]!, gradient) / Math.max(1, largest), objective).toBeLessThan(1e-5);
          expect(furthest(answer.numbers[1]!, losses), objective).toBeLessThan(1e-5);
        }
        expect(first.is).toBe('numbers');
      }
    },
  );
});

describe('a training', () => {
  it('of two workers learns as one process with the whole batch does', async () => {
    const asked: Asked = { objective: 'damaged', n: 6, m: 4, workers: 2 };
    const workers = await startCluster(2);
    const [answer, other] = await all(workers, () => ({ do: 'curve', asked }));
    expect(other).toEqual(answer);
    const curve = answer?.is === 'numbers' ? answer.numbers[0]! : [];
    /** Mean difference of the losses, as a share of what the contrast fell by. */
    const apart = (alone: readonly number[]): number => {
      const fell = alone[0]! - alone.at(-2)!;
      expect(fell).toBeGreaterThan(0.7);
      expect(curve).toHaveLength(alone.length);
      return alone.reduce((sum, loss, at) => sum + Math.abs(loss - curve[at]!), 0) / alone.length / fell;
    };
    // The same batch norm: only rounding, which grows with each step. Then batch norm over the whole batch, which no worker sees.
    expect(apart(curveAlone(asked, 2))).toBeLessThan(0.01);
    expect(apart(curveAlone(asked, 1))).toBeLessThan(0.05);
  });
});
