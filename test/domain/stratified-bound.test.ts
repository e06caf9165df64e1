import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { estimatePassed, moreToProve } from '#core/domain/audit-sample.ts';
import { exactInterval, upperBound } from '#core/domain/interval.ts';
import { Random } from '#core/domain/random.ts';
import { stratifiedInterval, type AuditStratum } from '#core/domain/stratified-bound.ts';

const stratum = (passed: number, answered: number, defects = 0, missing = 0): AuditStratum => ({
  passed,
  answered,
  defects,
  missing,
});

/** How many of `drawn` parts are among the first `defects` of `size`, drawn without replacement. */
function drawDefects(random: Random, size: number, defects: number, drawn: number): number {
  let [left, found] = [defects, 0];
  for (let n = 0; n < drawn; n++)
    if (random.below(size - n) < left) {
      left--;
      found++;
    }
  return found;
}

describe('the interval of a stratified audit', () => {
  it('is that of Clopper and Pearson where all were drawn at one rate', () => {
    const { atMost95, upper95 } = stratifiedInterval([stratum(214, 20)]);
    // "214 passed, 20 looked at again, 0 defects: at most 13.9 %".
    expect(atMost95 / 214).toBeCloseTo(1 - 0.05 ** (1 / 20), 12);
    expect(upper95 / 214).toBeCloseTo(exactInterval(0, 20).upper, 12);
    const twoShifts = stratifiedInterval([stratum(500, 20, 1), stratum(500, 20)]);
    expect(twoShifts.atMost95 / 1000).toBeCloseTo(upperBound(1, 40), 12);
    expect(twoShifts.lower95).toBe(Math.max(1, exactInterval(1, 40).lower * 1000));
  });

  it('without a defect is that of the stratum that was drawn least', () => {
    const { atMost95 } = stratifiedInterval([stratum(200, 20), stratum(600, 20)]);
    expect(atMost95).toBeCloseTo(600 * (1 - 0.05 ** (1 / 20)), 2);
  });

  it('takes nothing for good that was not looked at, and nothing for bad that was seen to be good', () => {
    expect(stratifiedInterval([stratum(100, 0)]).atMost95).toBe(100);
    expect(stratifiedInterval([stratum(100, 20), stratum(7, 0)]).atMost95).toBeCloseTo(
      stratifiedInterval([stratum(100, 20)]).atMost95 + 7,
      6,
    );
    expect(stratifiedInterval([stratum(40, 40, 3), stratum(10, 10)])).toEqual({
      lower95: 3,
      upper95: 3,
      atMost95: 3,
    });
    const held = stratifiedInterval([stratum(200, 18, 0, 2)]);
    expect(held.atMost95).toBeCloseTo(200 * upperBound(2, 20), 6);
    expect(held.lower95).toBe(0);
  });

  it('lies around the estimate, narrows with each good answer and refuses counts that cannot be', () => {
    const strata = fc.array(
      fc
        .tuple(fc.integer({ min: 1, max: 400 }), fc.double({ min: 0, max: 1, noNaN: true }), fc.nat(2))
        .map(([passed, share, defects]) => {
          const answered = Math.floor(passed * share);
          return stratum(passed, answered, Math.min(defects, answered));
        }),
      { minLength: 1, maxLength: 5 },
    );
    fc.assert(
      fc.property(strata, (some) => {
        const { value, lower95, upper95, atMost95, defects, passed } = estimatePassed(some);
        expect(lower95).toBeGreaterThanOrEqual(defects);
        expect(upper95).toBeLessThanOrEqual(passed + 1e-6);
        expect(atMost95).toBeLessThanOrEqual(upper95 + 1e-6);
        if (value === null) return;
        expect(value).toBeGreaterThanOrEqual(lower95 - 1e-6);
        expect(value).toBeLessThanOrEqual(upper95 + 1e-6);
        const [first] = some as [AuditStratum];
        if (first.answered + 1 > first.passed) return;
        const better = estimatePassed([{ ...first, answered: first.answered + 1 }, ...some.slice(1)]);
        if (some.length === 1) expect(better.atMost95).toBeLessThanOrEqual(atMost95 + 1e-6);
      }),
      { numRuns: 60 },
    );
    expect(() => stratifiedInterval([stratum(10, 11)])).toThrow(RangeError);
    expect(() => stratifiedInterval([stratum(10, 5, 0, 6)])).toThrow(RangeError);
  });

  /*
   * Seeded: 1,000 audits of 30 shifts, each of 12 far, 4 middle and 4 near pictures of 420, 120 and 60 that passed, against as many
   * drawn evenly. Drawing near the mark finds more of the defects that lie there and estimates them better; what it costs is a wider
   * bound, since the defects could lie where little was drawn. `bound`: what the two promised on average, of 18,000.
   */
  it.each([
    { name: 'rare, near the mark', defects: [0, 2, 40], nearer: true, bound: [211, 156] },
    { name: 'rare, spread evenly', defects: [28, 8, 4], nearer: false, bound: [198, 153] },
    { name: 'rare, all far from the mark', defects: [30, 0, 0], nearer: false, bound: [178, 137] },
    { name: 'next to none', defects: [3, 0, 0], nearer: false, bound: [112, 95] },
    { name: 'many near the mark', defects: [5, 20, 200], nearer: true, bound: [507, 406] },
  ])('covers the truth at least 95 % of the time: $name', ({ defects, nearer, bound }) => {
    const sizes = [12_600, 3600, 1800];
    const drawn = [360, 120, 120];
    const truth = defects.reduce((sum, one) => sum + one, 0);
    const random = new Random(17);
    const known = new Map<string, ReturnType<typeof estimatePassed>>();
    const rounds = 1000;
    const told = { covered: 0, found: 0, bound: 0, error: 0 };
    const even = { covered: 0, found: 0, bound: 0, error: 0 };
    const count = (into: typeof told, found: number, value: number, atMost: number): void => {
      if (atMost >= truth) into.covered++;
      into.found += found;
      into.bound += atMost / rounds;
      into.error += (value - truth) ** 2;
    };
    for (let round = 0; round < rounds; round++) {
      const found = sizes.map((size, at) => drawDefects(random, size, defects[at]!, drawn[at]!));
      const key = found.join(' ');
      const strata = sizes.map((size, at) => stratum(size, drawn[at]!, found[at]));
      const estimate = known.get(key) ?? estimatePassed(strata);
      known.set(key, estimate);
      count(told, estimate.defects, estimate.value!, estimate.atMost95);
      const evenly = drawDefects(random, 18_000, truth, 600);
      count(even, evenly, 30 * evenly, 18_000 * upperBound(evenly, 600));
    }
    expect(told.covered / rounds).toBeGreaterThanOrEqual(0.95);
    expect([told.found > 1.2 * even.found, told.error < even.error]).toEqual([nearer, nearer]);
    expect([Math.round(told.bound), Math.round(even.bound)]).toEqual(bound);
  });

  it('counts its missing answers: the truth stays covered when a defect is set aside more often', () => {
    const random = new Random(5);
    let covered = 0;
    for (let round = 0; round < 300; round++) {
      const found = drawDefects(random, 600, 12, 40);
      // Each second defect is set aside as unclear.
      const held = Math.ceil(found / 2);
      if (stratifiedInterval([stratum(600, 40 - held, found - held, held)]).atMost95 >= 12) covered++;
    }
    expect(covered / 300).toBeGreaterThanOrEqual(0.95);
  });
});

describe('how many more must be looked at', () => {
  it('until at most 1 % is proven', () => {
    expect(moreToProve(estimatePassed([stratum(20_000, 20)]), 0.01)).toBe(299 - 20);
    expect(moreToProve(estimatePassed([stratum(20_000, 299)]), 0.01)).toBe(0);
    expect(moreToProve(estimatePassed([stratum(20_000, 299, 1)]), 0.01)).toBe(473 - 299);
    expect(moreToProve(estimatePassed([]), 0.01)).toBe(299);
  });
});
