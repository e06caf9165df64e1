import type { RoiInputName, RoiResult, RoiValues } from '#core/domain/roi.ts';
import { COUNT, DECIMAL, MONEY } from './cells.ts';

/** Steps between the inputs and the results, each from inputs and from steps before it. */
export const workingNames = [
  ...(['hours_per_part', 'fixed_hours', 'saved_hours', 'persons', 'labour', 'labour_cash'] as const),
  ...(['escape_per_part', 'overkill_per_part', 'others', 'months', 'month_rate', 'annuity'] as const),
  ...(['net_per_part', 'fixed_yen', 'target'] as const),
  ...(['gain_per_part', 'person_hours', 'cash_ahead', 'cash_step', 'cash_persons'] as const),
] as const;
type WorkingName = (typeof workingNames)[number];

export const resultNames = [
  ...(['hours_saved', 'escape', 'overkill', 'other', 'operating', 'net_cash', 'net_hours', 'one_off'] as const),
  ...(['payback', 'discounted', 'roi', 'npv', 'break_even_cash', 'break_even'] as const),
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

const personHours = (v: RoiValues): number => Math.max(1, v.personHoursPerMonth);

/** The steps of `breakEvenInCash` (core/domain/break-even.ts). */
function cashTerms(v: RoiValues, { oneOffYen }: RoiResult) {
  const hours = (v.inspectSeconds - v.reviewedShare * v.reviewSeconds) / 3600;
  const gain =
    v.defectRate * (v.escapeBefore - v.escapeAfter) * v.costPerEscapeYen +
    (1 - v.defectRate) * (v.overkillBefore - v.overkillAfter) * v.costPerOverkillYen;
  const target = oneOffYen / Math.max(1, monthsOf(v)) + v.operatingCostYenPerMonth - v.otherBenefitYenPerMonth;
  const ahead = hours <= 0 ? 0 : ((gain > 0 ? personHours(v) : 0) + fixedHours(v)) / hours;
  const step = hours <= 0 ? 0 : personHours(v) * v.wageYenPerHour + (gain * personHours(v)) / hours;
  const persons = step <= 0 ? 0 : Math.max(0, Math.ceil((target - gain * ahead) / step - 1e-9));
  return { gain, target, ahead, step, persons };
}

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
    formula: ({ step }) => `${step('saved_hours')}/${step('person_hours')}`,
    value: (_, r) => r.personsSaved,
    format: '0.00',
  },
  labour: {
    formula: ({ input, step }) => `${step('saved_hours')}*${input('wageYenPerHour')}`,
    value: (_, r) => r.labourYen,
    format: MONEY,
  },
  labour_cash: {
    formula: ({ input, step }) =>
      `IF(${step('saved_hours')}<0,${step('labour')},INT(${step('persons')}+0.000000001)*${step('person_hours')}*${input('wageYenPerHour')})`,
    value: (v, r) =>
      r.hoursSavedPerMonth < 0 ? r.labourYen : Math.floor(r.personsSaved + 1e-9) * personHours(v) * v.wageYenPerHour,
    format: MONEY,
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
    format: MONEY,
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
    format: MONEY,
  },
  target: {
    formula: ({ input, result, step }) =>
      `${result('one_off')}/MAX(1,${step('months')})+${input('operatingCostYenPerMonth')}-${input('otherBenefitYenPerMonth')}`,
    value: (v, r) => cashTerms(v, r).target,
    format: MONEY,
  },
  gain_per_part: {
    formula: ({ step }) => `${step('escape_per_part')}+${step('overkill_per_part')}`,
    value: (v, r) => cashTerms(v, r).gain,
    format: FINE,
  },
  person_hours: {
    formula: ({ input }) => `MAX(1,${input('personHoursPerMonth')})`,
    value: personHours,
    format: DECIMAL,
  },
  cash_ahead: {
    formula: ({ step }) =>
      `IF(${step('hours_per_part')}<=0,0,(IF(${step('gain_per_part')}>0,${step('person_hours')},0)+${step('fixed_hours')})/${step('hours_per_part')})`,
    value: (v, r) => cashTerms(v, r).ahead,
    format: DECIMAL,
  },
  cash_step: {
    formula: ({ input, step }) =>
      `IF(${step('hours_per_part')}<=0,0,${step('person_hours')}*${input('wageYenPerHour')}+${step('gain_per_part')}*${step('person_hours')}/${step('hours_per_part')})`,
    value: (v, r) => cashTerms(v, r).step,
    format: MONEY,
  },
  cash_persons: {
    formula: ({ step }) =>
      `IF(${step('cash_step')}<=0,0,MAX(0,ROUNDUP((${step('target')}-${step('gain_per_part')}*${step('cash_ahead')})/${step('cash_step')}-0.000000001,0)))`,
    value: (v, r) => cashTerms(v, r).persons,
    format: COUNT,
  },
};

interface Result {
  /** `none`: the words for "there is none", quoted. */
  readonly formula: (at: Places, none: string) => string;
  readonly value: (result: RoiResult) => number | null;
  readonly format: string;
  /** What stands where there is no number: it never pays back, or it cannot be told. */
  readonly none: 'report.never_pays' | 'report.not_measured' | 'report.roi.no_volume';
  readonly strong?: boolean;
}

const never = 'report.never_pays' as const;
const noVolume = 'report.roi.no_volume' as const;

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
    format: MONEY,
    none: never,
  },
  overkill: {
    formula: ({ input, step }) => `${input('partsPerMonth')}*${step('overkill_per_part')}`,
    value: (r) => r.overkillYen,
    format: MONEY,
    none: never,
  },
  other: {
    formula: ({ input }) => input('otherBenefitYenPerMonth'),
    value: (r) => r.otherYen,
    format: MONEY,
    none: never,
  },
  operating: {
    formula: ({ input }) => `0-${input('operatingCostYenPerMonth')}`,
    value: (r) => r.operatingYen,
    format: MONEY,
    none: never,
  },
  net_cash: {
    formula: ({ step }) => `${step('labour_cash')}+${step('others')}`,
    value: (r) => r.cash.netYenPerMonth,
    format: MONEY,
    none: never,
    strong: true,
  },
  net_hours: {
    formula: ({ step }) => `${step('labour')}+${step('others')}`,
    value: (r) => r.withHours.netYenPerMonth,
    format: MONEY,
    none: never,
  },
  one_off: {
    formula: ({ input }) =>
      `${input('hardwareYen')}+${input('setUpYen')}+(${input('labellingHours')}+${input('trainingHours')}+${input('pilotHours')})*${input('wageYenPerHour')}`,
    value: (r) => r.oneOffYen,
    format: MONEY,
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
    format: MONEY,
    none: never,
    strong: true,
  },
  break_even_cash: {
    formula: ({ input, result, step }, none) => {
      const [hours, fixed, gain] = [step('hours_per_part'), step('fixed_hours'), step('gain_per_part')];
      const [losing, persons] = [result('break_even'), step('cash_persons')];
      const parts = `(${persons}*${step('person_hours')}+${fixed})/${hours}`;
      const month = `${step('person_hours')}*${input('wageYenPerHour')}`;
      const reached = `IF(${gain}>0,(${step('target')}-${persons}*${month})/${gain},0)`;
      const saving = `IF(${step('cash_step')}<=0,${none},MAX(${parts},${reached}))`;
      return `IF(${hours}<=0,${losing},IF(ISNUMBER(${losing}),IF(${losing}<=${fixed}/${hours},${losing},${saving}),${saving}))`;
    },
    value: (r) => r.breakEvenCashPartsPerMonth,
    format: COUNT,
    none: noVolume,
  },
  break_even: {
    formula: ({ result, step }, none) => {
      const needed = `${step('fixed_yen')}+${result('one_off')}/MAX(1,${step('months')})`;
      const perPart = step('net_per_part');
      return `IF(AND(${perPart}>=0,${needed}<=0),0,IF(${perPart}>0,(${needed})/${perPart},${none}))`;
    },
    value: (r) => r.breakEvenPartsPerMonth,
    format: COUNT,
    none: noVolume,
  },
};
