/** Backups that are always kept, the newest one of each of the last days, and of each of the last weeks before those. */
const NEWEST = 3;
const DAYS = 7;
const WEEKS = 4;

const DAY_MS = 86_400_000;

/** Local day number: a night's backup belongs to the calendar day of this computer. */
const dayOf = (atMs: number): number => Math.floor((atMs - new Date(atMs).getTimezoneOffset() * 60_000) / DAY_MS);

/**
 * Which backups are kept: the newest 3, the newest of each of the last 7 days on which there is one, and the newest of each
 * of the last 4 weeks. By what is there, not by the clock: a wrong date, or a month without work, deletes no history.
 *
 * @param times when each was made, ms since 1970, in any order
 * @returns those to keep, the newest first; 14 at most
 */
export function keptBackups(times: readonly number[]): number[] {
  const newestFirst = [...new Set(times)].toSorted((a, b) => b - a);
  const kept = new Set(newestFirst.slice(0, NEWEST));
  const keepNewestOf = (part: (atMs: number) => number, parts: number): void => {
    const seen = new Set<number>();
    for (const atMs of newestFirst) {
      if (seen.size === parts && !seen.has(part(atMs))) break;
      if (!seen.has(part(atMs))) kept.add(atMs);
      seen.add(part(atMs));
    }
  };
  keepNewestOf(dayOf, DAYS);
  // Monday is the first day: 1 January 1970 was a Thursday.
  keepNewestOf((atMs) => Math.floor((dayOf(atMs) + 3) / 7), WEEKS);
  return newestFirst.filter((atMs) => kept.has(atMs));
}
