import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cumulativeCash } from '#core/domain/cumulative-cash.ts';
import {
  computeRoi,
  type InputKind,
  returnsOf,
  type RoiInput,
  type RoiInputName,
  roiInputNames,
  type RoiInputs,
  type RoiValues,
} from '#core/domain/roi.ts';
import { limitsOf } from '#core/domain/roi-limits.ts';
import { missingInputs, neededInputs } from '#core/domain/roi-missing.ts';
import { rangeOf, roiScenarios, tornado } from '#core/domain/roi-scenarios.ts';
import { values } from './roi-values.ts';

/** Any value that the page lets in, zeros and both limits among them, over all orders of magnitude. */
const within = (name: RoiInputName): fc.Arbitrary<number> => {
  const { least, most } = limitsOf(name);
  const between = fc.double({ min: 0, max: 1, noNaN: true }).map((share) => least + (most - least) * share ** 12);
  return fc.oneof(fc.constantFrom(least, most, Math.min(most, Math.max(least, values[name]))), between);
};
const anyValues = fc.record(
  Object.fromEntries(roiInputNames.map((name) => [name, within(name)])),
) as unknown as fc.Arbitrary<RoiValues>;
const anyInputs = fc.record(
  Object.fromEntries(
    roiInputNames.map((name) => [
      name,
      fc
        .tuple(within(name), fc.constantFrom<InputKind>('measured', 'entered', 'assumed'), within(name), within(name))
        .map(([a, kind, b, c]): RoiInput => {
          const [low, value, high] = [a, b, c].sort((x, y) => x - y) as [number, number, number];
          return kind === 'assumed' ? { value, kind } : { value, kind, low, high };
        }),
    ]),
  ),
) as unknown as fc.Arbitrary<RoiInputs>;

/** Every number in a result, however deep; null is an answer, NaN and Infinity are none. */
function numbersIn(of: unknown): number[] {
  if (typeof of === 'number') return [of];
  return typeof of === 'object' && of !== null ? Object.values(of).flatMap(numbersIn) : [];
}
const strange = (of: unknown) => numbersIn(of).filter((each) => !Number.isFinite(each));

/** Which way the net in cash and the hours go as an input grows. Wage and volume go either way, the rest is about the money. */
const direction: Partial<Record<RoiInputName, 1 | -1>> = {
  escapeBefore: 1,
  escapeAfter: -1,
  overkillBefore: 1,
  overkillAfter: -1,
  reviewedShare: -1,
  reviewSeconds: -1,
  auditedPerMonth: -1,
  labellingHoursPerMonth: -1,
  upkeepHoursPerMonth: -1,
  otherBenefitYenPerMonth: 1,
  operatingCostYenPerMonth: -1,
};

describe('the return', () => {
  it('is never NaN or infinite, whatever the page lets in', () => {
    fc.assert(
      fc.property(anyInputs, (inputs) => {
        const scenarios = roiScenarios(inputs);
        expect(strange(scenarios)).toEqual([]);
        expect(strange(tornado(inputs, 99))).toEqual([]);
        const { years, discountRatePerYear } = inputs;
        expect(strange(cumulativeCash(scenarios, years.value, discountRatePerYear.value))).toEqual([]);
      }),
      { numRuns: 150 },
    );
  });

  it('divides by nothing that an old database may hold', () => {
    const zeros = Object.fromEntries(roiInputNames.map((name) => [name, 0])) as RoiValues;
    expect(strange(computeRoi(zeros))).toEqual([]);
    expect(strange(computeRoi({ ...values, personHoursPerMonth: 0, years: 0 }))).toEqual([]);
  });

  it('moves the right way with each input', () => {
    for (const [name, sign] of Object.entries(direction) as [RoiInputName, 1 | -1][])
      fc.assert(
        fc.property(anyValues, within(name), within(name), (of, a, b) => {
          const net = (value: number) => computeRoi({ ...of, [name]: value }).withHours.netYenPerMonth;
          const cash = (value: number) => computeRoi({ ...of, [name]: value }).cash.netYenPerMonth;
          const [less, more] = [Math.min(a, b), Math.max(a, b)];
          const near = 1e-9 * (Math.abs(net(less)) + Math.abs(net(more)) + 1);
          expect(sign * (net(more) - net(less))).toBeGreaterThanOrEqual(-near);
          expect(sign * (cash(more) - cash(less))).toBeGreaterThanOrEqual(-near - 1e-6 * Math.abs(cash(more)));
        }),
        { numRuns: 50 },
      );
  });

  it('costs what is paid once, and no more', () => {
    for (const name of ['hardwareYen', 'setUpYen'] as const)
      fc.assert(
        fc.property(anyValues, within(name), (of, value) => {
          const without = computeRoi({ ...of, [name]: 0 });
          const { oneOffYen, cash } = computeRoi({ ...of, [name]: value });
          expect(oneOffYen).toBeCloseTo(without.oneOffYen + value, -Math.log10(1e-9 * (oneOffYen + 1)));
          expect(cash.netYenPerMonth).toBe(without.cash.netYenPerMonth);
        }),
        { numRuns: 50 },
      );
  });

  it('pays back when net times months are what was spent, and is plain sums at no interest', () => {
    const money = fc.double({ min: 1, max: 1e12, noNaN: true });
    fc.assert(
      fc.property(money, money, fc.integer({ min: 1, max: 30 }), (net, oneOff, years) => {
        const { paybackMonths, npvYen, discountedPaybackMonths } = returnsOf(net, oneOff, years, 0);
        expect((paybackMonths! * net) / oneOff).toBeCloseTo(1, 9);
        expect(discountedPaybackMonths).toBe(paybackMonths);
        expect(Math.abs(npvYen - (net * 12 * years - oneOff))).toBeLessThanOrEqual(1e-9 * (net * 400 + oneOff));
        const later = returnsOf(net, oneOff, years, 0.08);
        expect(later.npvYen).toBeLessThanOrEqual(npvYen);
        if (later.discountedPaybackMonths !== null)
          expect(later.discountedPaybackMonths).toBeGreaterThanOrEqual(paybackMonths!);
      }),
    );
  });

  it('keeps the value of money at a rate near nothing', () => {
    expect(returnsOf(100, 1000, 3, 1e-17).npvYen).toBeCloseTo(2600, 6);
    expect(returnsOf(100, 1000, 3, 1e-9).npvYen).toBeCloseTo(2600, 3);
  });

  it('is ordered conservative ≤ expected ≤ upside, also with ranges that people gave', () => {
    fc.assert(
      fc.property(anyInputs, (inputs) => {
        const { conservative, expected, upside } = roiScenarios(inputs);
        expect(conservative.cash.npvYen).toBeLessThanOrEqual(expected.cash.npvYen);
        expect(expected.cash.npvYen).toBeLessThanOrEqual(upside.cash.npvYen);
      }),
      { numRuns: 100 },
    );
  });

  it('uses the range that a person gave instead of ±10 %', () => {
    expect(rangeOf('hardwareYen', { value: 100, kind: 'entered', low: 95, high: 200 })).toEqual({ low: 95, high: 200 });
  });
});

// Expected figures: numpy-financial 1.0 and a search over whole parts, `python ref.py`:
//   nf.npv(i, [-o] + [n] * 36), nf.nper(i, -n, o), i = 1.05 ** (1/12) - 1; first N in 0, 1, 2 … with 36 · net(N) ≥ o, where
//   net(N) counts floor(hours / 160) · 160 hours, and lost hours in full.
describe('break-even volume in cash', () => {
  const at = (change: Partial<RoiValues>) => computeRoi({ ...values, ...change }).breakEvenCashPartsPerMonth;

  it.each([
    ['gains alone carry it', {}, 9797],
    ['gains fall, so whole persons must', { escapeAfter: 0.1, overkillAfter: 0.02 }, 166_044],
    ['nothing is gained but hours', { escapeAfter: 0.08, overkillAfter: 0.02 }, 166_044],
    ['hours are cheap', { wageYenPerHour: 300 }, 8979],
    ['hours are lost', { reviewedShare: 0.9, reviewSeconds: 5 }, 15_061],
  ])('is the first volume that covers it, where %s', (_, change, first) => {
    const parts = at(change)!;
    expect(Math.ceil(parts - 1e-6)).toBe(first);
  });

  it('is none where more parts do not help', () => {
    expect(at({ escapeAfter: 0.2, overkillAfter: 0.05 })).toBeNull();
  });

  it('covers what was spent there and not before, whatever the line', () => {
    const money = { hardwareYen: 900_000, wageYenPerHour: 3000, years: 3 };
    const some = fc.record({
      reviewedShare: fc.constantFrom(0, 0.05, 0.5, 1),
      escapeAfter: fc.constantFrom(0, 0.03, 0.08, 0.2),
      overkillAfter: fc.constantFrom(0, 0.012, 0.02, 0.04),
      inspectSeconds: fc.constantFrom(0, 1, 4, 30),
      otherBenefitYenPerMonth: fc.constantFrom(0, 40_000, 200_000),
    });
    fc.assert(
      fc.property(some, fc.double({ min: 0.01, max: 0.999, noNaN: true }), (change, share) => {
        const of = { ...values, ...money, ...change };
        const parts = computeRoi(of).breakEvenCashPartsPerMonth;
        const covered = (partsPerMonth: number) => {
          const { cash, oneOffYen } = computeRoi({ ...of, partsPerMonth });
          return cash.netYenPerMonth * 36 - oneOffYen;
        };
        if (parts === null) expect(covered(1e8)).toBeLessThan(0);
        else {
          expect(covered(parts * (1 + 1e-9) + 1e-6)).toBeGreaterThanOrEqual(-10);
          if (parts > 1) expect(covered(parts * share - 1)).toBeLessThan(10);
        }
      }),
    );
  });

  it('never comes before the one with all hours at the wage', () => {
    const { breakEvenPartsPerMonth, breakEvenCashPartsPerMonth } = computeRoi(values);
    expect(breakEvenCashPartsPerMonth).toBeGreaterThan(breakEvenPartsPerMonth!);
  });
});

describe('cumulative cash', () => {
  const inputs = Object.fromEntries(
    roiInputNames.map((name) => [name, { value: values[name], kind: 'entered' }]),
  ) as RoiInputs;
  const scenarios = roiScenarios(inputs);
  const points = cumulativeCash(scenarios, 3, 0.05);

  it('begins with what was spent and ends at the net present value', () => {
    expect(points).toHaveLength(37);
    expect([0, 1, 12, 36].map((month) => points[month]!.expected)).toEqual(
      [-1_286_000, -1_022_672.8274963779, 1_804_351.9036433522, 7_550_584.468240964].map((each) =>
        expect.closeTo(each, 3),
      ),
    );
    for (const name of ['conservative', 'expected', 'upside'] as const)
      expect(points.at(-1)![name]).toBeCloseTo(scenarios[name].cash.npvYen, 3);
  });

  it('crosses zero at the discounted payback', () => {
    const months = scenarios.expected.cash.discountedPaybackMonths!;
    expect(points[Math.floor(months)]!.expected).toBeLessThan(0);
    expect(points[Math.ceil(months)]!.expected).toBeGreaterThanOrEqual(0);
  });
});

describe('missing inputs', () => {
  it('are those needed ones that nobody entered or counted', () => {
    const of = (kind: InputKind) =>
      Object.fromEntries(roiInputNames.map((name) => [name, { value: values[name], kind }])) as RoiInputs;
    expect(missingInputs(of('assumed'))).toEqual([...neededInputs]);
    expect(missingInputs(of('entered'))).toEqual([]);
    expect(missingInputs({ ...of('measured'), hardwareYen: { value: 0, kind: 'assumed' } })).toEqual(['hardwareYen']);
  });
});
