/** What is better of a unit: more of it (views a second) or less of it (seconds, bytes). */
export type Better = 'more' | 'less';

/** Lowest and highest of some numbers. */
export type Spread = readonly [low: number, high: number];

/** The middle value; the mean of both middle ones of an even number. @throws RangeError when there is none */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const upper = sorted[Math.floor(sorted.length / 2)];
  const lower = sorted[Math.floor((sorted.length - 1) / 2)];
  if (upper === undefined || lower === undefined) throw new RangeError('the median of nothing');
  return (lower + upper) / 2;
}

/** @throws RangeError when there is none */
export function spreadOf(values: readonly number[]): Spread {
  if (values.length === 0) throw new RangeError('the spread of nothing');
  return [Math.min(...values), Math.max(...values)];
}

/**
 * How many times better ours is, round by round: both numbers of a ratio come from the same minute of the same machine, so
 * that what slows the machine down slows both.
 */
export function pairedRatios(ours: readonly number[], peer: readonly number[], better: Better): number[] {
  if (ours.length !== peer.length) throw new RangeError('ratios need pairs');
  return ours.map((value, index) => {
    const other = peer[index] ?? Number.NaN;
    return better === 'more' ? value / other : other / value;
  });
}
