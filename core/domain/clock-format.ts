/** A day of the calendar on the wall: month 1..12. */
export interface LocalDate {
  readonly year: number;
  readonly month: number;
  readonly day: number;
}

/** A time of the clock on the wall. */
export interface LocalTime {
  readonly hour: number;
  readonly minute: number;
  readonly second: number;
  readonly millisecond: number;
}

type Part = 'year' | 'month' | 'day' | 'hour' | 'minute' | 'second' | 'millisecond';
type Element = { readonly literal: string } | { readonly part: Part; readonly digits: readonly number[] };

/** How a date or a time is written, e.g. `yyyyMMdd_HHmmss`. */
export interface ClockFormat {
  readonly source: string;
  readonly elements: readonly Element[];
}

export type ClockKind = 'date' | 'time' | 'datetime';

/** A run of digits that has the shape of a format; `date` and `time` null where no calendar or clock shows them (0231, 2561). */
export interface ClockReading {
  readonly end: number;
  readonly date: LocalDate | null;
  readonly time: LocalTime | null;
  readonly valid: boolean;
}

const parts: Readonly<Record<string, { readonly part: Part; readonly digits: readonly number[] }>> = {
  yyyy: { part: 'year', digits: [4] },
  yy: { part: 'year', digits: [2] },
  MM: { part: 'month', digits: [2] },
  M: { part: 'month', digits: [2, 1] },
  dd: { part: 'day', digits: [2] },
  d: { part: 'day', digits: [2, 1] },
  HH: { part: 'hour', digits: [2] },
  H: { part: 'hour', digits: [2, 1] },
  mm: { part: 'minute', digits: [2] },
  m: { part: 'minute', digits: [2, 1] },
  ss: { part: 'second', digits: [2] },
  s: { part: 'second', digits: [2, 1] },
  fff: { part: 'millisecond', digits: [3] },
};

const dateParts: readonly Part[] = ['year', 'month', 'day'];
const timeParts: readonly Part[] = ['hour', 'minute'];
const finerParts: readonly Part[] = ['second', 'millisecond'];
const needed: Readonly<Record<ClockKind, readonly Part[]>> = {
  date: dateParts,
  time: timeParts,
  datetime: [...dateParts, ...timeParts],
};

/**
 * Compiles a format: runs of y M d H m s f stand for digits (Y, D and h are taken for y, d and H), everything else for itself.
 * `null` where a run means nothing, a part comes twice, or the kind lacks or has a part that it should not.
 */
export function clockFormat(source: string, kind: ClockKind): ClockFormat | null {
  const elements: Element[] = [];
  const seen: Part[] = [];
  for (const [run] of source.matchAll(/([yYMdDHhmsf])\1*|[^yYMdDHhmsf]+/g)) {
    const known = parts[run.replaceAll('Y', 'y').replaceAll('D', 'd').replaceAll('h', 'H')];
    if (known !== undefined) {
      if (seen.includes(known.part)) return null;
      seen.push(known.part);
      elements.push(known);
    } else if (/[yYMdDHhmsf]/.test(run)) return null;
    else elements.push({ literal: run });
  }
  const allowed = kind === 'date' ? dateParts : [...needed[kind], ...finerParts];
  const whole = needed[kind].every((part) => seen.includes(part)) && seen.every((part) => allowed.includes(part));
  return whole ? { source, elements } : null;
}

const compiled = (kind: ClockKind, sources: string): readonly ClockFormat[] =>
  sources.split(' ').flatMap((source) => clockFormat(source, kind) ?? []);

/** What is tried where no format is named; the first that fits and that a calendar can show. */
export const usualFormats: Readonly<Record<ClockKind, readonly ClockFormat[]>> = {
  date: compiled('date', 'yyyyMMdd yyyy-MM-dd yyyy_MM_dd yyyy.MM.dd yyyy年M月d日'),
  time: compiled('time', 'HHmmssfff HHmmss HH-mm-ss HH_mm_ss HH.mm.ss HH:mm:ss H時m分s秒 HHmm'),
  datetime: compiled(
    'datetime',
    'yyyyMMddHHmmssfff yyyyMMddHHmmss yyyyMMdd_HHmmssfff yyyyMMdd_HHmmss yyyyMMdd-HHmmss yyyyMMddTHHmmss ' +
      'yyyy-MM-dd_HH-mm-ss yyyy-MM-ddTHH-mm-ss yyyy_MM_dd_HH_mm_ss yyyyMMddHHmm yyyyMMdd_HHmm',
  ),
};

/** Whether there is such a day. */
export function isDate({ year, month, day }: LocalDate): boolean {
  const days = new Date(Date.UTC(2000, month, 0)).getUTCDate();
  const leap = year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
  return month >= 1 && month <= 12 && day >= 1 && day <= (month === 2 && !leap ? 28 : days);
}

const isTime = ({ hour, minute, second }: LocalTime): boolean => hour < 24 && minute < 60 && second < 60;

type Digits = Partial<Record<Part, number>>;

function reading(end: number, { year, month, day, hour, minute, second, millisecond }: Digits): ClockReading {
  const date = year === undefined ? null : { year: year < 100 ? 2000 + year : year, month: month ?? 0, day: day ?? 0 };
  const time =
    hour === undefined ? null : { hour, minute: minute ?? 0, second: second ?? 0, millisecond: millisecond ?? 0 };
  const goodDate = date !== null && isDate(date);
  const goodTime = time !== null && isTime(time);
  return {
    end,
    date: goodDate ? date : null,
    time: goodTime ? time : null,
    valid: (date === null || goodDate) && (time === null || goodTime),
  };
}

/** The number of exactly `digits` ASCII digits at a place, or null. */
function numberAt(text: string, at: number, digits: number): number | null {
  let value = 0;
  for (let index = at; index < at + digits; index++) {
    const digit = text.charCodeAt(index) - 48;
    if (!(digit >= 0 && digit <= 9)) return null;
    value = value * 10 + digit;
  }
  return value;
}

/** Every way in which a format fits the text at a place; at most 2^5, since five parts may have one or two digits. */
export function readClock(format: ClockFormat, text: string, at: number): ClockReading[] {
  const found: ClockReading[] = [];
  const step = (index: number, place: number, digits: Digits): void => {
    const element = format.elements[index];
    if (element === undefined) found.push(reading(place, digits));
    else if ('literal' in element) {
      if (text.startsWith(element.literal, place)) step(index + 1, place + element.literal.length, digits);
    } else
      for (const length of element.digits) {
        const value = numberAt(text, place, length);
        if (value !== null) step(index + 1, place + length, { ...digits, [element.part]: value });
      }
  };
  // Most places of a name are no digit, and most formats begin with one.
  const first = format.elements[0];
  if (first === undefined || 'literal' in first || numberAt(text, at, 1) !== null) step(0, at, {});
  return found;
}

/** ms since 1970 of a time on this computer's wall clock; one that the clock jumps over in spring is the moment after the jump. */
export function localMs({ year, month, day }: LocalDate, { hour, minute, second, millisecond }: LocalTime): number {
  return new Date(year, month - 1, day, hour, minute, second, millisecond).getTime();
}
