import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { auroc } from '#core/domain/metrics.ts';
import { deLong, exactMcNemar } from '#core/domain/paired.ts';

describe('the exact test of McNemar', () => {
  // 2 · Σ C(n, k) / 2^n for k up to the smaller count, in whole numbers.
  it.each([
    [10, 2, 0.03857421875],
    [1, 9, 0.021484375],
    [0, 5, 0.0625],
    [3, 3, 1],
    [25, 40, 0.08168153394154005],
    [0, 0, 1],
  ])('of %i and %i is %d', (b, c, p) => expect(exactMcNemar(b, c)).toBeCloseTo(p, 10));

  it('does not underflow for thousands of pictures', () => {
    expect(exactMcNemar(1500, 1500)).toBeCloseTo(1, 6);
    expect(exactMcNemar(0, 2000)).toBeLessThan(1e-300);
  });
});

describe('the difference of two areas', () => {
  const first = [0.44, 0.63, 0.52, 0.66, 0.68, 0.34, 0.31, 0.5, 0.16, 0.14, 0.6, 0.28, 0.5, 0.29, 0.38, 0.09];
  const second = [0.74, 0.91, 0.67, 0.82, 0.77, 0.34, 0.83, 0.3, 0.15, 0.02, 0.43, 0.24, 0.36, 0.44, 0.36, 0.46];
  const isDefect = first.map((_, at) => at < 7);

  it('has the interval that the covariance matrices S10 and S01 of the paper give', () => {
    const found = deLong(first, second, isDefect);
    expect(found?.value).toBeCloseTo(0.1111111111, 9);
    expect(found?.lower).toBeCloseTo(-0.0983562549948, 9);
    expect(found?.upper).toBeCloseTo(0.3205784772171, 9);
  });

  it('is that of the areas themselves, turns with the order, and is sure of nothing for one picture of a kind', () => {
    const score = fc.integer({ min: 0, max: 8 }).map((n) => n / 8);
    const row = fc.record({ a: score, b: score });
    fc.assert(
      fc.property(fc.array(row, { minLength: 2 }), fc.array(row, { minLength: 2 }), (defects, good) => {
        const rows = [...defects, ...good];
        const [a, b] = [rows.map((one) => one.a), rows.map((one) => one.b)];
        const kinds = rows.map((_, at) => at < defects.length);
        const found = deLong(a, b, kinds);
        const back = deLong(b, a, kinds);
        expect(found?.value).toBeCloseTo((auroc(b, kinds) ?? 0) - (auroc(a, kinds) ?? 0), 9);
        expect(found?.lower).toBeCloseTo(-(back?.upper ?? 9), 9);
      }),
    );
    expect(deLong([0.5, 0.2], [0.6, 0.1], [true, false])).toBeNull();
  });
});
