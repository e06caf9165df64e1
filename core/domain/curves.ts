import type { ScoredPictures } from './threshold.ts';

/** One possible mark and what it catches and stops. */
export interface CutPoint {
  readonly mark: number;
  /** TP / (TP + FN) = 1 − escape rate. */
  readonly recall: number;
  /** FP / (FP + TN). */
  readonly falsePositiveRate: number;
  /** TP / (TP + FP). */
  readonly precision: number;
}

/**
 * Points of the ROC (falsePositiveRate, recall) and precision-recall curves, one for each distinct score of a judged picture
 * from the highest down, thinned evenly to at most `maxPoints` with both ends kept. Empty until both kinds are judged.
 */
export function cutPoints(pictures: ScoredPictures, maxPoints = 400): CutPoint[] {
  const { scores, labels, weights } = pictures;
  const judged = [...Array.from(labels).keys()].filter((index) => labels[index] !== -1);
  judged.sort((i, j) => (scores[j] ?? 0) - (scores[i] ?? 0));
  const totals = { defect: 0, good: 0 };
  const cuts: { mark: number; defect: number; good: number }[] = [];
  judged.forEach((index, rank) => {
    totals[labels[index] === 1 ? 'defect' : 'good'] += weights?.[index] ?? 1;
    const mark = scores[index] ?? 0;
    const next = judged[rank + 1];
    if (next === undefined || scores[next] !== mark) cuts.push({ mark, ...totals });
  });
  if (totals.defect === 0 || totals.good === 0) return [];
  const step = Math.max(1, (cuts.length - 1) / (maxPoints - 1));
  const kept = new Set(Array.from({ length: Math.min(cuts.length, maxPoints) }, (_, at) => Math.round(at * step)));
  return cuts
    .filter((_, at) => kept.has(at))
    .map(({ mark, defect, good }) => ({
      mark,
      recall: defect / totals.defect,
      falsePositiveRate: good / totals.good,
      precision: defect / (defect + good),
    }));
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
