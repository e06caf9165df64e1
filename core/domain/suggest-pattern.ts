import { clockFormat, readClock } from './clock-format.ts';
import { fieldNamed } from './field-names.ts';
import { compilePattern, quoted, readName } from './name-pattern.ts';

/** A column of the names: what stands at the same place of each. */
interface Column {
  readonly values: readonly string[];
  readonly separator: boolean;
}

type Guess = { readonly pattern: string; readonly columns: number };

const SEPARATOR = /[\s_.,/()[\]#@+=~&-]/;
/** Words for how a part was judged: no lot, however few of them there are. */
const JUDGEMENT = /^(ok|ng|good|bad|pass|fail|良品?|不良品?|合格|不合格)$/i;
/** Where more names than this share of the sample differ, the column counts parts. */
const COUNTING = 0.9;
const MAX_SAMPLE = 300;

/** Runs of separators and of all else, in turn. */
const words = (name: string): string[] => name.match(/[\s_.,/()[\]#@+=~&-]|[^\s_.,/()[\]#@+=~&-]+/g) ?? [];

/** Letters and digits in turn: `S0012` is `S`, `0012`. */
const runs = (word: string): string[] => word.match(/\d+|\D+/g) ?? [];

const shapeOf = (name: string): string =>
  words(name)
    .map((word) => (SEPARATOR.test(word) ? word : 'x'))
    .join('');

const constant = (values: readonly string[]): boolean => values.every((value) => value === values[0]);

/** The names of the most common arrangement of separators. */
function mostAlike(names: readonly string[]): string[] {
  const byShape = new Map<string, string[]>();
  for (const name of names) {
    const alike = byShape.get(shapeOf(name));
    if (alike === undefined) byShape.set(shapeOf(name), [name]);
    else alike.push(name);
  }
  return [...byShape.values()].sort((a, b) => b.length - a.length)[0] ?? [];
}

/** Splits a column into letters and digits where its letters are the same in every name (`LOT12`, `LOT13`). */
function split(values: readonly string[]): Column[] {
  const parts = values.map(runs);
  const first = parts[0]!;
  const alike = parts.every(
    (each) => each.length === first.length && each.every((run, at) => /^\d/.test(run) || run === first[at]),
  );
  if (!alike || first.length === 1) return [{ values, separator: false }];
  return first.map((_, at) => ({ values: parts.map((each) => each[at]!), separator: false }));
}

function columnsOf(names: readonly string[]): Column[] {
  const rows = names.map(words);
  return rows[0]!.flatMap((word, at) => {
    const values = rows.map((row) => row[at]!);
    return SEPARATOR.test(word) ? [{ values, separator: true }] : split(values);
  });
}

/** Dates and times as cameras write them, the longest first: as many columns as the format has runs and separators. */
const clockGuesses = [
  ...['yyyyMMddHHmmssfff', 'yyyyMMddHHmmss', 'yyyyMMddHHmm'].map((format) => ['datetime', format] as const),
  ...['yyyy-MM-dd', 'yyyy_MM_dd', 'yyyy.MM.dd', 'yyyyMMdd', 'yyMMdd'].map((format) => ['date', format] as const),
  ...['HH-mm-ss', 'HH_mm_ss', 'HH.mm.ss', 'HHmmssfff', 'HHmmss'].map((format) => ['time', format] as const),
].map(([kind, source]) => ({ kind, source, format: clockFormat(source, kind)!, columns: words(source).length }));

/** A six-digit number is a date of recent years or no date at all. */
const recent = (year: number): boolean => year >= 2015 && year <= new Date().getFullYear() + 1;

/** What date or time begins at a column in every name. A time is only believed after a date: counters look like times. */
function clockAt(columns: readonly Column[], from: number, known: ReadonlySet<string>): Guess | null {
  for (const { kind, source, format, columns: length } of clockGuesses) {
    if (known.has(kind) || (kind === 'time' && !known.has('date'))) continue;
    if (kind !== 'time' && (known.has('date') || known.has('datetime'))) continue;
    const cells = columns.slice(from, from + length);
    if (cells.length < length) continue;
    const fitsAll = cells[0]!.values.every((_, row) => {
      const text = cells.map((cell) => cell.values[row]).join('');
      const found = readClock(format, text, 0).find(({ end, valid }) => valid && end === text.length);
      return found !== undefined && (found.date === null || recent(found.date.year));
    });
    if (!fitsAll) continue;
    return { pattern: `{${kind}:${source}}`, columns: length };
  }
  return null;
}

/** Which columns are the lot and the serial, by what stands before them and by how much they differ. */
function roles(columns: readonly Column[], free: readonly number[]): Map<number, 'lot' | 'serial'> {
  const found = new Map<number, 'lot' | 'serial'>();
  const taken = (role: 'lot' | 'serial') => [...found.values()].includes(role);
  for (const at of free) {
    const before = columns
      .slice(Math.max(0, at - 2), at)
      .filter(({ separator }) => !separator)
      .at(-1);
    const named = before !== undefined && constant(before.values) ? fieldNamed(before.values[0]!) : null;
    if ((named === 'lot' || named === 'serial') && !taken(named)) found.set(at, named);
  }
  const distinct = (at: number) => new Set(columns[at]!.values).size;
  const varying = free.filter((at) => !found.has(at) && distinct(at) > 1);
  const counting = varying.filter((at) => distinct(at) >= COUNTING * columns[at]!.values.length);
  const serial = counting.at(-1);
  if (serial !== undefined && !taken('serial')) found.set(serial, 'serial');
  const lot = varying.find(
    (at) => !found.has(at) && !counting.includes(at) && !columns[at]!.values.every((value) => JUDGEMENT.test(value)),
  );
  if (lot !== undefined && !taken('lot')) found.set(lot, 'lot');
  return found;
}

/** A number that is the same in every name may be the lot of today: as itself it would fit no name of tomorrow's. */
const LOT_OF_TODAY = /^\d{3,}$/;

/** The pattern of the columns; the file's ending stands for any. */
function assemble(columns: readonly Column[]): string {
  const pieces: (string | number)[] = [];
  const numbers: number[] = [];
  const known = new Set<string>();
  for (let at = 0; at < columns.length;) {
    const { values, separator } = columns[at]!;
    const clock = separator ? null : clockAt(columns, at, known);
    if (clock !== null) {
      known.add(/^\{(\w+)/.exec(clock.pattern)![1]!);
      pieces.push(clock.pattern);
      at += clock.columns;
    } else {
      if (!separator && constant(values) && LOT_OF_TODAY.test(values[0]!)) numbers.push(pieces.length);
      pieces.push(separator || constant(values) ? quoted(values[0]!) : at);
      at++;
    }
  }
  const named = roles(
    columns,
    pieces.filter((piece) => typeof piece === 'number'),
  );
  const [today] = [...named.values()].includes('lot') ? [] : numbers;
  return pieces
    .map((piece, at) => {
      if (at === today) return '{lot}';
      if (typeof piece === 'string') return piece;
      const role = named.get(piece);
      return role === undefined ? '*' : `{${role}}`;
    })
    .join('');
}

/**
 * Proposes a pattern from real names (paths relative to the camera's folder, `/` between folders): what is the same in all of
 * the most common arrangement stands for itself, what reads as a date or a time becomes one, what differs in nearly every name
 * is the serial, what differs now and then, or is a number that never does, the lot. `null` where nothing can be told.
 */
export function suggestPattern(paths: readonly string[]): string | null {
  const names = mostAlike(paths.slice(0, MAX_SAMPLE).map((path) => path.normalize('NFC').replace(/\.[^./]*$/, '')));
  if (names.length < 2) return null;
  const pattern = `${assemble(columnsOf(names))}.*`;
  const compiled = compilePattern(pattern);
  const fitting = compiled.ok ? names.filter((name) => readName(compiled.pattern, `${name}.png`) !== null) : [];
  return fitting.length === names.length ? pattern : null;
}
