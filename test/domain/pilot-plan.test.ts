import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { upperBound } from '#core/domain/interval.ts';
import {
  completePlan,
  daysBetween,
  emptyPlan,
  loosenedAfterStart,
  pilotProgress,
  type PlanFields,
  planProblems,
  usualCriteria,
} from '#core/domain/pilot-plan.ts';
import { bestCase, partsReach, rateReach } from '#core/domain/pilot-reach.ts';
import { valuesOf } from '#core/domain/roi-scenarios.ts';
import { roiInputs, withValues } from '../report/report-fixture.ts';

const plan: PlanFields = {
  goal: '見逃しを減らす',
  lineId: 1,
  fromDay: '2026-12-01',
  toDay: '2026-12-28',
  criteria: { ...usualCriteria, minHoursSavedPerMonth: 20 },
  agreedBy: '工場長 田中',
};

describe('a plan', () => {
  it('is complete when nothing is missing, and says what is', () => {
    expect(planProblems(plan)).toEqual([]);
    expect(completePlan(plan)).toEqual(plan);
    expect(planProblems(emptyPlan)).toEqual(['goal', 'line', 'from', 'to', 'agreed_by']);
    expect(completePlan(emptyPlan)).toBeNull();
  });

  it.each<[string, Partial<PlanFields> | { criteria: Partial<PlanFields['criteria']> }, string]>([
    ['an end before the start', { toDay: '2026-11-30' }, 'order'],
    ['a period of years', { toDay: '2029-12-28' }, 'too_long'],
    ['a day that is not in the calendar', { toDay: '2026-02-31' }, 'to'],
    ['a limit of 0 %', { criteria: { maxEscape: 0 } }, 'escape'],
    ['a limit of 100 %', { criteria: { maxOverkill: 1 } }, 'overkill'],
    ['no limit', { criteria: { maxEscape: null } }, 'escape'],
    ['a payback of nothing', { criteria: { maxPaybackMonths: 0 } }, 'payback'],
    ['no hours to save', { criteria: { minHoursSavedPerMonth: 0 } }, 'hours'],
    ['half a part', { criteria: { minJudgedParts: 0.5 } }, 'judged'],
    ['nobody who agreed', { agreedBy: ' ' }, 'agreed_by'],
  ])('with %s is told', (_, change, problem) => {
    const changed = { ...plan, ...change, criteria: { ...plan.criteria, ...change.criteria } };
    expect(planProblems(changed)).toEqual([problem]);
  });

  it('counts its days by the calendar, both ends among them', () => {
    expect(daysBetween('2026-03-28', '2026-03-30')).toBe(2);
    expect(pilotProgress('2026-12-01', '2026-12-28', '2026-11-30')).toEqual({
      state: 'before',
      day: 0,
      days: 28,
      left: 28,
    });
    expect(pilotProgress('2026-12-01', '2026-12-28', '2026-12-01')).toEqual({
      state: 'running',
      day: 1,
      days: 28,
      left: 28,
    });
    expect(pilotProgress('2026-12-01', '2026-12-28', '2026-12-28')).toMatchObject({
      state: 'running',
      day: 28,
      left: 1,
    });
    expect(pilotProgress('2026-12-01', '2026-12-28', '2026-12-29')).toMatchObject({ state: 'ended', left: 0 });
  });

  it('is known to have been loosened only where that was after the start', () => {
    const version = (maxEscape: number, agreedDay: string) => ({
      ...{ criteria: { ...usualCriteria, maxEscape }, fromDay: '2026-12-01', agreedDay },
    });
    expect(loosenedAfterStart([version(0.05, '2026-11-01')])).toEqual([]);
    expect(loosenedAfterStart([version(0.05, '2026-11-01'), version(0.1, '2026-11-20')])).toEqual([]);
    expect(loosenedAfterStart([version(0.05, '2026-11-01'), version(0.1, '2026-12-05')])).toEqual(['maxEscape']);
    expect(loosenedAfterStart([version(0.05, '2026-11-01'), version(0.02, '2026-12-05')])).toEqual([]);
    expect(
      loosenedAfterStart([version(0.05, '2026-11-01'), version(0.1, '2026-12-05'), version(0.05, '2026-12-06')]),
    ).toEqual([]);
  });

  it('whose new version drops the hours asks less', () => {
    const version = (minHoursSavedPerMonth: number | null, agreedDay: string) => ({
      ...{ criteria: { ...usualCriteria, minHoursSavedPerMonth }, fromDay: '2026-12-01', agreedDay },
    });
    expect(loosenedAfterStart([version(20, '2026-11-01'), version(null, '2026-12-05')])).toEqual([
      'minHoursSavedPerMonth',
    ]);
  });
});

describe('what can be shown in time', () => {
  it('tells that 59 defects are needed for 5 % and how many come', () => {
    // ⌈ln 0.05 / ln 0.95⌉ = 59; scipy.stats.poisson.ppf(0.05, [8, 59, 80]) = 4, 47, 66.
    const none = { have: 0, wrong: 0 };
    expect(rateReach(0.05, none, 80 / 28, 28)).toMatchObject({ state: 'reachable', needed: 59, days: 21 });
    expect(rateReach(0.05, none, 59.5 / 28, 28)).toMatchObject({ state: 'tight' });
    // 1 − 0.05^(1/8) = 31.2 %
    expect(rateReach(0.05, none, 8 / 28, 28)).toMatchObject({ state: 'out_of_reach', days: 207, promise: 0.313 });
    expect(rateReach(0.05, { have: 59, wrong: 0 }, 0, 28)).toMatchObject({ state: 'reached', days: 0, lacking: 0 });
    expect(rateReach(0.05, { have: 59, wrong: 1 }, 0, 28)).toMatchObject({ state: 'out_of_reach', needed: 93 });
  });

  it('never comes at a volume or a defect rate of 0', () => {
    expect(rateReach(0.05, { have: 0, wrong: 0 }, 0, 28)).toMatchObject({
      ...{ state: 'out_of_reach', days: null, comes: 0, promise: null },
    });
    expect(partsReach(1000, 10, 0, 28)).toMatchObject({ state: 'out_of_reach', days: null, lacking: 990 });
  });

  it('promises what the exact bound of the parts that come gives, and never less', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 5 }),
        fc.integer({ min: 0, max: 80 }),
        fc.double({ min: 0, max: 20, noNaN: true }),
        fc.integer({ min: 1, max: 90 }),
        (wrong, more, perDay, days) => {
          const have = wrong + more;
          const { promise, needed, state } = rateReach(0.05, { have, wrong }, perDay, days);
          if (promise !== null) {
            const n = have + Math.floor(perDay * days + 1e-9);
            // Whatever its last binary digit says.
            expect(upperBound(wrong, n)).toBeLessThanOrEqual(promise + 1e-9);
            expect(promise - upperBound(wrong, n)).toBeLessThan(0.0011);
          }
          if (state === 'reached') expect(have).toBeGreaterThanOrEqual(needed);
          expect(upperBound(wrong, needed)).toBeLessThanOrEqual(0.05);
        },
      ),
      { numRuns: 100 },
    );
  });

  it('says before the start when not even a perfect inspection pays back in time', () => {
    const criteria = { maxPaybackMonths: 18, minHoursSavedPerMonth: 20 };
    expect(bestCase(valuesOf(roiInputs), criteria)).toMatchObject({ paysTooLate: false, savesTooFew: false });
    const small = bestCase(valuesOf(withValues({ partsPerMonth: 800 })), criteria);
    expect(small).toMatchObject({ paysTooLate: true, savesTooFew: true, paybackMonths: null });
    expect(bestCase(valuesOf(withValues({ partsPerMonth: 0 })), criteria)).toMatchObject({ paysTooLate: true });
  });
});
