import type { OutputFailed } from './sender.ts';

const FIRST_MS = 1000;
const LONGEST_MS = 5 * 60_000;
/** Of what a person must mend: trying often would only fill the receiver's log, and may lock a name out. */
const FIRST_FOR_PEOPLE_MS = 60_000;
const LONGEST_FOR_PEOPLE_MS = 10 * 60_000;
const LONGEST_ASKED_MS = 3_600_000;

const forPeople: ReadonlySet<string> = new Set(['refused', 'credentials', 'certificate']);

/**
 * Milliseconds until the next try: doubled with each, up to some minutes, of which the second half is chance, so that many senders do not
 * come back at once (Brooker, Exponential Backoff and Jitter, 2015: equal jitter). Never before the receiver asked for.
 *
 * @param tries how many have failed, at least 1
 * @param chance 0 to 1
 */
export function backOffMs(
  failed: Pick<OutputFailed, 'reason' | 'retryAfterMs'>,
  tries: number,
  chance: number,
): number {
  const people = forPeople.has(failed.reason);
  const first = people ? FIRST_FOR_PEOPLE_MS : FIRST_MS;
  const longest = people ? LONGEST_FOR_PEOPLE_MS : LONGEST_MS;
  const whole = Math.min(longest, first * 2 ** Math.min(30, tries - 1));
  const own = Math.round(whole / 2 + (chance * whole) / 2);
  return Math.max(own, Math.min(LONGEST_ASKED_MS, failed.retryAfterMs ?? 0));
}
