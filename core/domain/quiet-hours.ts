/** Minutes since midnight of `HH:MM`; null for anything that is no time of day. */
export function minuteOfDay(text: string): number | null {
  const found = /^([01]\d|2[0-3]):([0-5]\d)$/.exec(text);
  return found ? Number(found[1]) * 60 + Number(found[2]) : null;
}

/**
 * Whether a minute of the day lies from `from` on and before `to`; a span whose end comes first goes over midnight, and one
 * without length is none.
 *
 * @param minute all three in minutes since midnight, 0..1439
 */
export function isQuiet(minute: number, from: number, to: number): boolean {
  return from <= to ? minute >= from && minute < to : minute >= from || minute < to;
}
