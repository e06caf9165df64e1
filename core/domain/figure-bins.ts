import { addDays, daysFrom } from './days.ts';

/** Points of a trend at most. */
const MOST_POINTS = 90;
/** A period so short is shown shift by shift. */
const BY_SHIFT_DAYS = 7;

export type BinUnit = 'shift' | 'day' | 'days';

/** One point of a trend: a day, several, or a shift of a day (empty: not known). */
export interface Bin {
  readonly from: string;
  readonly to: string;
  readonly shift: string | null;
}

export interface Bins {
  readonly unit: BinUnit;
  readonly bins: readonly Bin[];
}

/**
 * The points of a trend over a period of days: shifts of up to a week, days up to three months, else spans of whole weeks, so that
 * there are never more than some 90.
 *
 * @param shifts names of shifts in the order of the day
 */
export function binsOf(from: string, to: string, shifts: readonly string[]): Bins {
  const days = daysFrom(from, to);
  if (days <= BY_SHIFT_DAYS && days * shifts.length <= MOST_POINTS)
    return {
      unit: 'shift',
      bins: Array.from({ length: days }, (_, at) => addDays(from, at)).flatMap((day) =>
        shifts.map((shift) => ({ from: day, to: day, shift })),
      ),
    };
  const span = days <= MOST_POINTS ? 1 : 7 * Math.ceil(days / (7 * MOST_POINTS));
  return {
    unit: span === 1 ? 'day' : 'days',
    bins: Array.from({ length: Math.ceil(days / span) }, (_, at) => {
      const first = addDays(from, at * span);
      const last = addDays(first, span - 1);
      return { from: first, to: last < to ? last : to, shift: null };
    }),
  };
}

/** Where a shift of a day lies among the points; −1: outside. A shift that the day does not have lies at the day's last point. */
export function binAt({ unit, bins }: Bins, day: string, shift: string): number {
  if (unit !== 'shift') return bins.findIndex((bin) => bin.from <= day && day <= bin.to);
  const exact = bins.findIndex((bin) => bin.from === day && bin.shift === shift);
  return exact >= 0 ? exact : bins.findLastIndex((bin) => bin.from === day);
}
