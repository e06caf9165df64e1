/** log(n!) by summing: n is a number of judgements. */
function logFactorials(most: number): number[] {
  const sums = [0];
  for (let n = 1; n <= most; n++) sums.push((sums[n - 1] ?? 0) + Math.log(n));
  return sums;
}

/**
 * Exact 95 % interval of a median, whatever the distribution: the order statistics between which a fair coin's count lies with at
 * least 95 % (Conover 1999, ch. 3.2). `null` below six values, where no such pair exists.
 */
export function medianInterval(values: readonly number[]): { readonly low: number; readonly high: number } | null {
  const n = values.length;
  const sorted = [...values].sort((a, b) => a - b);
  const logs = logFactorials(n);
  let tail = 0;
  let rank = 0;
  while (rank < n) {
    tail += Math.exp((logs[n] ?? 0) - (logs[rank] ?? 0) - (logs[n - rank] ?? 0) - n * Math.LN2);
    if (tail > 0.025) break;
    rank++;
  }
  const low = sorted[rank - 1];
  const high = sorted[n - rank];
  return rank === 0 || low === undefined || high === undefined ? null : { low, high };
}
