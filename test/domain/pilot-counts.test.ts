import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { estimateEscape as estimate } from '#core/domain/audit-sample.ts';
import { labelSaving, randomStartNeeds } from '#core/domain/label-saving.ts';

interface Counts {
  readonly passed: number;
  readonly audited: number;
  readonly defectsInAudit: number;
  readonly foundDownstream: number;
  readonly caught: number;
}

/** One draw of all that passed. */
const estimateEscape = ({ passed, audited, defectsInAudit, foundDownstream, caught }: Counts) =>
  estimate({
    passed,
    strata: [{ passed, answered: audited, defects: defectsInAudit, missing: 0 }],
    foundDownstream,
    caught,
  });

describe('estimateEscape', () => {
  it('scales the audit up to everything that passed', () => {
    const { missed, escape, basis } = estimateEscape({
      passed: 10_000,
      audited: 400,
      defectsInAudit: 2,
      foundDownstream: 7,
      caught: 150,
    });
    expect(missed.value).toBe(50);
    expect(escape.value).toBeCloseTo(50 / 200, 12);
    // scipy.stats.binomtest(2, 400).proportion_ci(0.95, 'exact') = 0.000606…, 0.017942…
    expect(missed.lower95).toBeCloseTo(7, 10); // seven are known, more than the interval's lower end of 6.06
    expect(missed.upper95).toBeCloseTo(179.45, 1);
    expect(basis).toBe('audit');
  });

  it('takes the larger of audit and downstream finds, never the sum', () => {
    const audit = { passed: 1000, audited: 500, defectsInAudit: 1, foundDownstream: 9, caught: 40 };
    expect(estimateEscape(audit)).toMatchObject({ basis: 'downstream', missed: { value: 9 } });
    expect(estimateEscape({ ...audit, foundDownstream: 1 }).missed.value).toBe(2);
  });

  it('is not 0 % because nobody looked', () => {
    const blind = estimateEscape({ passed: 5000, audited: 0, defectsInAudit: 0, foundDownstream: 0, caught: 80 });
    expect(blind).toMatchObject({ basis: 'none', missed: { value: null }, escape: { value: null } });
    expect(blind.escape.upper95).toBeGreaterThan(0.98);
  });

  it('leaves no doubt when everything that passed was audited', () => {
    const { missed } = estimateEscape({ passed: 300, audited: 300, defectsInAudit: 3, foundDownstream: 0, caught: 27 });
    expect(missed).toEqual({ value: 3, lower95: 3, upper95: 3 });
  });

  it('keeps the estimate within its range', () => {
    const counts = fc
      .tuple(
        fc.nat(5000),
        fc.double({ min: 0, max: 1, noNaN: true }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        fc.nat(50),
        fc.nat(500),
      )
      .map(([passed, a, d, foundDownstream, caught]) => {
        const audited = Math.floor(passed * a);
        return { passed, audited, defectsInAudit: Math.floor(audited * d), foundDownstream, caught };
      });
    fc.assert(
      fc.property(counts, (audit) => {
        for (const { value, lower95, upper95 } of Object.values(estimateEscape(audit)).filter(
          (x) => typeof x === 'object',
        )) {
          expect(lower95).toBeLessThanOrEqual(upper95);
          if (value === null) continue;
          expect(value).toBeGreaterThanOrEqual(lower95 - 1e-9);
          expect(value).toBeLessThanOrEqual(upper95 + 1e-9);
        }
      }),
    );
  });

  it('takes what nobody looked at to be like what somebody did', () => {
    const strata = [{ passed: 500, answered: 50, defects: 1, missing: 0 }];
    const half = estimate({ passed: 1000, strata, foundDownstream: 0, caught: 20 });
    const whole = estimate({ passed: 500, strata, foundDownstream: 0, caught: 20 });
    expect(half.missed.value).toBe(20);
    expect(half.missed.upper95).toBeCloseTo(2 * whole.missed.upper95, 9);
    expect(half.missed.lower95).toBe(whole.missed.lower95);
    expect(() => estimate({ passed: 400, strata, foundDownstream: 0, caught: 20 })).toThrow(RangeError);
  });

  it('refuses counts that cannot be', () => {
    expect(() => estimateEscape({ passed: 10, audited: 11, defectsInAudit: 0, foundDownstream: 0, caught: 0 })).toThrow(
      RangeError,
    );
  });
});

describe('labelSaving', () => {
  const curve = [
    { labels: 20, pretrained: 0.8, pretrainedSd: 0.02, randomInit: 0.6, randomInitSd: 0.02 },
    { labels: 40, pretrained: 0.85, pretrainedSd: 0.02, randomInit: 0.7, randomInitSd: 0.02 },
    { labels: 80, pretrained: 0.9, pretrainedSd: 0.02, randomInit: 0.82, randomInitSd: 0.02 },
  ];
  const time = { seconds: 9, timed: 50 };

  it('reads between the measured points where the random start catches up', () => {
    const saving = labelSaving(curve, 20, time)!;
    expect(saving.reached).toBe(true);
    expect(saving.labels).toBeCloseTo(40 + (40 * 0.1) / 0.12, 10);
    expect(saving.savedHours).toBeCloseTo(((saving.labels - 20) * 9) / 3600, 12);
    expect(saving.savedShare).toBeCloseTo(1 - 20 / saving.labels, 12);
    expect(labelSaving(curve, 30, time)!.labels).toBe(80);
  });

  it('has a range where the bands touch and part, open above where they never parted', () => {
    const saving = labelSaving(curve, 20, time)!;
    // 0.78 against 0.72 and 0.84; 0.82 against 0.68 and 0.80, which is not enough.
    expect(saving.low).toBeCloseTo(40 + (40 * 0.06) / 0.12, 10);
    expect(saving.savedHoursLow).toBeCloseTo(((saving.low - 20) * 9) / 3600, 12);
    expect(saving).toMatchObject({ high: null, savedHoursHigh: null, secondsPerLabel: 9, timedLabels: 50 });
    const closed = labelSaving(
      curve.map((point) => ({ ...point, randomInitSd: 0.005, pretrainedSd: 0.005 })),
      20,
      time,
    )!;
    expect(closed.high).toBeCloseTo(40 + (40 * 0.11) / 0.12, 10);
    expect(closed.savedHoursHigh).toBeCloseTo(((closed.high! - 20) * 9) / 3600, 12);
  });

  it('claims no more than the curve shows', () => {
    const none = { labels: 80, reached: false, savedHours: 0, savedHoursHigh: null, savedShare: 0 };
    expect(labelSaving(curve, 80, time)).toMatchObject({ labelsUsed: 80, ...none });
    expect(labelSaving(curve, 40, time)).toMatchObject({ reached: false, labels: 80, savedShare: 0.5 });
    expect(labelSaving(curve, 10, time)).toBeNull();
    expect(labelSaving(curve, 200, time)).toBeNull();
    expect(labelSaving([], 20, time)).toBeNull();
  });

  it('saves nothing where pretraining does not help', () => {
    const worse = curve.map((point) => ({ ...point, pretrained: 0.5 }));
    expect(labelSaving(worse, 40, time)).toMatchObject({ savedHours: 0, labels: 20, reached: true, savedShare: 0 });
  });
});

describe('randomStartNeeds', () => {
  const curve = [
    { labels: 20, pretrained: 0.8, pretrainedSd: 0.02, randomInit: 0.6, randomInitSd: 0.02 },
    { labels: 40, pretrained: 0.85, pretrainedSd: 0.02, randomInit: 0.7, randomInitSd: 0.02 },
    { labels: 80, pretrained: 0.9, pretrainedSd: 0.02, randomInit: 0.85, randomInitSd: 0.01 },
  ];

  it('is where the random start reaches the first pretrained figure, and where the bands touch and part', () => {
    const needs = randomStartNeeds(curve)!;
    expect(needs).toMatchObject({ labelsUsed: 20, measured: 80 });
    expect(needs.labels).toBeCloseTo(40 + (40 * 0.1) / 0.15, 10);
    // 0.78 against 0.72 and 0.86; 0.82 against 0.68 and 0.84.
    expect(needs.low).toBeCloseTo(40 + (40 * 0.06) / 0.14, 10);
    expect(needs.high).toBeCloseTo(40 + (40 * 0.14) / 0.16, 10);
  });

  it('says that it never got there, instead of going on beyond the curve', () => {
    expect(randomStartNeeds(curve.slice(0, 2))).toEqual({
      labelsUsed: 20,
      labels: null,
      low: null,
      high: null,
      measured: 40,
    });
    expect(randomStartNeeds([])).toBeNull();
  });
});
