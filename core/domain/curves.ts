import type { ScoredPictures, ThresholdTable } from './threshold.ts';

/** One possible mark and what it catches and stops. */
export interface CutPoint {
  readonly mark: number;
  /** TP / (TP + FN) = 1 − escape rate. */
  readonly recall: number;
  /** FP / (FP + TN). */
  readonly falsePositiveRate: number;
}

/**
 * Points of the ROC (falsePositiveRate, recall) and precision-recall curves, one for each distinct score of a judged picture
 * from the highest down, but none that is nearer than `step` to the last one in both shares; both ends are kept. Empty until both
 * kinds are judged.
 */
export function cutPoints(table: ThresholdTable, step = 0): CutPoint[] {
  const points: CutPoint[] = [];
  let left: CutPoint | null = null;
  let [recallKept, othersKept] = [-1, -1];
  table.forEachCut((mark, recall, falsePositiveRate) => {
    left = { mark, recall, falsePositiveRate };
    if (recall - recallKept < step && falsePositiveRate - othersKept < step) return;
    points.push(left);
    [recallKept, othersKept, left] = [recall, falsePositiveRate, null];
  });
  if (left !== null) points.push(left);
  return points;
}

/**
 * Share of defects among what is flagged on a line of which `defectRate` is defective: π·R / (π·R + (1 − π)·F), not that of the labelled
 * pictures, in which defects are far more frequent. `null` where nothing is flagged.
 */
export function precisionAt(defectRate: number, recall: number, falsePositiveRate: number): number | null {
  const caught = defectRate * recall;
  const flagged = caught + (1 - defectRate) * falsePositiveRate;
  return flagged > 0 ? caught / flagged : null;
}

/** Pictures per bin of equal width over 0..1 (a score of 1 is in the last), by what is known of them. */
export interface ScoreHistogram {
  readonly good: number[];
  readonly defect: number[];
  readonly unknown: number[];
}

export function scoreHistogram(pictures: ScoredPictures, bins = 40): ScoreHistogram {
  const empty = () => new Array<number>(bins).fill(0);
  const histogram = { good: empty(), defect: empty(), unknown: empty() };
  for (let i = 0; i < pictures.scores.length; i++) {
    const label = pictures.labels[i];
    const kind = histogram[label === 1 ? 'defect' : label === 0 ? 'good' : 'unknown'];
    const bin = Math.min(bins - 1, Math.floor((pictures.scores[i] ?? 0) * bins));
    kind[bin] = (kind[bin] ?? 0) + 1;
  }
  return histogram;
}

/** Where a judgement comes from: somebody's labels, the random check of what passed, or test rows, which only measure. */
export const origins = ['labels', 'audit', 'test'] as const;
export type Origin = (typeof origins)[number];

/** Judged pictures per bin by where the judgement comes from, and those that nobody judged. */
export interface OriginHistogram {
  readonly good: Readonly<Record<Origin, readonly number[]>>;
  readonly defect: Readonly<Record<Origin, readonly number[]>>;
  readonly unknown: readonly number[];
}

/** {@link scoreHistogram} with the judged ones apart by origin; `null`: the picture is not meant. */
export function originHistogram(
  pictures: ScoredPictures,
  originOf: (at: number) => Origin | null,
  bins = 40,
): OriginHistogram {
  const empty = () => new Array<number>(bins).fill(0);
  const apart = () => ({ labels: empty(), audit: empty(), test: empty() });
  const histogram = { good: apart(), defect: apart(), unknown: empty() };
  for (let at = 0; at < pictures.scores.length; at++) {
    const origin = originOf(at);
    if (origin === null) continue;
    const label = pictures.labels[at];
    const row = label === -1 ? histogram.unknown : histogram[label === 1 ? 'defect' : 'good'][origin];
    const bin = Math.min(bins - 1, Math.floor((pictures.scores[at] ?? 0) * bins));
    row[bin] = (row[bin] ?? 0) + 1;
  }
  return histogram;
}
