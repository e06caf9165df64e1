/** A shift by the clock on the wall: minutes after midnight; an end at or before the start lies on the next day. */
export interface Shift {
  readonly name: string;
  readonly startMinute: number;
  readonly endMinute: number;
  /** Week days on which it starts: 0 Sunday … 6 Saturday. */
  readonly days: readonly number[];
}

const DAY = 24 * 60;
const WEEK = 7 * DAY;
const everyDay = [0, 1, 2, 3, 4, 5, 6];

/** What a line has until somebody says otherwise; the names are codes with words of their own. */
export const defaultShifts: readonly Shift[] = [
  { name: 'day', startMinute: 8 * 60, endMinute: 20 * 60, days: everyDay },
  { name: 'night', startMinute: 20 * 60, endMinute: 8 * 60, days: everyDay },
];

/** Length in minutes; a shift that ends when it starts lasts a whole day. */
const length = ({ startMinute, endMinute }: Shift): number => ((endMinute - startMinute + DAY - 1) % DAY) + 1;

/** The shift under way at a moment; null in a gap. By the clock on the wall, so a shift is as long as that day lets it be. */
export function shiftAt(shifts: readonly Shift[], atMs: number): string | null {
  const local = new Date(atMs);
  const minute = local.getHours() * 60 + local.getMinutes();
  const today = local.getDay();
  const found = shifts.find(
    (shift) =>
      (shift.days.includes(today) && minute >= shift.startMinute && minute < shift.startMinute + length(shift)) ||
      (shift.days.includes((today + 6) % 7) && minute + DAY < shift.startMinute + length(shift)),
  );
  return found?.name ?? null;
}

/** The day that a moment counts for, `yyyy-MM-dd`: a production day begins with the first shift. */
export function productionDay(shifts: readonly Shift[], atMs: number): string {
  const local = new Date(atMs);
  const before = local.getHours() * 60 + local.getMinutes() < (shifts[0]?.startMinute ?? 0);
  const day = new Date(local.getFullYear(), local.getMonth(), local.getDate() - (before ? 1 : 0), 12);
  const two = (value: number) => String(value).padStart(2, '0');
  return `${day.getFullYear()}-${two(day.getMonth() + 1)}-${two(day.getDate())}`;
}

/** The first two shifts that are under way at once in some week; null where there are none. */
export function overlappingShifts(shifts: readonly Shift[]): readonly [string, string] | null {
  const spans = shifts
    .flatMap((shift) =>
      shift.days.map((day) => {
        const from = day * DAY + shift.startMinute;
        return { name: shift.name, from, to: from + length(shift) };
      }),
    )
    .sort((a, b) => a.from - b.from);
  for (const [index, span] of spans.entries()) {
    // After the last span of the week comes the first of the next one.
    const next = spans[index + 1] ?? spans[0]!;
    const nextFrom = index + 1 < spans.length ? next.from : next.from + WEEK;
    if (nextFrom < span.to) return [span.name, next.name];
  }
  return null;
}

/** One shift of one day. */
export interface ShiftInstance {
  /** The production day it counts for, `yyyy-MM-dd`. */
  readonly day: string;
  readonly startMs: number;
  readonly endMs: number;
}

const onDay = (atMs: number, days: number, minute: number): number => {
  const local = new Date(atMs);
  return new Date(local.getFullYear(), local.getMonth(), local.getDate() + days, 0, minute).getTime();
};

/** The production day under way at a moment, from the start of its first shift to that of the next day's. */
export function wholeDay(shifts: readonly Shift[], atMs: number): ShiftInstance {
  const first = shifts[0]?.startMinute ?? 0;
  const begun = onDay(atMs, 0, first) <= atMs ? 0 : -1;
  return {
    day: productionDay(shifts, atMs),
    startMs: onDay(atMs, begun, first),
    endMs: onDay(atMs, begun + 1, first),
  };
}

/**
 * The shift of that name which a moment belongs to: the one under way, or, where a person or a file name says another shift than the
 * clock, the nearest of that name. Without a name, or one that the calendar does not know, the day is one shift.
 */
export function shiftInstance(shifts: readonly Shift[], name: string | null, atMs: number): ShiftInstance {
  const named = shifts.find((shift) => shift.name === name);
  if (named === undefined) return wholeDay(shifts, atMs);
  const away = ({ startMs, endMs }: ShiftInstance): number => Math.max(startMs - atMs, atMs - endMs + 1, 0);
  const near = [-2, -1, 0, 1, 2].flatMap((days) => {
    const startMs = onDay(atMs, days, named.startMinute);
    if (!named.days.includes(new Date(startMs).getDay())) return [];
    return [
      { day: productionDay(shifts, startMs), startMs, endMs: onDay(atMs, days, named.startMinute + length(named)) },
    ];
  });
  return near.sort((a, b) => away(a) - away(b))[0] ?? wholeDay(shifts, atMs);
}
