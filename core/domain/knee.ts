/** A score after some training. */
export interface ScorePoint {
  readonly seconds: number;
  readonly score: number;
}

export interface Knee {
  /** First point that is as good as the best. */
  readonly knee: ScorePoint;
  readonly best: ScorePoint;
  /** Whether half of the time would have been enough: the knee lies within it. */
  readonly isEnough: boolean;
}

/** Below this a difference is noise between runs (ml.md §1). */
const NOISE = 0.02;

/** Of a share that was measured on `n` pictures; 0 where there are none. */
export function standardError(share: number, n: number): number {
  return n > 0 ? Math.sqrt((share * (1 - share)) / n) : 0;
}

/**
 * Where a curve of score against minutes bends: the first point within noise of the best, which is the larger of 0.02 and the
 * standard error of a share of `n` pictures. `null` with fewer than three points, from which no bend can be seen.
 */
export function kneeOf(curve: readonly ScorePoint[], n: number): Knee | null {
  const rising = [...curve].sort((a, b) => a.seconds - b.seconds);
  const best = rising.reduce<ScorePoint | null>((top, point) => (top && top.score >= point.score ? top : point), null);
  const last = rising.at(-1);
  if (!best || !last || rising.length < 3) return null;
  const error = standardError(best.score, n);
  const knee = rising.find(({ score }) => score >= best.score - Math.max(NOISE, error)) ?? best;
  return { knee, best, isEnough: knee.seconds <= last.seconds / 2 };
}
