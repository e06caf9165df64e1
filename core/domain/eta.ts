import { quantile } from './conformal.ts';

/** Time left in ms, from the quicker to the slower of ordinary steps. */
export interface TimeLeft {
  readonly lowMs: number;
  readonly expectedMs: number;
  readonly highMs: number;
}

/** Steps before the clock is trusted: caches fill, memory is claimed, clocks of the processor settle (ml.md §3). */
export const warmUpSteps = 20;
const window = 200;

/**
 * Time for `stepsLeft` more steps from the durations of the steps so far: median, lower and upper quartile of the newest 200
 * after the warm-up. `null` until five such steps are known.
 */
export function timeLeft(stepMs: readonly number[], stepsLeft: number): TimeLeft | null {
  const trusted = stepMs.slice(Math.max(warmUpSteps, stepMs.length - window));
  if (trusted.length < 5) return null;
  const times = (probability: number) => quantile(trusted, probability) * stepsLeft;
  return { lowMs: times(0.25), expectedMs: times(0.5), highMs: times(0.75) };
}
