import { defectsNeeded, type Rate } from './interval.ts';
import { costPerReviewYen, type LineFacts } from './line-estimate.ts';
import type { Marks, ThresholdTable } from './threshold.ts';

export interface Suggestion {
  readonly marks: Marks;
  readonly escape: Rate;
  readonly costYenPerMonth: number;
  /** Whether the escape limit, not the cost alone, set the mark. */
  readonly limited: boolean;
  /** proven: the one-sided 95 % bound is within the limit. counted: no judged defect escapes, but more are needed for a proof. */
  readonly limit: 'proven' | 'counted';
  /** Independent defects still to be judged without another miss before the limit can be proven; 0 when it is. */
  readonly defectsStillNeeded: number;
}

/**
 * Marks between the scores of judged pictures, where each decision is farthest from changing; the ends are "flag everything" and, where
 * a number below 1 is left for it, "flag nothing".
 */
function candidates(scores: Float64Array): Float64Array {
  const marks = new Float64Array(scores.length + 1);
  let size = 0;
  let last: number | undefined;
  for (const score of scores) {
    if (last === undefined) marks[size++] = score;
    else if (score > last) {
      const middle = last + (score - last) / 2;
      marks[size++] = middle > last ? middle : score;
    }
    last = score;
  }
  if (last !== undefined && last < 1) marks[size++] = last + (1 - last) / 2;
  return marks.subarray(0, size);
}

/**
 * The marks that minimise C_escape·FN + C_overkill·FP + C_review·(looked at), at the line's defect rate, among those whose
 * escape rate is at most `maxEscape` (0..1): with the 95 % bound within it where any mark achieves that, else those that let no judged
 * defect pass: with fewer defects, or a stricter limit, no more of them may escape than with more or a looser one. The cost splits into a part of `review` and a part of `reject`, so one pass over n candidates finds the best pair.
 * Equal costs go to the lower marks. `null` until both kinds are judged: then see {@link goodOnlyMarks} in conformal.ts.
 */
export function suggestThreshold(table: ThresholdTable, line: LineFacts, maxEscape: number): Suggestion | null {
  const { judged } = table;
  if (judged.good === 0 || judged.defect === 0) return null;
  const { defectRate: p, partsPerMonth } = line;
  const perReview = costPerReviewYen(line);
  const marks = candidates(table.judgedScores);
  const size = marks.length;
  const escapes = new Float64Array(size);
  const reviewCost = new Float64Array(size);
  const rejectCost = new Float64Array(size);
  table.sharesAbove(marks, (at, defect, good) => {
    const looking = perReview * (p * defect + (1 - p) * good);
    escapes[at] = 1 - defect;
    reviewCost[at] = p * (1 - defect) * line.costPerEscapeYen + looking;
    rejectCost[at] = (1 - p) * good * line.costPerOverkillYen - (line.rejectsAreReviewed ? 0 : looking);
  });

  // bestReject[i]: the cheapest place for `reject` at or above candidate i.
  const bestReject = new Int32Array(size);
  for (let at = size - 1, best = at; at >= 0; at--) {
    if ((rejectCost[at] ?? 0) <= (rejectCost[best] ?? 0)) best = at;
    bestReject[at] = best;
  }
  const costAt = (at: number): number => (reviewCost[at] ?? 0) + (rejectCost[bestReject[at] ?? at] ?? 0);
  const cheapest = (allowed: number): number => {
    let best = 0;
    for (let at = 1; at < allowed; at++) if (costAt(at) < costAt(best)) best = at;
    return best;
  };

  // Escape only grows with the mark, so those within the limit are the first few.
  const escapeAt = (at: number): Rate => {
    const mark = marks[at] ?? 0;
    return table.rates({ review: mark, reject: mark }).escape;
  };
  const countWithin = (within: (at: number) => boolean): number => {
    let low = 0;
    let high = size;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (within(middle)) low = middle + 1;
      else high = middle;
    }
    return low;
  };
  const proven = countWithin((at) => escapeAt(at).atMost95 <= maxEscape);
  const counted = countWithin((at) => (escapes[at] ?? 1) <= 1e-12);
  const allowed = proven > 0 ? proven : counted;

  const review = cheapest(allowed);
  const escape = escapeAt(review);
  return {
    marks: { review: marks[review] ?? 0, reject: marks[bestReject[review] ?? review] ?? 1 },
    escape,
    costYenPerMonth: partsPerMonth * costAt(review),
    limited: cheapest(size) !== review,
    limit: proven > 0 ? 'proven' : 'counted',
    defectsStillNeeded: proven > 0 ? 0 : Math.max(1, defectsNeeded(maxEscape, escape.numerator) - judged.defect),
  };
}
