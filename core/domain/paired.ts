/*
 * Two models on the same pictures. What both get right or both get wrong says nothing of which is better; only the pictures on
 * which they differ do.
 */

/**
 * Two-sided exact p of McNemar (1947): of `b + c` pictures on which two differ, each is as likely to favour one as the other where
 * none is better. 1 where they differ on none.
 */
export function exactMcNemar(b: number, c: number): number {
  return Math.min(1, 2 * oneSidedMcNemar(Math.min(b, c), b + c));
}

/** Chance of at most `few` of `n` fair coins. */
function oneSidedMcNemar(few: number, n: number): number {
  // Summed as logarithms: 2^−n vanishes for n above 1,074.
  let logTerm = -n * Math.LN2;
  let sum = Math.exp(logTerm);
  for (let k = 1; k <= few; k++) {
    logTerm += Math.log((n - k + 1) / k);
    sum += Math.exp(logTerm);
  }
  return Math.min(1, sum);
}

export interface AucDifference {
  /** Area of the second minus that of the first. */
  readonly value: number;
  /** 95 % interval. */
  readonly lower: number;
  readonly upper: number;
}

/** Share of good pictures below each defect (a tie counts half), and of defects above each good picture. */
function placements(scores: ArrayLike<number>, defects: readonly number[], good: readonly number[]) {
  const ofDefects = new Float64Array(defects.length);
  const ofGood = new Float64Array(good.length);
  defects.forEach((defect, i) =>
    good.forEach((fine, j) => {
      const gap = (scores[defect] ?? 0) - (scores[fine] ?? 0);
      const wins = gap > 0 ? 1 : gap === 0 ? 0.5 : 0;
      ofDefects[i] = (ofDefects[i] ?? 0) + wins / good.length;
      ofGood[j] = (ofGood[j] ?? 0) + wins / defects.length;
    }),
  );
  return { ofDefects, ofGood };
}

function mean(values: ArrayLike<number>): number {
  let sum = 0;
  for (let at = 0; at < values.length; at++) sum += values[at] ?? 0;
  return sum / values.length;
}

/** Variance of the mean of the differences a − b. */
function varianceOfMean(a: Float64Array, b: Float64Array): number {
  const gap = mean(b) - mean(a);
  let sum = 0;
  for (let at = 0; at < a.length; at++) sum += ((b[at] ?? 0) - (a[at] ?? 0) - gap) ** 2;
  return sum / (a.length - 1) / a.length;
}

/**
 * Difference of two areas under the ROC curve over the same pictures with its 95 % interval (DeLong, DeLong and Clarke-Pearson
 * 1988, eq. 5 to 8). `null` with fewer than two pictures of either kind.
 */
export function deLong(
  first: ArrayLike<number>,
  second: ArrayLike<number>,
  isDefect: ArrayLike<boolean>,
): AucDifference | null {
  const all = Array.from(isDefect, (_, at) => at);
  const defects = all.filter((at) => isDefect[at]);
  const good = all.filter((at) => !isDefect[at]);
  if (defects.length < 2 || good.length < 2) return null;
  const [a, b] = [placements(first, defects, good), placements(second, defects, good)];
  const value = mean(b.ofDefects) - mean(a.ofDefects);
  const variance = varianceOfMean(a.ofDefects, b.ofDefects) + varianceOfMean(a.ofGood, b.ofGood);
  const reach = 1.959964 * Math.sqrt(variance);
  return { value, lower: Math.max(-1, value - reach), upper: Math.min(1, value + reach) };
}
