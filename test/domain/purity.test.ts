import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { purityOf, rightTail } from '#core/domain/purity.ts';

/** n over k in whole numbers. */
function choose(n: bigint, k: bigint): bigint {
  if (k < 0n || k > n) return 0n;
  let product = 1n;
  for (let i = 1n; i <= k; i++) product = (product * (n - k + i)) / i;
  return product;
}

const groups = fc.integer({ min: 1, max: 60 }).chain((size) =>
  fc.record({
    size: fc.constant(size),
    rightInAll: fc.integer({ min: 0, max: size }),
    drawn: fc.integer({ min: 1, max: size }),
  }),
);

describe('what a spot check proves', () => {
  // Exact fractions of Python 3.12: the least K with sum(comb(K, x) * comb(N - K, n - x) for x ≥ k) / comb(N, n) > 1/20.
  it.each([
    [312, 20, 20, 270],
    [312, 20, 19, 247],
    [312, 20, 14, 156],
    [21, 20, 20, 21],
    [40, 20, 20, 36],
    [1000, 20, 20, 863],
    [10_000, 20, 20, 8611],
    [10_000, 20, 18, 7176],
    [100, 20, 0, 0],
    [20, 20, 17, 17],
    [7, 7, 7, 7],
  ])('of %i pictures, %i drawn and %i right: at least %i', (size, drawn, right, atLeast) => {
    expect(purityOf(size, drawn, right)).toEqual({ size, drawn, right, atLeast });
  });

  it('is the tail of the hypergeometric distribution', () => {
    // P(X ≥ 19) for 280 of 312, by the same fractions.
    expect(rightTail(19, 20, 280, 312)).toBeCloseTo(0.36857540297059355, 10);
    fc.assert(
      fc.property(groups, fc.nat(60), ({ size, rightInAll, drawn }, some) => {
        const right = some % (drawn + 1);
        let ways = 0n;
        for (let x = right; x <= drawn; x++)
          ways += choose(BigInt(rightInAll), BigInt(x)) * choose(BigInt(size - rightInAll), BigInt(drawn - x));
        const expected = Number((ways * 10n ** 15n) / choose(BigInt(size), BigInt(drawn))) / 1e15;
        expect(rightTail(right, drawn, rightInAll, size)).toBeCloseTo(expected, 9);
      }),
    );
  });

  it('promises too much in at most one of twenty draws, whatever the group', () => {
    fc.assert(
      fc.property(groups, ({ size, rightInAll, drawn }) => {
        let wrong = 0;
        for (let right = 0; right <= Math.min(drawn, rightInAll); right++) {
          const chance = rightTail(right, drawn, rightInAll, size) - rightTail(right + 1, drawn, rightInAll, size);
          if (drawn - right <= size - rightInAll && purityOf(size, drawn, right).atLeast > rightInAll) wrong += chance;
        }
        expect(wrong).toBeLessThanOrEqual(0.05 + 1e-9);
      }),
    );
  });

  it('lies between what was seen and what is possible, grows with what is right, and is certain of a whole group', () => {
    fc.assert(
      fc.property(groups, ({ size, drawn }) => {
        let before = 0;
        for (let right = 0; right <= drawn; right++) {
          const { atLeast } = purityOf(size, drawn, right);
          expect(atLeast).toBeGreaterThanOrEqual(Math.max(before, right));
          expect(atLeast).toBeLessThanOrEqual(size - (drawn - right));
          if (drawn === size) expect(atLeast).toBe(right);
          before = atLeast;
        }
      }),
    );
  });

  it('is nothing without a picture, and refuses counts that cannot be', () => {
    expect(purityOf(10, 0, 0).atLeast).toBe(0);
    for (const [size, drawn, right] of [
      [10, 11, 5],
      [10, 5, 6],
      [10, 5, -1],
      [10, 2.5, 1],
    ] as const)
      expect(() => purityOf(size, drawn, right)).toThrow(RangeError);
  });
});
