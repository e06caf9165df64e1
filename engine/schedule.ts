/**
 * Learning rate of step `step` (from 0): linear warm-up over `warmupSteps`, then a half cosine down to 0 (Loshchilov and
 * Hutter 2017). `steps` = null while the length is not known yet, which is only so during warm-up.
 */
export function learningRateAt(step: number, warmupSteps: number, steps: number | null, peak: number): number {
  if (step < warmupSteps) return (peak * (step + 1)) / warmupSteps;
  if (steps === null) return peak;
  const done = (step - warmupSteps) / Math.max(1, steps - warmupSteps);
  return (peak * (1 + Math.cos(Math.PI * Math.min(1, done)))) / 2;
}
