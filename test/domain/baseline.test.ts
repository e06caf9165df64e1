import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type BaselineFigureName,
  baselineFigures,
  type BaselineKind,
  isFigure,
  isPossibleCount,
  studentT975,
  sumBaseline,
} from '#core/domain/baseline.ts';
import { Random } from '#core/domain/random.ts';

const entry = (kind: BaselineKind, parts: number, events: number, squares: number | null = null) => ({
  ...{ kind, parts, events, squares },
});
const figuresOf = (...entries: ReturnType<typeof entry>[]) => baselineFigures(sumBaseline(entries));

function figure(name: BaselineFigureName, ...entries: ReturnType<typeof entry>[]) {
  const found = figuresOf(...entries)[name];
  if (!isFigure(found)) throw new Error(`${name} needs ${found.join()}`);
  return found;
}

const counted = [entry('production', 5000, 300), entry('passed', 400, 2), entry('rejected', 100, 60)];

describe('double inspection of samples', () => {
  it('gives escapes, overkill and defect rate with ranges', () => {
    // scipy 1.14.1: d = beta.ppf([.0125, .9875], [2, 3], [399, 398]), g likewise of 60 of 100;
    // escape U·p/(U·p + R·(1 − q)) at (d, g) and the ends, U = 4700, R = 300; the others likewise.
    const close = (name: BaselineFigureName, value: number, low: number, high: number) => {
      const found = figure(name, ...counted);
      expect([found.value, found.low, found.high].map((each) => each.toFixed(9))).toEqual(
        [value, low, high].map((each) => each.toFixed(9)),
      );
    };
    close('escapeBefore', 0.16376306620209058, 0.01251756943645728, 0.5205195399151822);
    close('overkillBefore', 0.03706372902295892, 0.0299284922061549, 0.044158540154708485);
    close('defectRate', 0.0287, 0.01784150685288642, 0.04995321715208657);
  });

  it('adds up what several people counted', () => {
    const parts = [
      entry('passed', 150, 2),
      entry('passed', 250, 0),
      ...counted.filter(({ kind }) => kind !== 'passed'),
    ];
    expect(figuresOf(...parts)).toEqual(figuresOf(...counted));
  });

  it('says what is still to be counted instead of guessing', () => {
    expect(figuresOf()).toEqual({
      inspectSeconds: ['seconds'],
      escapeBefore: ['production', 'passed', 'rejected'],
      overkillBefore: ['production', 'passed', 'rejected'],
      defectRate: ['defects'],
    });
    expect(figuresOf(entry('passed', 400, 2), entry('production', 5000, 300)).escapeBefore).toEqual(['rejected']);
  });

  it('wants no second look at rejected parts where none was rejected', () => {
    expect(figure('escapeBefore', entry('production', 5000, 0), entry('passed', 400, 2))).toMatchObject({ value: 1 });
    expect(figure('overkillBefore', entry('production', 5000, 0), entry('passed', 400, 2)).value).toBe(0);
  });

  it('knows no escape rate where nobody saw a defect, and no overkill where nobody saw a good part', () => {
    const none = figuresOf(entry('production', 500, 0), entry('passed', 200, 0));
    expect(none.escapeBefore).toEqual([]);
    expect(none.defectRate).toMatchObject({ value: 0, low: 0 });
    expect(
      figuresOf(entry('production', 50, 50), entry('passed', 1, 1), entry('rejected', 50, 0)).overkillBefore,
    ).toEqual([]);
  });

  it('no defect among those looked at again is "at most", not never', () => {
    const { value, high } = figure('escapeBefore', counted[0]!, entry('passed', 400, 0), counted[2]!);
    expect(value).toBe(0);
    expect(high).toBeGreaterThan(0.2);
  });

  it('prefers the defects that were counted directly', () => {
    // scipy.stats.binomtest(12, 1000).proportion_ci(0.95, 'exact') = 0.006216…, 0.020868…
    const { value, low, high } = figure('defectRate', ...counted, entry('defects', 1000, 12));
    expect([value, low, high].map((each) => each.toFixed(6))).toEqual(['0.012000', '0.006216', '0.020868']);
  });

  it('has a range around each value, within 0 and 1, for whatever counts', () => {
    const share = fc
      .integer({ min: 1, max: 3000 })
      .chain((n) => fc.tuple(fc.constant(n), fc.integer({ min: 0, max: n })));
    fc.assert(
      fc.property(share, share, share, ([n, r], [u, d], [m, g]) => {
        const found = figuresOf(entry('production', n, r), entry('passed', u, d), entry('rejected', m, g));
        for (const name of ['escapeBefore', 'overkillBefore', 'defectRate'] as const) {
          const one = found[name];
          if (!isFigure(one)) continue;
          expect(one.low).toBeGreaterThanOrEqual(0);
          expect(one.low).toBeLessThanOrEqual(one.value);
          expect(one.high).toBeGreaterThanOrEqual(one.value);
          expect(one.high).toBeLessThanOrEqual(1);
        }
      }),
      { numRuns: 60 },
    );
  });

  it('contains the true escape rate in at least 95 % of simulated baselines', () => {
    const random = new Random(5);
    const [p, e, o] = [0.02, 0.15, 0.03];
    const drawn = (n: number, share: number) => {
      let events = 0;
      for (let at = 0; at < n; at++) if (random.uniform() < share) events++;
      return events;
    };
    let covered = 0;
    const runs = 300;
    for (let run = 0; run < runs; run++) {
      const defects = drawn(3000, p);
      const missed = drawn(defects, e);
      const stopped = drawn(3000 - defects, o);
      const rejected = defects - missed + stopped;
      const passed = 3000 - rejected;
      const looked = entry('passed', 500, drawn(500, missed / passed));
      const back = entry('rejected', 60, drawn(60, stopped / rejected));
      const { low, high } = figure('escapeBefore', entry('production', 3000, rejected), looked, back);
      if (low <= missed / defects && missed / defects <= high) covered++;
    }
    expect(covered / runs).toBeGreaterThanOrEqual(0.95);
  });
});

describe('seconds of inspection', () => {
  it('are a mean with its t interval where parts were timed one by one', () => {
    // scipy.stats.t.ppf(0.975, [1, 4, 19, 99])
    expect([1, 4, 19, 99].map((f) => studentT975(f).toFixed(6))).toEqual([
      '12.706205',
      '2.776445',
      '2.093024',
      '1.984217',
    ]);
    const { value, low, high } = figure('inspectSeconds', entry('seconds', 6, 30.5, 157.15));
    expect([value, low, high].map((each) => each.toFixed(6))).toEqual(['5.083333', '4.401873', '5.764793']);
  });

  it('are 10 % off either way where only the total is known', () => {
    expect(figure('inspectSeconds', entry('seconds', 100, 500))).toEqual({ value: 5, low: 4.5, high: 5.5 });
    expect(figure('inspectSeconds', entry('seconds', 6, 30.5, 157.15), entry('seconds', 10, 50)).low).toBeCloseTo(
      (0.9 * 80.5) / 16,
      9,
    );
  });
});

it('impossible counts are none', () => {
  expect(isPossibleCount('passed', entry('passed', 10, 11))).toBe(false);
  expect(isPossibleCount('passed', entry('passed', 0, 0))).toBe(false);
  expect(isPossibleCount('passed', entry('passed', 10, 1.5))).toBe(false);
  expect(isPossibleCount('rejected', entry('rejected', 10, 10))).toBe(true);
  expect(isPossibleCount('seconds', entry('seconds', 10, 0))).toBe(false);
  expect(isPossibleCount('seconds', entry('seconds', 10, 100, 999))).toBe(false);
  expect(isPossibleCount('seconds', entry('seconds', 10, 100, 1000))).toBe(true);
});
