/** A moment as a date and time field wants it, by this computer's clock, to the minute. */
export function toField(atMs: number): string {
  return new Date(atMs - new Date(atMs).getTimezoneOffset() * 60_000).toISOString().slice(0, 16);
}

/** The moment that a date and time field holds; undefined while it holds none. */
export function fromField(text: string): number | undefined {
  const atMs = new Date(text).getTime();
  return Number.isNaN(atMs) ? undefined : atMs;
}
