import type { RoiResult } from './roi.ts';
import type { Scenarios } from './roi-scenarios.ts';

/** Money at the end of a month, discounted to today, in each scenario. */
export interface CashPoint {
  readonly month: number;
  readonly conservative: number;
  readonly expected: number;
  readonly upside: number;
}

/**
 * What has come back by the end of each month, cash, discounted at the monthly rate: it begins at what was spent once, crosses
 * zero at the discounted payback and ends at the net present value.
 */
export function cumulativeCash(scenarios: Scenarios, years: number, yearlyRate: number): CashPoint[] {
  const months = Math.round(12 * years);
  const rate = Math.log1p(yearlyRate) / 12;
  const worth = (month: number): number => (rate === 0 ? month : -Math.expm1(-month * rate) / Math.expm1(rate));
  const at = ({ cash, oneOffYen }: RoiResult, month: number) => cash.netYenPerMonth * worth(month) - oneOffYen;
  return Array.from({ length: months + 1 }, (_, month) => ({
    month,
    conservative: at(scenarios.conservative, month),
    expected: at(scenarios.expected, month),
    upside: at(scenarios.upside, month),
  }));
}
