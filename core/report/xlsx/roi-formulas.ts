import type { RoiInputName, RoiResult, RoiValues } from '#core/domain/roi.ts';
import { COUNT, DECIMAL, YEN } from './cells.ts';

/** Steps between the inputs and the results, each from inputs and from steps before it. */
export const workingNames = [
  ...(['hours_per_part', 'fixed_hours', 'saved_hours', 'persons', 'labour', 'labour_cash'] as const),
  ...(['escape_per_part', 'overkill_per_part', 'others', 'months', 'month_rate', 'annuity'] as const),
  ...(['net_per_part', 'fixed_yen'] as const),
] as const;
type WorkingName = (typeof workingNames)[number];

export const resultNames = [
  ...(['hours_saved', 'escape', 'overkill', 'other', 'operating', 'net_cash', 'net_hours', 'one_off'] as const),
  ...(['payback', 'discounted', 'roi', 'npv', 'break_even'] as const),
] as const;
type ResultName = (typeof resultNames)[number];

/** Where a formula finds an input, a step or a result of its own scenario. */
export interface Places {
  readonly input: (name: RoiInputName) => string;
  readonly step: (name: WorkingName) => string;
  readonly result: (name: ResultName) => string;
}

interface Step {
  readonly formula: (at: Places) => string;
  readonly value: (v: RoiValues, result: RoiResult) => number;
  readonly format: string;
}

const FINE = '#,##0.0000';

const monthRate = (v: RoiValues): number => (1 + v.discountRatePerYear) ** (1 / 12) - 1;
const monthsOf = (v: RoiValues): number => Math.round(12 * v.years);
const fixedHours = (v: RoiValues): number =>
  (v.auditedPerMonth * v.inspectSeconds) / 3600 + v.labellingHoursPerMonth + v.upkeepHoursPerMonth;

/** The arithmetic of `computeRoi` as formulas; test/report/formulas.test.ts holds one to the other. */
export const working: Readonly<Record<WorkingName, Step>> = {
  hours_per_part: {
    formula: ({ input }) => `(${input('inspectSeconds')}-${input('reviewedShare')}*${input('reviewSeconds')})/3600`,
    value: (v) => (v.inspectSeconds - v.reviewedShare * v.reviewSeconds) / 3600,
    format: '0.000000',
  },
  fixed_hours: {
    formula: ({ input }) =>
      `${input('auditedPerMonth')}*${input('inspectSeconds')}/3600+${input('labellingHoursPerMonth')}+${input('upkeepHoursPerMonth')}`,
    value: fixedHours,
    format: DECIMAL,
  },
  saved_hours: {
    formula: ({ input, step }) => `${input('partsPerMonth')}*${step('hours_per_part')}-${step('fixed_hours')}`,
    value: (_, r) => r.hoursSavedPerMonth,
    format: DECIMAL,
  },
  persons: {
    formula: ({ input, step }) => `${step('saved_hours')}/${input('personHoursPerMonth')}`,
    value: (_, r) => r.personsSaved,
    format: '0.00',
  },
  labour: {
    formula: ({ input, step }) => `${step('saved_hours')}*${input('wageYenPerHour')}`,
    value: (_, r) => r.labourYen,
    format: YEN,
  },
  labour_cash: {
    formula: ({ input, step }) =>
      `IF(${step('saved_hours')}<0,${step('labour')},INT(${step('persons')}+0.000000001)*${input('personHoursPerMonth')}*${input('wageYenPerHour')})`,
    value: (v, r) =>
      r.hoursSavedPerMonth < 0
        ? r.labourYen
        : Math.floor(r.personsSaved + 1e-9) * v.personHoursPerMonth * v.wageYenPerHour,
    format: YEN,
  },
  escape_per_part: {
    formula: ({ input }) =>
      `${input('defectRate')}*(${input('escapeBefore')}-${input('escapeAfter')})*${input('costPerEscapeYen')}`,
    value: (v) => v.defectRate * (v.escapeBefore - v.escapeAfter) * v.costPerEscapeYen,
    format: FINE,
  },
  overkill_per_part: {
    formula: ({ input }) =>
      `(1-${input('defectRate')})*(${input('overkillBefore')}-${input('overkillAfter')})*${input('costPerOverkillYen')}`,
    value: (v) => (1 - v.defectRate) * (v.overkillBefore - v.overkillAfter) * v.costPerOverkillYen,
    format: FINE,
  },
  others: {
    formula: ({ result }) => `${result('escape')}+${result('overkill')}+${result('other')}+${result('operating')}`,
    value: (_, r) => r.escapeYen + r.overkillYen + r.otherYen + r.operatingYen,
    format: YEN,
  },
  months: { formula: ({ input }) => `ROUND(12*${input('years')},0)`, value: monthsOf, format: COUNT },
  month_rate: {
    formula: ({ input }) => `POWER(1+${input('discountRatePerYear')},1/12)-1`,
    value: monthRate,
    format: '0.0000%',
  },
  annuity: {
    formula: ({ step }) =>
      `IF(${step('month_rate')}=0,${step('months')},(1-POWER(1+${step('month_rate')},0-${step('months')}))/${step('month_rate')})`,
    value: (v) => {
      const rate = monthRate(v);
      return rate === 0 ? monthsOf(v) : (1 - (1 + rate) ** -monthsOf(v)) / rate;
    },
    format: FINE,
  },
  net_per_part: {
    formula: ({ input, step }) =>
      `${step('hours_per_part')}*${input('wageYenPerHour')}+${step('escape_per_part')}+${step('overkill_per_part')}`,
    value: (v) =>
      ((v.inspectSeconds - v.reviewedShare * v.reviewSeconds) / 3600) * v.wageYenPerHour +
      v.defectRate * (v.escapeBefore - v.escapeAfter) * v.costPerEscapeYen +
      (1 - v.defectRate) * (v.overkillBefore - v.overkillAfter) * v.costPerOverkillYen,
    format: FINE,
  },
  fixed_yen: {
    formula: ({ input, step }) =>
      `${step('fixed_hours')}*${input('wageYenPerHour')}-${input('otherBenefitYenPerMonth')}+${input('operatingCostYenPerMonth')}`,
    value: (v) => fixedHours(v) * v.wageYenPerHour - v.otherBenefitYenPerMonth + v.operatingCostYenPerMonth,
    format: YEN,
  },
};

interface Result {
  /** `none`: the words for "there is none", quoted. */
  readonly formula: (at: Places, none: string) => string;
  readonly value: (result: RoiResult) => number | null;
  readonly format: string;
  /** What stands where there is no number: it never pays back, or it cannot be told. */
  readonly none: 'report.never_pays' | 'report.not_measured';
  readonly strong?: boolean;
}

const never = 'report.never_pays' as const;

export const results: Readonly<Record<ResultName, Result>> = {
  hours_saved: {
    formula: ({ step }) => step('saved_hours'),
    value: (r) => r.hoursSavedPerMonth,
    format: DECIMAL,
    none: never,
  },
  escape: {
    formula: ({ input, step }) => `${input('partsPerMonth')}*${step('escape_per_part')}`,
    value: (r) => r.escapeYen,
    format: YEN,
    none: never,
  },
  overkill: {
    formula: ({ input, step }) => `${input('partsPerMonth')}*${step('overkill_per_part')}`,
    value: (r) => r.overkillYen,
    format: YEN,
    none: never,
  },
  other: {
    formula: ({ input }) => input('otherBenefitYenPerMonth'),
    value: (r) => r.otherYen,
    format: YEN,
    none: never,
  },
  operating: {
    formula: ({ input }) => `0-${input('operatingCostYenPerMonth')}`,
    value: (r) => r.operatingYen,
    format: YEN,
    none: never,
  },
  net_cash: {
    formula: ({ step }) => `${step('labour_cash')}+${step('others')}`,
    value: (r) => r.cash.netYenPerMonth,
    format: YEN,
    none: never,
    strong: true,
  },
  net_hours: {
    formula: ({ step }) => `${step('labour')}+${step('others')}`,
    value: (r) => r.withHours.netYenPerMonth,
    format: YEN,
    none: never,
  },
  one_off: {
    formula: ({ input }) =>
      `${input('hardwareYen')}+${input('setUpYen')}+(${input('labellingHours')}+${input('trainingHours')}+${input('pilotHours')})*${input('wageYenPerHour')}`,
    value: (r) => r.oneOffYen,
    format: YEN,
    none: never,
  },
  payback: {
    formula: ({ result }, none) => `IF(${result('net_cash')}>0,${result('one_off')}/${result('net_cash')},${none})`,
    value: (r) => r.cash.paybackMonths,
    format: DECIMAL,
    none: never,
    strong: true,
  },
  discounted: {
    formula: ({ result, step }, none) => {
      const left = `1-${result('one_off')}*${step('month_rate')}/${result('net_cash')}`;
      return `IF(${result('net_cash')}<=0,${none},IF(${step('month_rate')}=0,${result('one_off')}/${result('net_cash')},IF(${left}>0,0-LN(${left})/LN(1+${step('month_rate')}),${none})))`;
    },
    value: (r) => r.cash.discountedPaybackMonths,
    format: DECIMAL,
    none: never,
  },
  roi: {
    formula: ({ result, step }, none) =>
      `IF(${result('one_off')}>0,(${result('net_cash')}*${step('months')}-${result('one_off')})/${result('one_off')},${none})`,
    value: (r) => r.cash.roi,
    format: '0%',
    none: 'report.not_measured',
  },
  npv: {
    formula: ({ result, step }) => `${result('net_cash')}*${step('annuity')}-${result('one_off')}`,
    value: (r) => r.cash.npvYen,
    format: YEN,
    none: never,
    strong: true,
  },
  break_even: {
    formula: ({ result, step }, none) =>
      `IF(${step('net_per_part')}>0,MAX(0,(${step('fixed_yen')}+${result('one_off')}/${step('months')})/${step('net_per_part')}),${none})`,
    value: (r) => r.breakEvenPartsPerMonth,
    format: COUNT,
    none: never,
  },
};
