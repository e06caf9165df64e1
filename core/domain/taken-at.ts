import { localMs, type LocalDate, type LocalTime } from './clock-format.ts';

/** Who may say when a picture was taken, in the order in which they are believed. */
export const takenSources = ['person', 'name', 'side_car', 'exif', 'file', 'arrival'] as const;
export type TakenSource = (typeof takenSources)[number];

export interface TakenCandidates {
  /** What a person put in. */
  readonly person: number | null;
  readonly name: { readonly date: LocalDate | null; readonly time: LocalTime | null } | null;
  readonly sideCar: number | null;
  readonly exif: number | null;
  /** Modification time of the file. */
  readonly file: number;
  /** When the picture was first seen here: nothing can have been taken later. */
  readonly arrival: number;
}

export interface TakenAt {
  readonly atMs: number;
  readonly source: TakenSource;
  /** Only the day is known: `atMs` is its midnight, and no shift follows from it. */
  readonly dayOnly: boolean;
}

/** Cameras had no files before; a clock that lost its battery says 1970 or 1980. */
const EARLIEST_MS = Date.UTC(1990, 0, 1);
/** A camera's clock may run ahead of ours by this much without being wrong. */
const AHEAD_MS = 10 * 60_000;
const DAY_MS = 24 * 3_600_000;

const startOfDay: LocalTime = { hour: 0, minute: 0, second: 0, millisecond: 0 };

const dateOf = (atMs: number): LocalDate => {
  const local = new Date(atMs);
  return { year: local.getFullYear(), month: local.getMonth() + 1, day: local.getDate() };
};

/** The moment at which the clock showed a time, nearest to another moment. */
function nearest(time: LocalTime, toMs: number): number {
  return [-DAY_MS, 0, DAY_MS]
    .map((off) => localMs(dateOf(toMs + off), time))
    .reduce((best, atMs) => (Math.abs(atMs - toMs) < Math.abs(best - toMs) ? atMs : best));
}

/**
 * When a picture was taken: as a person says, otherwise by its name, its side-car, its EXIF block, its file's time, its arrival;
 * each is passed over where it lies in the future of the arrival or before 1990. A name that says only a time of day is taken
 * together with the day of the next source; one that says only a day lets the next source on that day say the time.
 */
export function takenAt({ person, name, sideCar, exif, file, arrival }: TakenCandidates): TakenAt {
  const plausible = (atMs: number | null): atMs is number =>
    atMs !== null && atMs >= EARLIEST_MS && atMs <= arrival + AHEAD_MS;
  if (person !== null) return { atMs: person, source: 'person', dayOnly: false };
  const others = (
    [
      ['side_car', sideCar],
      ['exif', exif],
      ['file', file],
    ] as const
  ).flatMap(([source, atMs]) => (plausible(atMs) ? [{ source, atMs: Math.round(atMs), dayOnly: false }] : []));
  const next = others[0] ?? { source: 'arrival' as const, atMs: arrival, dayOnly: false };
  const { date = null, time = null } = name ?? {};
  if (date !== null) {
    const atMs = localMs(date, time ?? startOfDay);
    if (!plausible(atMs)) return next;
    if (time !== null) return { atMs, source: 'name', dayOnly: false };
    const thatDay = others.find((other) => localMs(dateOf(other.atMs), startOfDay) === atMs);
    return thatDay ?? { atMs, source: 'name', dayOnly: true };
  }
  if (time === null) return next;
  const atMs = nearest(time, next.atMs);
  return plausible(atMs) ? { atMs, source: 'name', dayOnly: false } : next;
}
