import { auroc } from '#core/domain/metrics.ts';
import { largestOf } from './knn.ts';
import { dot, rowOf } from './matrix.ts';
import type { Matrix } from './matrix.ts';

/*
 * How unlike the good pictures is this one? Seven parts, each a z-score against good pictures that the part's reference did not
 * contain (ml.md §5): the painted-defect map's peak, the largest patch distances to the bank, the distance of the whole
 * picture's layer 4 to the most similar ones, how far its surface as a whole and its most suspicious place lie from the
 * distribution of good ones (gaussian.ts), and how far its patches lie from that of their place (placed-maps.ts), in fine and in
 * coarse features. Each part counts as much as it earned on labelled pictures, as it is expected to where there are none.
 *
 * On groups of train rows, good pictures only, AUROC with the first three → the first five: magnetic_tile 0.81 → 0.85 and 0.77 → 0.83 (two
 * partings), ball_screw 0.79 → 0.79. Uneven surfaces 0.73 → 0.80, cracks 0.81 → 0.88.
 */

export const parts = ['defectMap', 'patchBank', 'global', 'surface', 'suspect', 'placed', 'placedCoarse'] as const;
export type Part = (typeof parts)[number];

/** Raw values of each part, one per picture; higher is more unusual. */
export type PartValues = Readonly<Record<Part, ArrayLike<number>>>;

/** Centre and spread of a value over held-out good pictures. */
export interface Scale {
  readonly centre: number;
  readonly spread: number;
}

/** One value for each part. */
export function ofParts<T>(make: (part: Part, at: number) => T): Record<Part, T> {
  return Object.fromEntries(parts.map((part, at) => [part, make(part, at)])) as Record<Part, T>;
}

/** What turns raw parts into one z-score; saved in the model. */
export interface AnomalyScale {
  readonly parts: Readonly<Record<Part, Scale & { readonly weight: number }>>;
  /** Of the weighted mean, so that the result is again a z-score of held-out good pictures. */
  readonly total: Scale;
}

export const NEIGHBOURS = 3;
/**
 * Labelled defects at which what they say weighs as much as the prior "all parts alike": an AUROC by ten defects is known to
 * ±0.1 only. On folds of train rows 20 was ahead of 5 at every number of labels, and equal weights for ever as good.
 */
const PRIOR_DEFECTS = 20;
/**
 * AUROC above chance that a part is taken to earn before any defect is labelled. The bank and the
 * placed patches are two opinions of the same patches and share one vote: on groups of train rows of magnetic_tile (three encoders)
 * and ball_screw, mean AUROC / average precision over good pictures only and a pool with defects, 0.813 / 0.691 with a vote each,
 * 0.816 / 0.690 so, 0.800 / 0.654 with neither placed part.
 */
const PRIOR_EARNED: Readonly<Record<Part, number>> = {
  defectMap: 0.25,
  patchBank: 0.125,
  global: 0.25,
  surface: 0.25,
  suspect: 0.25,
  placed: 0.125,
  placedCoarse: 0.25,
};
/** 1 / Φ⁻¹(¾): makes the median absolute deviation estimate a normal's standard deviation. */
const MAD_TO_DEVIATION = 1.4826;

/** Part (c): log(1 − mean cosine to the most similar reference pictures). Rows have unit length. */
export function globalAnomaly(row: Float32Array, reference: Matrix, isExcluded?: (row: number) => boolean): number {
  const cosines = new Float64Array(reference.rows);
  for (let n = 0; n < reference.rows; n++) cosines[n] = isExcluded?.(n) ? -1 : dot(row, rowOf(reference, n));
  const nearest = largestOf(cosines, Math.min(NEIGHBOURS, reference.rows));
  const mean = nearest.reduce((sum, [, cosine]) => sum + cosine, 0) / Math.max(1, nearest.length);
  return Math.log(Math.max(1e-6, 1 - mean));
}

function median(sorted: Float64Array): number {
  const middle = (sorted.length - 1) / 2;
  return ((sorted[Math.floor(middle)] ?? 0) + (sorted[Math.ceil(middle)] ?? 0)) / 2;
}

/** Median and scaled median absolute deviation: a pool that is presumed good may hold defects, and they must not stretch it. */
export function robustScale(values: ArrayLike<number>): Scale {
  const sorted = Float64Array.from(values).sort();
  if (sorted.length === 0) return { centre: 0, spread: 1 };
  const centre = median(sorted);
  const spread = MAD_TO_DEVIATION * median(sorted.map((value) => Math.abs(value - centre)).sort());
  return { centre, spread: spread > 1e-9 ? spread : 1 };
}

/** Labelled pictures of both kinds, by which the parts earn their weights: positions in the values, and whether a defect. */
export interface Earning {
  readonly index: number;
  readonly isDefect: boolean;
}

/**
 * Weight of each part, summing to 1: what its AUROC is above chance, drawn towards equality while few defects are labelled.
 * A part that is worse than chance on enough of them gets none.
 */
export function earnedWeights(values: PartValues, labelled: readonly Earning[]): Record<Part, number> {
  const isDefect = labelled.map((item) => item.isDefect);
  const defects = isDefect.filter(Boolean).length;
  const earned = parts.map((part) => {
    const area = auroc(
      labelled.map(({ index }) => values[part][index] ?? 0),
      isDefect,
    );
    if (area === null) return PRIOR_EARNED[part];
    return Math.max(0, defects * (area - 0.5) + PRIOR_DEFECTS * PRIOR_EARNED[part]) / (defects + PRIOR_DEFECTS);
  });
  const total = earned.reduce((sum, value) => sum + value, 0);
  const weight = (at: number): number => (total > 0 ? (earned[at] ?? 0) / total : 1 / parts.length);
  return ofParts((_, at) => weight(at));
}

/** @param good positions of held-out good (or presumed good) pictures */
export function fitAnomalyScale(
  values: PartValues,
  good: readonly number[],
  weights: Readonly<Record<Part, number>>,
): AnomalyScale {
  const scaleOf = (part: Part) => ({
    ...robustScale(good.map((index) => values[part][index] ?? 0)),
    weight: weights[part],
  });
  const scales = ofParts(scaleOf);
  const draft: AnomalyScale = { parts: scales, total: { centre: 0, spread: 1 } };
  return { parts: scales, total: robustScale(good.map((index) => anomalyOf(draft, values, index))) };
}

/** The z-score of one picture. */
export function anomalyOf({ parts: scales, total }: AnomalyScale, values: PartValues, index: number): number {
  const mean = parts.reduce((sum, part) => {
    const { centre, spread, weight } = scales[part];
    return sum + (weight * ((values[part][index] ?? 0) - centre)) / spread;
  }, 0);
  return (mean - total.centre) / total.spread;
}

/**
 * A z-score as a score 0..1 while no defect is labelled: ½ at z = 3, and an algebraic tail instead of an exponential one, so
 * that very unusual pictures still differ from extremely unusual ones.
 */
export function squash(anomaly: number): number {
  const t = (anomaly - 3) / 3;
  return (1 + t / Math.sqrt(1 + t * t)) / 2;
}
