import { defectsNeeded, upperBound } from './interval.ts';
import type { PilotCriteria } from './pilot-plan.ts';
import { computeRoi, type RoiValues } from './roi.ts';

/** Days of a month on average, to turn a month's volume into a day's. */
export const DAYS_PER_MONTH = 365.25 / 12;

/**
 * reached: the counts hold the limit already. reachable: as many as are needed come in time in 95 % of such periods. tight: about as many
 * come as are needed. out_of_reach: fewer come.
 */
export type ReachState = 'reached' | 'reachable' | 'tight' | 'out_of_reach';

/** Whether "at most this share" can be shown within the period, if nothing more goes wrong. */
export interface RateReach {
  readonly state: ReachState;
  /** Parts that must have been judged in all, and with one more wrong decision than now. */
  readonly needed: number;
  readonly neededWithOneMore: number;
  readonly have: number;
  readonly lacking: number;
  /** Parts that are expected until the end. */
  readonly comes: number;
  /** Days until enough have come; 0 when they are there, `null` when they never come. */
  readonly days: number | null;
  /** The smallest limit that the expected parts can show, rounded up to 0.1 %; `null` where no part comes at all. */
  readonly promise: number | null;
}

/** The count that a Poisson number of mean `mean` falls below in 5 % of cases. */
function fewest(mean: number): number {
  // Beyond this the normal distribution is within one count, and exp(−mean) no number.
  if (mean > 500) return Math.floor(mean - 1.645 * Math.sqrt(mean));
  let term = Math.exp(-mean);
  let below = term;
  let count = 0;
  while (below < 0.05) {
    count += 1;
    term *= mean / count;
    below += term;
  }
  return count;
}

/**
 * Judged parts of one kind, defects for escapes or good ones for overkill, against "at most `limit`" at 95 % (exact binomial bound,
 * {@link defectsNeeded}). `have` were judged, `wrong` of them wrongly; `perDay` come on `daysLeft` days.
 */
export function rateReach(
  limit: number,
  { have, wrong }: { readonly have: number; readonly wrong: number },
  perDay: number,
  daysLeft: number,
): RateReach {
  const needed = defectsNeeded(limit, wrong);
  const lacking = Math.max(0, needed - have);
  const comes = perDay * daysLeft;
  const sure = fewest(comes);
  const inReach = have + Math.floor(comes + 1e-9);
  const state =
    lacking === 0 ? 'reached' : sure >= lacking ? 'reachable' : inReach >= needed ? 'tight' : 'out_of_reach';
  return {
    state,
    needed,
    neededWithOneMore: defectsNeeded(limit, wrong + 1),
    have,
    lacking,
    comes,
    days: lacking === 0 ? 0 : perDay > 0 ? Math.ceil(lacking / perDay - 1e-9) : null,
    promise: inReach <= wrong ? null : Math.ceil(upperBound(wrong, inReach) * 1000 - 1e-9) / 1000,
  };
}

/** Parts that the machine must have judged, and whether they come in time. */
export function partsReach(needed: number, have: number, perDay: number, daysLeft: number) {
  const lacking = Math.max(0, needed - have);
  const comes = perDay * daysLeft;
  const state: ReachState = lacking === 0 ? 'reached' : comes >= lacking ? 'reachable' : 'out_of_reach';
  const days = lacking === 0 ? 0 : perDay > 0 ? Math.ceil(lacking / perDay - 1e-9) : null;
  return { state, needed, have, lacking, comes, days };
}

/** What the best inspection that there could be would return: nothing missed, no good part stopped, a look at defects alone. */
export interface BestCase {
  readonly paybackMonths: number | null;
  readonly hoursSavedPerMonth: number;
  /** Whether even that falls short of the criterion. */
  readonly paysTooLate: boolean;
  readonly savesTooFew: boolean;
}

/** Tells before the start whether the money and the hours of a plan can be reached at all. */
export function bestCase(
  values: RoiValues,
  { maxPaybackMonths, minHoursSavedPerMonth }: Pick<PilotCriteria, 'maxPaybackMonths' | 'minHoursSavedPerMonth'>,
): BestCase {
  const best = { ...values, escapeAfter: 0, overkillAfter: 0, reviewedShare: values.defectRate };
  const { cash, hoursSavedPerMonth } = computeRoi(best);
  return {
    paybackMonths: cash.paybackMonths,
    hoursSavedPerMonth,
    paysTooLate: (cash.paybackMonths ?? Infinity) > maxPaybackMonths,
    savesTooFew: minHoursSavedPerMonth !== null && hoursSavedPerMonth < minHoursSavedPerMonth,
  };
}
