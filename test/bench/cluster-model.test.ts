import fc from 'fast-check';
import { expect, it } from 'vitest';
import { clusterStepMs, efficiency, ringMs } from '#bench/cluster-model.ts';

it('a ring all-reduce sends 2·(n − 1)/n of the bytes in 2·(n − 1) hops', () => {
  // 5.4 MB over 100 Mbit/s: 432 ms for two workers, 648 ms for four.
  expect(ringMs(2, 5.4e6, { megabits: 100, hopMs: 0 })).toBeCloseTo(432);
  expect(ringMs(4, 5.4e6, { megabits: 100, hopMs: 0 })).toBeCloseTo(648);
  expect(ringMs(4, 0, { megabits: 100, hopMs: 2 })).toBe(12);
  expect(ringMs(1, 5.4e6, { megabits: 100, hopMs: 2 })).toBe(0);
});

it('speed that is left falls with the workers and rises with the link', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 1000 }), fc.integer({ min: 10, max: 1e5 }), (workers, megabits) => {
      const at = (n: number, rate: number) => efficiency(100, n, 1e6, { megabits: rate, hopMs: 0.5 });
      expect(at(workers + 1, megabits)).toBeLessThan(at(workers, megabits));
      expect(at(workers, 2 * megabits)).toBeGreaterThanOrEqual(at(workers, megabits));
    }),
  );
  expect(clusterStepMs(100, 1, 1e6, { megabits: 1, hopMs: 1 })).toBe(100);
});
