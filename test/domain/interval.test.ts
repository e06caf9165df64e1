import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { incompleteBeta, logGamma } from '#core/domain/beta.ts';
import {
  aurocInterval,
  defectsNeeded,
  exactInterval,
  rateOf,
  upperBound,
  weightedRate,
} from '#core/domain/interval.ts';

/** Equal to 1 part in 10^`digits`. */
function near(actual: number, expected: number, digits = 9): void {
  if (expected === 0) expect(actual).toBe(0);
  else expect(Math.abs(actual / expected - 1)).toBeLessThan(10 ** -digits);
}

describe('beta', () => {
  // scipy.special.betainc and gammaln
  it.each([
    [0.3, 2, 5, 0.5798250000000003],
    [0.9, 0.5, 0.5, 0.7951672353008665],
    [1e-5, 1, 1e5, 0.6321223982334279],
    [0.5, 5000, 5100, 0.8401528708121381],
    [0.02, 2.7, 130.4, 0.5694421343841016],
  ])('I(%d; %d, %d) agrees with scipy', (x, a, b, expected) => near(incompleteBeta(x, a, b), expected));

  it.each([
    [0.1, 2.252712651734206],
    [0.5, 0.5723649429247],
    [3.7, 1.428072326665388],
    [100, 359.1342053695754],
    [1e6, 12815504.569147611],
  ])('logGamma(%d) agrees with scipy', (x, expected) => near(logGamma(x), expected, 12));
});

describe('exact intervals', () => {
  // scipy.stats.binomtest(x, n).proportion_ci(0.95, 'exact') and beta.ppf(0.95, x + 1, n - x)
  it.each([
    [0, 20, 0, 0.16843347098308548, 0.13910834066826516],
    [0, 60, 0, 0.05962949228633472, 0.04870291331009749],
    [1, 20, 0.0012650894979560339, 0.24873276277202772, 0.2161061642068473],
    [3, 60, 0.010432329644348218, 0.13924324672110006, 0.12418721047743608],
    [20, 20, 0.8315665290169145, 1, 1],
    [7, 300, 0.009431502061794793, 0.047482565029754537, 0.04337867564300364],
    [150, 100_000, 0.0012697016071002653, 0.0017599426240673792, 0.001717459523728044],
    [1, 1_000_000, 2.5317805139113815e-8, 5.571630655512304e-6, 4.743855638214234e-6],
    [50_000, 100_000, 0.4968960624917999, 0.5031039375082001, 0.5026057177397165],
  ])('%d of %d agrees with scipy', (events, trials, lower, upper, oneSided) => {
    const interval = exactInterval(events, trials);
    near(interval.lower, lower, 7);
    near(interval.upper, upper, 7);
    near(upperBound(events, trials), oneSided, 7);
  });

  it('is 1 − 0.05^(1/n) when nothing was missed', () => {
    for (const n of [20, 60, 100, 300]) near(upperBound(0, n), 1 - 0.05 ** (1 / n));
    expect([20, 60, 100, 300].map((n) => +(100 * upperBound(0, n)).toFixed(1))).toEqual([13.9, 4.9, 3, 1]);
  });

  it('contains the counted rate, and shrinks as more is counted', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 2000 }), fc.double({ min: 0, max: 1, noNaN: true }), (trials, share) => {
        const events = Math.round(share * trials);
        const { lower, upper } = exactInterval(events, trials);
        const more = exactInterval(events * 4, trials * 4);
        expect(lower).toBeLessThanOrEqual(events / trials);
        expect(upper).toBeGreaterThanOrEqual(events / trials);
        expect(more.upper - more.lower).toBeLessThan(upper - lower);
        expect(upperBound(events, trials)).toBeLessThanOrEqual(upper);
      }),
    );
  });

  it('turns round when the other side is counted', () => {
    const misses = exactInterval(3, 60);
    const hits = exactInterval(57, 60);
    near(1 - hits.upper, misses.lower, 7);
    near(1 - hits.lower, misses.upper, 7);
  });

  it('refuses impossible counts', () => {
    expect(() => exactInterval(3, 2)).toThrow(RangeError);
    expect(() => upperBound(-1, 2)).toThrow(RangeError);
  });
});

describe('rates', () => {
  it('knows nothing before anything was counted', () => {
    expect(rateOf(0, 0)).toEqual({ value: null, lower95: 0, upper95: 1, atMost95: 1, numerator: 0, denominator: 0 });
  });

  it('is as sure as the effective number of weighted pictures', () => {
    // beta.ppf(.025, 2.5, 41.2 − 2.5 + 1), beta.ppf(.975, 3.5, 41.2 − 2.5)
    const rate = weightedRate(2.5 / 41.2, 41.2, 4, 90);
    near(rate.lower95, 0.010223474911794511, 7);
    near(rate.upper95, 0.1817389238167666, 7);
    expect([rate.numerator, rate.denominator]).toEqual([4, 90]);
  });
});

describe('defectsNeeded', () => {
  it('is 59 for 5 % and 299 for 1 %, the fewest that hold the bound', () => {
    expect(defectsNeeded(0.05)).toBe(59);
    expect(defectsNeeded(0.01)).toBe(299);
    for (const rate of [0.3, 0.1, 0.02, 0.003]) {
      const needed = defectsNeeded(rate);
      expect(upperBound(0, needed)).toBeLessThanOrEqual(rate);
      expect(upperBound(0, needed - 1)).toBeGreaterThan(rate);
    }
    expect(() => defectsNeeded(0)).toThrow(RangeError);
  });

  it('asks for more after misses: the fewest with which the bound holds again', () => {
    for (const [rate, misses] of [
      [0.05, 1],
      [0.05, 3],
      [0.2, 7],
      [0.01, 2],
    ] as const) {
      const needed = defectsNeeded(rate, misses);
      expect(upperBound(misses, needed)).toBeLessThanOrEqual(rate);
      expect(upperBound(misses, needed - 1)).toBeGreaterThan(rate);
    }
    expect(defectsNeeded(0.05, 1)).toBe(93); // as in the tables for attribute sampling
  });
});

describe('aurocInterval', () => {
  it('agrees with the formula of Hanley and McNeil worked in Python for their example (area 0.893, 51 and 58 cases)', () => {
    const interval = aurocInterval(0.893, 51, 58)!;
    expect((0.893 - interval.lower) / 1.959964).toBeCloseTo(0.0325116, 6);
    expect(interval.upper - 0.893).toBeCloseTo(0.893 - interval.lower, 12);
    expect(aurocInterval(1, 0, 58)).toBeNull();
    expect(aurocInterval(0.99, 5, 5)!.upper).toBe(1);
  });
});
