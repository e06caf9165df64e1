import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  computeRoi,
  type InputKind,
  returnsOf,
  roiInputNames,
  type RoiInputs,
  type RoiValues,
} from '#core/domain/roi.ts';
import { rangeOf, roiScenarios, tornado } from '#core/domain/roi-scenarios.ts';
import { values } from './roi-values.ts';

function inputsOf(of: RoiValues, kind: InputKind = 'assumed'): RoiInputs {
  return Object.fromEntries(roiInputNames.map((name) => [name, { value: of[name], kind }])) as RoiInputs;
}

// Expected figures: a separate Python script that sums 36 discounted months and bisects for payback and break-even.
describe('computeRoi', () => {
  const result = computeRoi(values);

  it('follows the arithmetic of hours and yen', () => {
    expect(result.hoursBeforePerMonth).toBeCloseTo(55.55555555555556, 10);
    expect(result.hoursAfterPerMonth).toBeCloseTo(12.88888888888889, 10);
    expect(result.labourYen).toBeCloseTo(128_000, 6);
    expect(result.escapeYen).toBeCloseTo(225_000, 6);
    expect(result.overkillYen).toBeCloseTo(59_400, 6);
    expect(result.oneOffYen).toBe(1_286_000);
    expect(result.withHours.netYenPerMonth).toBeCloseTo(392_400, 6);
    expect(result.withHours.paybackMonths).toBeCloseTo(3.2772680937818555, 10);
    expect(result.withHours.roi).toBeCloseTo(9.984758942457232, 10);
    expect(result.withHours.npvYen).toBeCloseTo(11_828_507.357555805, 3);
    expect(result.withHours.discountedPaybackMonths).toBeCloseTo(3.306060265903695, 8);
    expect(result.breakEvenPartsPerMonth).toBeCloseTo(9102.838505834989, 5);
  });

  it('does not call less than one person saved cash', () => {
    expect(result.personsSaved).toBeCloseTo(42.666666 / 160, 5);
    expect(result.cash.netYenPerMonth).toBeCloseTo(392_400 - 128_000, 6);
    expect(result.cash.npvYen).toBeCloseTo(7_550_584.468240965, 3);
    const twoPersons = computeRoi({ ...values, inspectSeconds: 40, auditedPerMonth: 0 });
    expect(twoPersons.personsSaved).toBeGreaterThan(3);
    expect(twoPersons.withHours.netYenPerMonth - twoPersons.cash.netYenPerMonth).toBeCloseTo(
      (twoPersons.personsSaved - 3) * 160 * 3000,
      3,
    );
  });

  it('counts hours that the pilot costs in full', () => {
    const slower = computeRoi({ ...values, reviewedShare: 1 });
    expect(slower.hoursSavedPerMonth).toBeLessThan(0);
    expect(slower.cash.netYenPerMonth).toBeCloseTo(slower.withHours.netYenPerMonth, 6);
  });

  it('does not pay back when it loses money', () => {
    const losing = computeRoi({ ...values, escapeAfter: 0.2, overkillAfter: 0.05 });
    expect(losing.withHours.netYenPerMonth).toBeLessThan(0);
    expect(losing.withHours.paybackMonths).toBeNull();
    expect(losing.withHours.discountedPaybackMonths).toBeNull();
    expect(losing.withHours.roi).toBeLessThan(-1);
    expect(losing.breakEvenPartsPerMonth).toBeNull();
  });

  it('covers what was spent exactly at the break-even volume', () => {
    const { withHours } = computeRoi({ ...values, partsPerMonth: result.breakEvenPartsPerMonth! });
    expect(withHours.roi).toBeCloseTo(0, 8);
  });
});

describe('returnsOf', () => {
  it('never pays back when interest eats the net', () => {
    expect(returnsOf(100, 1_000_000, 3, 0.1).paybackMonths).toBe(10_000);
    expect(returnsOf(100, 1_000_000, 3, 0.1).discountedPaybackMonths).toBeNull();
  });

  it('is plain sums without interest, and has no ROI on nothing spent', () => {
    expect(returnsOf(100, 1200, 2, 0)).toEqual({
      netYenPerMonth: 100,
      paybackMonths: 12,
      discountedPaybackMonths: 12,
      roi: 1,
      npvYen: 1200,
    });
    expect(returnsOf(100, 0, 2, 0.05).roi).toBeNull();
    expect(returnsOf(0, 0, 2, 0.05).paybackMonths).toBeNull();
  });
});

describe('scenarios', () => {
  it('orders conservative ≤ expected ≤ upside, whatever is entered', () => {
    const some = fc.record(
      Object.fromEntries(
        roiInputNames.map((name) => {
          const value = values[name];
          return [name, fc.constantFrom(value * 0.3, value, Math.min(value * 2, value < 1 ? 0.9 : Infinity))];
        }),
      ),
    );
    fc.assert(
      fc.property(some, (drawn) => {
        const { conservative, expected, upside } = roiScenarios(inputsOf(drawn as RoiValues));
        expect(conservative.cash.npvYen).toBeLessThanOrEqual(expected.cash.npvYen + 1e-6);
        expect(expected.cash.npvYen).toBeLessThanOrEqual(upside.cash.npvYen + 1e-6);
      }),
    );
  });

  it('moves every uncertain input to its worse end', () => {
    const { conservative } = roiScenarios(inputsOf(values));
    const worst = computeRoi({
      ...values,
      ...Object.fromEntries(
        (['partsPerMonth', 'defectRate', 'escapeBefore', 'overkillBefore', 'inspectSeconds'] as const).map((name) => [
          name,
          values[name] * 0.7,
        ]),
      ),
      ...Object.fromEntries(
        (['escapeAfter', 'overkillAfter', 'reviewedShare', 'reviewSeconds', 'auditedPerMonth'] as const).map((name) => [
          name,
          values[name] * 1.3,
        ]),
      ),
      ...Object.fromEntries(
        (
          [
            'labellingHoursPerMonth',
            'upkeepHoursPerMonth',
            'operatingCostYenPerMonth',
            'hardwareYen',
            'setUpYen',
            'wageYenPerHour',
          ] as const
        ).map((name) => [name, values[name] * 1.3]),
      ),
      ...Object.fromEntries(
        (['labellingHours', 'trainingHours', 'pilotHours'] as const).map((name) => [name, values[name] * 1.3]),
      ),
      ...Object.fromEntries(
        (['costPerEscapeYen', 'costPerOverkillYen', 'otherBenefitYenPerMonth'] as const).map((name) => [
          name,
          values[name] * 0.7,
        ]),
      ),
    });
    expect(conservative.cash.npvYen).toBeLessThanOrEqual(worst.cash.npvYen + 1e-6);
  });

  it('varies a measured input by its measured range only, an assumed one by more than an entered one', () => {
    expect(rangeOf('escapeAfter', { value: 0.03, kind: 'measured', low: 0.01, high: 0.09 })).toEqual({
      low: 0.01,
      high: 0.09,
    });
    expect(rangeOf('escapeAfter', { value: 0.03, kind: 'measured' })).toEqual({ low: 0.03, high: 0.03 });
    expect(rangeOf('hardwareYen', { value: 100, kind: 'entered' })).toEqual({ low: 90, high: 110 });
    expect(rangeOf('hardwareYen', { value: 100, kind: 'assumed' })).toEqual({ low: 70, high: 130 });
    expect(rangeOf('escapeBefore', { value: 0.9, kind: 'assumed' }).high).toBe(1);
    expect(rangeOf('years', { value: 3, kind: 'assumed' })).toEqual({ low: 3, high: 3 });
  });

  it('shows the five inputs that move the value most, with both ends recomputed', () => {
    const inputs = { ...inputsOf(values), hardwareYen: { value: 900_000, kind: 'entered' as const } };
    const bars = tornado(inputs);
    expect(bars).toHaveLength(5);
    const swings = bars.map((bar) => Math.abs(bar.npvAtHighYen - bar.npvAtLowYen));
    expect(swings).toEqual([...swings].sort((a, b) => b - a));
    for (const bar of bars) expect(bar.npvAtLowYen).toBe(computeRoi({ ...values, [bar.name]: bar.low }).cash.npvYen);
    const all = tornado(inputs, 99).map(({ name }) => name);
    expect(all).not.toContain('years');
    expect(all).toContain('hardwareYen');
  });
});
