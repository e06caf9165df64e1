import { Random } from './random.ts';

/** all: scores do not part what passed yet; far, middle, near: by the distance of the score from the mark. */
export const auditStrata = ['all', 'far', 'middle', 'near'] as const;
export type AuditStratumName = (typeof auditStrata)[number];

/** Scores that part what passed: from `middle` on it is middle, from `near` on near. */
export interface StratumCuts {
  readonly middle: number;
  readonly near: number;
}

/** Scores of passed pictures under one mark before they part what passes. */
export const SCORES_TO_STRATIFY = 200;
/** Shares of what passes that are far and middle, the rest is near. */
const FAR = 0.7;
const MIDDLE = 0.2;

/** Cuts by what has passed so far, whatever the scale of the scores; null while that is too little. */
export function stratumCuts(passedScores: readonly number[]): StratumCuts | null {
  if (passedScores.length < SCORES_TO_STRATIFY) return null;
  const sorted = [...passedScores].sort((a, b) => a - b);
  const at = (share: number): number => sorted[Math.round(share * sorted.length)]!;
  const cuts = { middle: at(FAR), near: at(FAR + MIDDLE) };
  // Scores that are all the same part nothing.
  return sorted[0]! < cuts.middle && cuts.middle < cuts.near ? cuts : null;
}

export function stratumOf(score: number, cuts: StratumCuts | null): AuditStratumName {
  if (cuts === null) return 'all';
  return score >= cuts.near ? 'near' : score >= cuts.middle ? 'middle' : 'far';
}

/** Seeds that {@link drawNumber} takes are below this. */
export const DRAW_SEEDS = 2 ** 21;

/**
 * The picture's lot in a draw: uniform over [0, 1), the same however often and in whatever order it is asked for (a permanent
 * random number, Ohlsson 1995). Pictures with the smallest numbers are a simple random sample, whenever each of them came.
 */
export function drawNumber(seed: number, imageId: number): number {
  return new Random(seed * 2 ** 32 + imageId).uniform();
}

export interface StratumSize {
  readonly stratum: AuditStratumName;
  /** N: pictures that passed. */
  readonly passed: number;
}

/** What was found in a stratum so far. */
export interface StratumFinds {
  readonly answered: number;
  readonly defects: number;
}

/** Defects near the mark are likelier until found otherwise: pseudo-counts of 50 pictures each. */
const prior: Readonly<Record<AuditStratumName, number>> = { all: 0.01, far: 0.001, middle: 0.01, near: 0.1 };
const PRIOR_WEIGHT = 50;
/**
 * Part of the sample that is spread evenly whatever was found: no stratum is drawn at less than this part of the even rate, so
 * that without a defect the bound is at most 1 / 0.4 of the even sample's.
 */
const EVEN_PART = 0.4;

/**
 * How many to draw of each stratum: an even part, the rest in proportion to N·√(p(1 − p)) (Neyman 1934) with p from what was
 * found and a prior. At least one of each, never more than there are; the sum is `total` where there are so many.
 */
export function allocate(
  total: number,
  strata: readonly StratumSize[],
  finds: (stratum: AuditStratumName) => StratumFinds,
): number[] {
  const passed = strata.reduce((sum, one) => sum + one.passed, 0);
  if (passed <= total) return strata.map((one) => one.passed);
  const pull = strata.map(({ stratum, passed: size }) => {
    const { answered, defects } = finds(stratum);
    const p = (defects + prior[stratum] * PRIOR_WEIGHT) / (answered + PRIOR_WEIGHT);
    return size * Math.sqrt(p * (1 - p));
  });
  const pulls = pull.reduce((sum, one) => sum + one, 0);
  const wish = strata.map(
    (one, at) => total * ((EVEN_PART * one.passed) / passed + (1 - EVEN_PART) * ((pull[at] ?? 0) / pulls)),
  );
  const given = strata.map((one, at) => Math.min(one.passed, Math.max(one.passed > 0 ? 1 : 0, Math.floor(wish[at]!))));
  for (let left = total - given.reduce((sum, one) => sum + one, 0); left > 0; left--) {
    // To whom most is owed and who has any.
    const next = strata
      .map((one, at) => ({ at, owed: wish[at]! - given[at]!, room: one.passed - given[at]! }))
      .filter(({ room }) => room > 0)
      .sort((a, b) => b.owed - a.owed)[0];
    if (next === undefined) break;
    given[next.at]!++;
  }
  return given;
}

/** Drawn while a shift runs, of what it is to have: so that seldom more than that are drawn before its size is known. */
const WHILE_RUNNING = 0.7;

/** The share of each stratum that is drawn while a shift runs which is expected to pass so many. */
export function runningShares(
  total: number,
  expected: number,
  finds: (stratum: AuditStratumName) => StratumFinds,
): Readonly<Record<AuditStratumName, number>> {
  const size = Math.max(1, Math.round(expected));
  const share = (drawn: number, of: number): number => Math.min(1, (WHILE_RUNNING * drawn) / Math.max(1, of));
  const parts = [
    { stratum: 'far', passed: FAR * size },
    { stratum: 'middle', passed: MIDDLE * size },
    { stratum: 'near', passed: (1 - FAR - MIDDLE) * size },
  ] as const;
  const [far = 0, middle = 0, near = 0] = allocate(total, parts, finds);
  return {
    all: share(total, size),
    far: share(far, parts[0].passed),
    middle: share(middle, parts[1].passed),
    near: share(near, parts[2].passed),
  };
}
