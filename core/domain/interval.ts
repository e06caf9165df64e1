import { incompleteBetaInverse } from './beta.ts';

/** A share that was counted, what it rests on, and how far the truth may lie from it. */
export interface Rate {
  /** 0 … 1; `null` while nothing has been counted. */
  readonly value: number | null;
  /** Two-sided 95 % interval (Clopper and Pearson); 0 and 1 while nothing has been counted. */
  readonly lower95: number;
  readonly upper95: number;
  /** One-sided 95 % bound: what "at most" promises, and what a limit is judged by. */
  readonly atMost95: number;
  readonly numerator: number;
  readonly denominator: number;
}

function check(events: number, trials: number): void {
  if (!(events >= 0 && events <= trials && Number.isFinite(trials))) throw new RangeError(`${events} of ${trials}`);
}

/**
 * Exact two-sided binomial interval of Clopper and Pearson (1934): it covers the true rate at least `confidence` of the time,
 * whatever the rate. Whole or weighted counts; nothing counted gives 0 … 1.
 */
export function exactInterval(events: number, trials: number, confidence = 0.95): { lower: number; upper: number } {
  check(events, trials);
  const tail = (1 - confidence) / 2;
  return {
    lower: events === 0 ? 0 : incompleteBetaInverse(tail, events, trials - events + 1),
    upper: upperBound(events, trials, 1 - tail),
  };
}

/** One-sided exact upper bound. No event in n trials gives 1 − 0.05^(1/n) at 95 %. */
export function upperBound(events: number, trials: number, confidence = 0.95): number {
  check(events, trials);
  if (events === trials) return 1;
  return incompleteBetaInverse(confidence, events + 1, trials - events);
}

/** The counted rate `events` / `trials` with its intervals. */
export function rateOf(events: number, trials: number): Rate {
  return weightedRate(events / trials, trials, events, trials);
}

/**
 * A rate estimated from weighted pictures: `value`, as sure as `effectiveTrials` equal ones would make it (Korn and Graubard
 * 1998: Clopper-Pearson on the effective sample size). `numerator` and `denominator` stay what a person could count.
 */
export function weightedRate(value: number, effectiveTrials: number, numerator: number, denominator: number): Rate {
  check(numerator, denominator);
  if (denominator === 0 || !(effectiveTrials > 0))
    return { value: null, lower95: 0, upper95: 1, atMost95: 1, numerator, denominator };
  // Rounding of a weighted sum must not turn "all of them" into a hair more than all.
  const share = Math.min(1, Math.max(0, value));
  const events = numerator === denominator ? effectiveTrials : share * effectiveTrials;
  const { lower, upper } = exactInterval(events, effectiveTrials);
  const atMost95 = upperBound(events, effectiveTrials);
  return { value: share, lower95: lower, upper95: upper, atMost95, numerator, denominator };
}

/**
 * Independent defects that must have been judged, `misses` of them missed, before "at most `maxRate` escape" is shown at 95 %.
 * Without a miss ⌈ln 0.05 / ln(1 − maxRate)⌉: 59 for 5 %, 299 for 1 %.
 */
export function defectsNeeded(maxRate: number, misses = 0): number {
  if (!(maxRate > 0 && maxRate < 1)) throw new RangeError(`rate ${maxRate}`);
  if (misses === 0) return Math.ceil(Math.log(0.05) / Math.log1p(-maxRate));
  let enough = misses + 1;
  while (upperBound(misses, enough) > maxRate) enough *= 2;
  let tooFew = Math.floor(enough / 2);
  while (enough - tooFew > 1) {
    const middle = Math.floor((enough + tooFew) / 2);
    if (misses < middle && upperBound(misses, middle) <= maxRate) enough = middle;
    else tooFew = middle;
  }
  return enough;
}

/**
 * Approximate 95 % interval of an area under the ROC curve from the area and the counts alone (Hanley and McNeil 1982), cut at
 * 0 and 1. `null` without pictures of both kinds.
 */
export function aurocInterval(area: number, defects: number, good: number): { lower: number; upper: number } | null {
  if (defects === 0 || good === 0) return null;
  const q1 = area / (2 - area);
  const q2 = (2 * area * area) / (1 + area);
  const variance =
    (area * (1 - area) + (defects - 1) * (q1 - area * area) + (good - 1) * (q2 - area * area)) / (defects * good);
  const reach = 1.959964 * Math.sqrt(Math.max(0, variance));
  return { lower: Math.max(0, area - reach), upper: Math.min(1, area + reach) };
}
