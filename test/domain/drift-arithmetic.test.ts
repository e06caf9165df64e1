import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bet, evidenceOf, freshDetector, joinedEvidence, meanBets, pBets } from '#core/domain/drift/e-detector.ts';
import { blockDiscrepancy, kernelReference, permutationP, strangeness } from '#core/domain/drift/kernel.ts';
import { batchSize, midRank, RANK_VARIANCE, slackOf } from '#core/domain/drift/ranks.ts';

/*
 * Expected figures: numpy 2.4.6 and scipy 1.17.1, where x = sin(1.7 arange(1, 41)) √arange(1, 41), s = sort(round(x, 1)),
 * u = (sin(0.37 arange(96)) + 1) / 2, bm(u, k) = u[: len(u) // k * k].reshape(-1, k).mean(1).
 */
const sorted = Array.from({ length: 40 }, (_, at) => Math.sin(1.7 * (at + 1)) * Math.sqrt(at + 1))
  .map((value) => Math.round(10 * value) / 10)
  .toSorted((a, b) => a - b);
const wave = Array.from({ length: 96 }, (_, at) => (Math.sin(0.37 * at) + 1) / 2);

describe('ranks in a reference', () => {
  // (searchsorted(s, v, 'left') + searchsorted(s, v, 'right')) / 2 / len(s)
  it.each([
    [-2, 0.3125],
    [0.3, 0.525],
    [-3.1, 0.1875],
    [9, 1],
  ])('of %d is numpy’s, ties counted half', (value, expected) => {
    expect(midRank(sorted, value)).toBeCloseTo(expected, 12);
  });

  it('grow with the value, stay within 0..1 and turn over with the sign', () => {
    const values = fc.array(fc.integer({ min: -9, max: 9 }), { minLength: 1, maxLength: 30 });
    fc.assert(
      fc.property(values, fc.integer({ min: -10, max: 10 }), (some, value) => {
        const up = some.toSorted((a, b) => a - b);
        const down = some.map((one) => -one).toSorted((a, b) => a - b);
        expect(midRank(up, value)).toBeGreaterThanOrEqual(midRank(up, value - 1));
        expect(midRank(up, value) + midRank(down, -value)).toBeCloseTo(1, 12);
      }),
    );
  });

  it('mean over their reference one half, whatever ties it has', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 5 }), { minLength: 1, maxLength: 40 }), (some) => {
        const up = some.toSorted((a, b) => a - b);
        expect(up.reduce((sum, one) => sum + midRank(up, one), 0) / up.length).toBeCloseTo(0.5, 12);
      }),
    );
  });
});

describe('values that go on for a while as they are', () => {
  it('are taken together until their means do not correlate', () => {
    // d = bm(u, k) − mean: (d[1:] d[:-1]).sum() / (d d).sum() = 0.926, 0.731, 0.104 for k = 1, 2, 4; limits 0.204, 0.289, 0.408
    expect(batchSize(wave)).toBe(4);
    expect(batchSize(Array.from({ length: 200 }, (_, at) => (at * 7919) % 101))).toBe(1);
    expect(batchSize([1, 1, 1])).toBe(1);
  });

  it('leave as much slack as numpy’s batch means do', () => {
    // 2 sqrt(max(1 / 12 / 96, bm(u, k).var(ddof=1) / (96 / k)))
    expect(slackOf(wave, 1, RANK_VARIANCE)).toBeCloseTo(0.07166370694336388, 12);
    expect(slackOf(wave, 4, RANK_VARIANCE)).toBeCloseTo(0.13280363167368817, 12);
    expect(slackOf([0.5, 0.5, 0.5, 0.5], 1, RANK_VARIANCE)).toBeCloseTo(2 * Math.sqrt(1 / 48), 12);
  });
});

describe('the kernel distance', () => {
  // V = sin(outer(arange(1, 13), [1.3, 2.1, 0.7])); C, B = V[0:8:2], V[8:12]; w = 2 median(pdist(C))²; K = exp(−cdist² / w)
  const vectors = Array.from({ length: 12 }, (_, at) => [1.3, 2.1, 0.7].map((wide) => Math.sin((at + 1) * wide)));
  const reference = kernelReference(vectors.slice(0, 8));
  const block = vectors.slice(8);

  it('has the median bandwidth, strangeness and unbiased MMD that scipy gives', () => {
    expect(reference.width).toBeCloseTo(6.877789578079645, 10);
    const expected = [-0.71870594, -0.73651971, -0.56615983, -0.74818111];
    block.forEach((vector, at) => expect(strangeness(vector, reference)).toBeCloseTo(expected[at] ?? 0, 7));
    // (K(B, B).sum() − 4) / 12 − 2 K(B, C).mean(): the term of C alone is left out
    expect(blockDiscrepancy(block, reference)).toBeCloseTo(-0.670056074941761, 10);
  });

  it('grows as a block goes away from the reference', () => {
    const away = (by: number) => block.map((vector) => vector.map((value) => value + by));
    expect(blockDiscrepancy(away(3), reference)).toBeGreaterThan(blockDiscrepancy(away(1), reference));
  });

  it('gives a p-value that is never 0', () => {
    expect(permutationP([1, 2, 3], 9)).toBe(0.25);
    expect(permutationP([1, 2, 3], 2)).toBe(0.75);
    expect(permutationP([1, 2, 3], 0)).toBe(1);
  });
});

describe('bets', () => {
  const values = [0.9, 0.2, 0.7, 0.95, 1];
  const after = values.reduce((detector, value, at) => bet(detector, meanBets(value, 0.6), at + 1), freshDetector);

  it('add up to the sum over all beginnings of the products since, and the CUSUM is the best of them', () => {
    // L = 1 + stake / 0.6 (v − 0.6); sum(L[j:].prod() for j in range(5)) for each stake, and their mean
    const sums = [5.268234811921296, 5.648206982400001, 6.361873673804013, 7.719907407407408, 9.397069889081791];
    sums.forEach((sum, at) => expect(after.sums[at]).toBeCloseTo(sum, 10));
    expect(evidenceOf(after)).toBeCloseTo(6.879058552922902, 10);
    // max(0, max(log(L[j:, 2]).sum() for j in range(5))), reached from j = 2 on
    expect(after.cusum).toBeCloseTo(0.33110484867209344, 12);
    expect(after.since).toBe(3);
  });

  it('on p-values are the calibrators', () => {
    // [k * 0.02 ** (k - 1) for k in (0.15, 0.3, 0.5, 0.7)]
    const expected = [4.170765406672171, 4.638742420664875, 3.5355339059327378, 2.263544523020751];
    pBets(0.02).factors.forEach((factor, at) => expect(factor).toBeCloseTo(expected[at] ?? 0, 10));
  });

  it('are fair where the mean is the bound, and never lose all', () => {
    fc.assert(
      fc.property(
        fc.double({ min: 0.02, max: 1, noNaN: true }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (bound, value) => {
          const [whole, none, some] = [meanBets(1, bound), meanBets(0, bound), meanBets(value, bound)];
          whole.factors.forEach((factor, at) =>
            expect(bound * factor + (1 - bound) * (none.factors[at] ?? 0)).toBeCloseTo(1, 9),
          );
          expect(Math.min(...some.factors)).toBeGreaterThan(0);
        },
      ),
    );
  });

  it('on an even p-value are fair: the calibrators integrate to one', () => {
    const steps = 200_000;
    const sums = [0, 0, 0, 0];
    for (let at = 0; at < steps; at++)
      // Evenly in p^0.1, where the steepest is flat enough to be summed up.
      pBets(((at + 0.5) / steps) ** 10).factors.forEach(
        (factor, which) => (sums[which] = (sums[which] ?? 0) + (factor * 10 * ((at + 0.5) / steps) ** 9) / steps),
      );
    sums.forEach((sum) => expect(sum).toBeCloseTo(1, 3));
  });

  it('join as their mean', () => {
    expect(joinedEvidence([after, freshDetector])).toBeCloseTo(evidenceOf(after) / 2, 12);
    expect(joinedEvidence([])).toBe(0);
  });
});
