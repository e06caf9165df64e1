/*
 * A PIN: digits only, because it is typed with gloves on a pad of keys.
 */

export const PIN_DIGITS = { fewest: 4, most: 12 } as const;

/** Why a PIN cannot be taken; null where it can. */
export type PinProblem = 'length' | 'simple';

/**
 * Whether digits make a PIN. What everybody tries first is refused: one digit throughout, and digits that count up or down.
 */
export function pinProblem(pin: string): PinProblem | null {
  if (!/^[0-9]+$/.test(pin) || pin.length < PIN_DIGITS.fewest || pin.length > PIN_DIGITS.most) return 'length';
  const steps = new Set(
    pin
      .split('')
      .slice(1)
      .map((digit, at) => Number(digit) - Number(pin[at])),
  );
  const [step] = steps;
  return steps.size === 1 && step !== undefined && Math.abs(step) <= 1 ? 'simple' : null;
}

/** Wrong PINs that cost nothing: gloves mistype. */
const FREE_TRIES = 3;
const FIRST_WAIT_MS = 15_000;
const LONGEST_WAIT_MS = 15 * 60_000;

/**
 * Milliseconds that must pass before the next PIN is looked at, after so many wrong ones in a row: 15 s, 30 s, 1 min … 15 min. Never
 * more than the whole wait, though the clock was set back meanwhile.
 */
export function waitMs(failures: number, lastAtMs: number, nowMs: number): number {
  if (failures < FREE_TRIES) return 0;
  const whole = Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** (failures - FREE_TRIES));
  return Math.min(whole, Math.max(0, lastAtMs + whole - nowMs));
}
