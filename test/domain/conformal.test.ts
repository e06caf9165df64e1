import { describe, expect, it } from 'vitest';
import { conformalThreshold, goodOnlyMarks, quantile } from '#core/domain/conformal.ts';
import { Random } from '#core/domain/random.ts';

describe('conformalThreshold', () => {
  const scores = (n: number) => Array.from({ length: n }, (_, at) => (at + 1) / 1000);

  it('is just above the ⌈(n + 1)(1 − α)⌉-th good score', () => {
    const promise = conformalThreshold(scores(199), 0.05);
    expect(promise).toMatchObject({ promised: true, goodUsed: 199 });
    if (promise.promised) {
      expect(promise.mark).toBeGreaterThan(0.19);
      expect(promise.mark).toBeLessThan(0.19 + 1e-12);
    }
  });

  it('cannot promise before enough good pictures are verified, and says how many', () => {
    expect(conformalThreshold(scores(98), 0.01)).toEqual({ promised: false, goodStillNeeded: 1 });
    expect(conformalThreshold(scores(99), 0.01).promised).toBe(true);
    expect(conformalThreshold([], 0.001)).toEqual({ promised: false, goodStillNeeded: 999 });
    expect(conformalThreshold(scores(999), 0.001).promised).toBe(true);
    expect(conformalThreshold(scores(19), 0.05).promised).toBe(true);
    expect(conformalThreshold(scores(18), 0.05)).toEqual({ promised: false, goodStillNeeded: 1 });
  });

  it('keeps the promise on new good parts, also where scores tie', () => {
    const random = new Random(12);
    const draw = () => Math.round(random.uniform() * 50) / 50;
    let flagged = 0;
    const rounds = 4000;
    for (let round = 0; round < rounds; round++) {
      const promise = conformalThreshold(
        Array.from({ length: 30 }, () => draw()),
        0.1,
      );
      if (promise.promised && draw() >= promise.mark) flagged++;
    }
    expect(flagged / rounds).toBeLessThan(0.1 + 3 * Math.sqrt((0.1 * 0.9) / rounds));
  });
});

describe('good-only start', () => {
  it('takes quantiles of the good scores, never their maximum', () => {
    const scores = Array.from({ length: 40 }, (_, at) => at / 100);
    scores.push(0.99);
    const marks = goodOnlyMarks(scores)!;
    expect(marks.review).toBeCloseTo(0.38, 10); // numpy.quantile(scores, 0.95)
    expect(marks.reject).toBeCloseTo(0.75, 10); // numpy.quantile(scores, 0.99)
    expect(goodOnlyMarks(scores.slice(0, 19))).toBeNull();
  });

  it('interpolates as numpy.quantile does', () => {
    expect(quantile([3, 1, 2, 10], 0.4)).toBeCloseTo(2.2, 12);
    expect(quantile([5], 0.99)).toBe(5);
    expect(() => quantile([], 0.5)).toThrow(RangeError);
  });
});
