/** A reading of the clock that people set and of one that nobody sets, at the same moment. */
export interface ClockReading {
  readonly wallMs: number;
  readonly steadyMs: number;
}

/** Time services correct by less in one go; what a person or a flat battery does to a clock is more. */
export const CLOCK_JUMP_MS = 60_000;

/**
 * By how many milliseconds the wall clock went on (or back, negative) more than the steady one between two readings; 0 where
 * that is less than {@link CLOCK_JUMP_MS}. Summer time changes neither: both count UTC. A computer that slept looks like a jump
 * ahead where the steady clock slept with it.
 */
export function clockJump(before: ClockReading, after: ClockReading): number {
  const byMs = after.wallMs - before.wallMs - (after.steadyMs - before.steadyMs);
  return Math.abs(byMs) < CLOCK_JUMP_MS ? 0 : Math.round(byMs);
}
