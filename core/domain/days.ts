/*
 * Days of the calendar as `yyyy-MM-dd`; only `localDay` knows a clock and a time zone.
 */

const DAY_MS = 86_400_000;
const utc = (day: string): number => Date.parse(`${day}T00:00:00Z`);
const dayOf = (utcMs: number): string => new Date(utcMs).toISOString().slice(0, 10);

/** Whether a text is a day that the calendar has. */
export const isDay = (text: string): boolean =>
  /^\d{4}-\d\d-\d\d$/.test(text) && !Number.isNaN(utc(text)) && dayOf(utc(text)) === text;

/** The day so many days later. */
export const addDays = (day: string, days: number): string => dayOf(utc(day) + days * DAY_MS);

/** Days from one to another, both included. */
export const daysFrom = (from: string, to: string): number => Math.round((utc(to) - utc(from)) / DAY_MS) + 1;

/** The Monday of a day's week. */
export const mondayOf = (day: string): string => addDays(day, -((new Date(utc(day)).getUTCDay() + 6) % 7));

/** The day of a moment by this computer's clock. */
export function localDay(atMs: number): string {
  const date = new Date(atMs);
  const two = (value: number): string => String(value).padStart(2, '0');
  return `${String(date.getFullYear()).padStart(4, '0')}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
}
