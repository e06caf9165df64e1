import type { Marks } from './threshold.ts';

/** A promise about good parts that are like the held-out ones, or how many more of those it takes. */
export type OverkillPromise =
  | { readonly promised: true; readonly mark: number; readonly goodUsed: number }
  | { readonly promised: false; readonly goodStillNeeded: number };

/** The next larger double, so that a score equal to the quantile itself is not flagged by `score >= mark`. */
function nextUp(value: number): number {
  const bits = new DataView(new ArrayBuffer(8));
  bits.setFloat64(0, value === 0 ? 0 : value);
  bits.setBigInt64(0, bits.getBigInt64(0) + (value >= 0 ? 1n : -1n));
  return bits.getFloat64(0);
}

/**
 * Split conformal threshold (Vovk et al. 2005; Lei et al. 2018): just above the ⌈(n + 1)(1 − α)⌉-th smallest of n held-out
 * good scores. A new good part, exchangeable with those, is flagged with probability at most `alpha`. Needs n ≥ 1/α − 1:
 * 99 for 1 %, 999 for 0.1 %. Drift ends the promise.
 */
export function conformalThreshold(heldOutGoodScores: ArrayLike<number>, alpha: number): OverkillPromise {
  if (!(alpha > 0 && alpha < 1)) throw new RangeError(`alpha ${alpha}`);
  const n = heldOutGoodScores.length;
  // 1e-9: 100 × 0.99 is 99, whatever its last binary digit says.
  const rank = Math.ceil((n + 1) * (1 - alpha) - 1e-9);
  if (rank > n) return { promised: false, goodStillNeeded: Math.ceil(1 / alpha - 1e-9) - 1 - n };
  const sorted = Float64Array.from(heldOutGoodScores).sort();
  return { promised: true, mark: nextUp(sorted[rank - 1] ?? 0), goodUsed: n };
}

/** Quantile with linear interpolation between order statistics (type 7 of Hyndman and Fan 1996). `values` not empty. */
export function quantile(values: ArrayLike<number>, probability: number): number {
  if (values.length === 0 || !(probability >= 0 && probability <= 1)) throw new RangeError(`quantile ${probability}`);
  const sorted = Float64Array.from(values).sort();
  const position = (sorted.length - 1) * probability;
  const below = sorted[Math.floor(position)] ?? 0;
  return below + (position - Math.floor(position)) * ((sorted[Math.ceil(position)] ?? below) - below);
}

/**
 * The first marks where only good pictures are known: quantiles of held-out good scores, never their maximum, which one odd
 * picture would set. About `flaggedShare` of good parts are looked at and `overkillShare` stopped; what escapes is not
 * known. `null` below 20 good pictures, where a quantile says nothing yet.
 */
export function goodOnlyMarks(
  heldOutGoodScores: ArrayLike<number>,
  flaggedShare = 0.05,
  overkillShare = 0.01,
): Marks | null {
  if (!(overkillShare <= flaggedShare)) throw new RangeError(`overkill ${overkillShare} > flagged ${flaggedShare}`);
  if (heldOutGoodScores.length < 20) return null;
  return {
    review: quantile(heldOutGoodScores, 1 - flaggedShare),
    reject: quantile(heldOutGoodScores, 1 - overkillShare),
  };
}
