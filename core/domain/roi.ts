import { breakEvenInCash, breakEvenWithHours } from './break-even.ts';

/*
 * `Yen` in a name is the site's own currency (core/domain/currency.ts): the names are keys of the append-only table of inputs
 * and of exported workbooks, so they stay.
 */

/** Where a number comes from; shown beside it wherever it appears. */
export type InputKind = 'measured' | 'entered' | 'assumed';

/** `low` and `high`: how far the truth may lie, where that was measured or a person said so. */
export interface RoiInput {
  readonly value: number;
  readonly kind: InputKind;
  readonly low?: number;
  readonly high?: number;
}

/** Every input of the arithmetic, with its unit. `share`: 0..1. */
export const roiInputUnits = {
  partsPerMonth: 'parts',
  shiftsPerMonth: 'shifts',
  /** Share of parts that are defective before inspection. */
  defectRate: 'share',
  /** Escape and overkill of today's inspection, and with the pilot. */
  escapeBefore: 'share',
  escapeAfter: 'share',
  overkillBefore: 'share',
  overkillAfter: 'share',
  /** Share of parts that a person looks at with the pilot. */
  reviewedShare: 'share',
  inspectSeconds: 'seconds',
  reviewSeconds: 'seconds',
  /** Passed parts that are inspected again as a random check. */
  auditedPerMonth: 'parts',
  labellingHoursPerMonth: 'hours',
  upkeepHoursPerMonth: 'hours',
  wageYenPerHour: 'yen',
  costPerEscapeYen: 'yen',
  costPerOverkillYen: 'yen',
  otherBenefitYenPerMonth: 'yen',
  operatingCostYenPerMonth: 'yen',
  hardwareYen: 'yen',
  setUpYen: 'yen',
  labellingHours: 'hours',
  trainingHours: 'hours',
  pilotHours: 'hours',
  /** Working hours of one person: fewer hours saved than this are no cash. */
  personHoursPerMonth: 'hours',
  discountRatePerYear: 'share',
  years: 'years',
} as const;

export type RoiInputName = keyof typeof roiInputUnits;
export type RoiInputs = Readonly<Record<RoiInputName, RoiInput>>;
export type RoiValues = Readonly<Record<RoiInputName, number>>;

export const roiInputNames = Object.keys(roiInputUnits) as readonly RoiInputName[];

export const isInputName = (name: string): name is RoiInputName => Object.hasOwn(roiInputUnits, name);

/** What a monthly net returns on what was spent once. `null` payback: it does not pay back. */
export interface Returns {
  readonly netYenPerMonth: number;
  readonly paybackMonths: number | null;
  readonly discountedPaybackMonths: number | null;
  /** (net over the years − one-off) / one-off; `null` where nothing was spent. */
  readonly roi: number | null;
  /** Over the years, discounted monthly. */
  readonly npvYen: number;
}

export interface RoiResult {
  readonly hoursBeforePerMonth: number;
  readonly hoursAfterPerMonth: number;
  /** Negative when the pilot costs hours. */
  readonly hoursSavedPerMonth: number;
  readonly personsSaved: number;
  /** Yen per month, each with its sign as it enters the net. */
  readonly labourYen: number;
  readonly escapeYen: number;
  readonly overkillYen: number;
  readonly otherYen: number;
  readonly operatingYen: number;
  readonly oneOffYen: number;
  /** Hours saved valued at the wage. */
  readonly withHours: Returns;
  /** Only whole persons saved are money that is not spent; hours that cost more count in full. */
  readonly cash: Returns;
  /** Parts a month at which the years' net just covers what was spent once; `null` where more parts don't help. */
  readonly breakEvenPartsPerMonth: number | null;
  /** The same where only whole persons saved count. */
  readonly breakEvenCashPartsPerMonth: number | null;
}

/**
 * Returns of `netYenPerMonth` for `years` on `oneOffYen`, discounted at the monthly rate (1 + yearly)^(1/12) − 1, each month's
 * net at its end (Brealey, Myers and Allen, ch. 2 and 5). Logarithms, so that a rate near 0 gives the plain sum.
 */
export function returnsOf(netYenPerMonth: number, oneOffYen: number, years: number, yearlyRate: number): Returns {
  const months = Math.round(12 * years);
  const logRate = Math.log1p(yearlyRate) / 12;
  const rate = Math.expm1(logRate);
  const annuity = rate === 0 ? months : -Math.expm1(-months * logRate) / rate;
  const payback = netYenPerMonth > 0 ? finite(oneOffYen / netYenPerMonth) : null;
  return {
    netYenPerMonth,
    paybackMonths: payback,
    discountedPaybackMonths: payback === null ? null : discounted(payback, rate, logRate),
    roi: oneOffYen > 0 ? finite((netYenPerMonth * months - oneOffYen) / oneOffYen) : null,
    npvYen: netYenPerMonth * annuity - oneOffYen,
  };
}

/** A quotient that no longer fits is as good as none. */
const finite = (value: number): number | null => (Number.isFinite(value) ? value : null);

/** Months until the discounted nets cover what `payback` undiscounted ones do; `null` where interest eats them. */
function discounted(payback: number, rate: number, logRate: number): number | null {
  if (rate === 0) return payback;
  const eaten = payback * rate;
  return eaten < 1 ? finite(-Math.log1p(-eaten) / logRate) : null;
}

/** The arithmetic of ux.md ("Per month, N parts, …") on plain values within their limits (roi-limits.ts). */
export function computeRoi(v: RoiValues): RoiResult {
  const { partsPerMonth: parts, defectRate: p, wageYenPerHour: wage } = v;
  const hoursPerPart = (v.inspectSeconds - v.reviewedShare * v.reviewSeconds) / 3600;
  const fixedHours = (v.auditedPerMonth * v.inspectSeconds) / 3600 + v.labellingHoursPerMonth + v.upkeepHoursPerMonth;
  const hoursBefore = (parts * v.inspectSeconds) / 3600;
  const hoursSaved = parts * hoursPerPart - fixedHours;
  // Nobody's month has no hours; the limits refuse it, and a workbook or an old database must not divide by it.
  const personHours = Math.max(1, v.personHoursPerMonth);
  const personsSaved = hoursSaved / personHours;
  const labour = hoursSaved * wage;
  // 1e-9: eight hours saved twenty times are one person of 160, whatever the last binary digit says.
  const cashLabour = hoursSaved < 0 ? labour : Math.floor(personsSaved + 1e-9) * personHours * wage;
  const escapePerPart = p * (v.escapeBefore - v.escapeAfter) * v.costPerEscapeYen;
  const overkillPerPart = (1 - p) * (v.overkillBefore - v.overkillAfter) * v.costPerOverkillYen;
  const others = parts * (escapePerPart + overkillPerPart) + v.otherBenefitYenPerMonth - v.operatingCostYenPerMonth;
  const oneOff = v.hardwareYen + v.setUpYen + (v.labellingHours + v.trainingHours + v.pilotHours) * wage;
  const months = Math.max(1, Math.round(12 * v.years));
  const terms = {
    hoursPerPart,
    fixedHours,
    wage,
    personHours,
    gainPerPart: escapePerPart + overkillPerPart,
    target: oneOff / months + v.operatingCostYenPerMonth - v.otherBenefitYenPerMonth,
  };
  return {
    hoursBeforePerMonth: hoursBefore,
    hoursAfterPerMonth: hoursBefore - hoursSaved,
    hoursSavedPerMonth: hoursSaved,
    personsSaved,
    labourYen: labour,
    escapeYen: parts * escapePerPart,
    overkillYen: parts * overkillPerPart,
    otherYen: v.otherBenefitYenPerMonth,
    operatingYen: -v.operatingCostYenPerMonth,
    oneOffYen: oneOff,
    withHours: returnsOf(labour + others, oneOff, v.years, v.discountRatePerYear),
    cash: returnsOf(cashLabour + others, oneOff, v.years, v.discountRatePerYear),
    breakEvenPartsPerMonth: breakEvenWithHours(terms),
    breakEvenCashPartsPerMonth: breakEvenInCash(terms),
  };
}
