/*
 * Ranks in a frozen reference. What a picture's rank says depends on no unit and no distribution; what a finite reference does not know of
 * its own middle is kept apart as slack, so that being unlucky in the reference is no drift.
 */

/** The share of `sorted` below `value`, ties counted half: 0..1. */
export function midRank(sorted: readonly number[], value: number): number {
  const below = firstAt(sorted, (one) => one >= value);
  const through = firstAt(sorted, (one) => one > value);
  return (below + through) / (2 * sorted.length);
}

function firstAt(sorted: readonly number[], reached: (value: number) => boolean): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (reached(sorted[middle] ?? Infinity)) high = middle;
    else low = middle + 1;
  }
  return low;
}

const meanOf = (values: readonly number[]): number => values.reduce((sum, one) => sum + one, 0) / values.length;

/** Means of `size` successive values each; what is left over at the end is left out. */
function batchMeans(values: readonly number[], size: number): number[] {
  return Array.from({ length: Math.floor(values.length / size) }, (_, at) =>
    meanOf(values.slice(at * size, (at + 1) * size)),
  );
}

function lagOne(values: readonly number[]): number {
  const mean = meanOf(values);
  let above = 0;
  let below = 0;
  values.forEach((value, at) => {
    below += (value - mean) ** 2;
    if (at > 0) above += (value - mean) * ((values[at - 1] ?? 0) - mean);
  });
  return below === 0 ? 0 : above / below;
}

/** Fewest batches from which their own correlation can be told. */
const FEWEST = 12;

/**
 * How many successive values count as one: the least power of two at which the means of the reference's batches do not correlate any
 * more with the next (|r| ≤ 2/√n). A line's pictures go on for a while as they are; bets count on values that do not.
 */
export function batchSize(values: readonly number[]): number {
  for (let size = 1; ; size *= 2) {
    const batches = batchMeans(values, size);
    if (batches.length < 2 * FEWEST || lagOne(batches) <= 2 / Math.sqrt(batches.length)) return size;
  }
}

/** Standard errors of the reference that a shift must exceed before it counts. */
const ERRORS = 2;
const LARGEST_SLACK = 0.3;

/** Of independent ranks; ties have less, and are not for that known better. */
export const RANK_VARIANCE = 1 / 12;

/**
 * By how much the mean of values 0..1 may lie from the reference's own: two standard errors by batch means (Alexopoulos and Seila 1998).
 *
 * @param leastVariance of a single value
 */
export function slackOf(values: readonly number[], size: number, leastVariance: number): number {
  const batches = batchMeans(values, size);
  const mean = meanOf(batches);
  const variance = batches.reduce((sum, one) => sum + (one - mean) ** 2, 0) / Math.max(1, batches.length - 1);
  const error = Math.sqrt(Math.max(leastVariance / values.length, variance / batches.length));
  return Math.min(LARGEST_SLACK, ERRORS * error);
}
