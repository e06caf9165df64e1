import { posix } from 'node:path';
import { setImmediate as breathe } from 'node:timers/promises';
import { CsvError, parse } from 'csv-parse/sync';
import { isDate, localMs, readClock, usualFormats, clockFormat, type ClockKind } from '#core/domain/clock-format.ts';
import { fieldNamed, textFields, type NamedField, type TextField } from '#core/domain/field-names.ts';
import { AppError, type ErrorData } from '#core/contract/errors.ts';
import type { SideCarRow } from '#core/store/side-cars.ts';
import { decodeManifest } from './manifest.ts';
import { stemOf } from './names.ts';

/** What a side-car says, and the first thing in it that could not be understood. */
export interface SideCarSaid {
  readonly rows: readonly SideCarRow[];
  readonly fault: ErrorData | null;
}

/** A JSON file speaks of one picture; a CSV file of at most so many as a day of a fast line. */
export const MAX_JSON_BYTES = 64 * 1024;
export const MAX_CSV_BYTES = 1024 * 1024;
const MAX_VALUE = 80;
/** Calls are answered between them: some 5 ms. */
const LINES_AT_ONCE = 500;

type Cells = ReadonlyMap<NamedField, string>;

const broken = (line: number, column: string): AppError => new AppError('side_car_broken', { line, column });

/** How spreadsheets and machines write a moment, beside what names use. */
const written = [
  'yyyy/M/d H:m:s',
  'yyyy/M/d H:m',
  'yyyy-M-d H:m:s',
  'yyyy-M-d H:m',
  'yyyy年M月d日 H時m分s秒',
  'yyyy年M月d日 H時m分',
  'yyyy-MM-ddTHH:mm:ss',
  'yyyy-MM-ddTHH:mm',
].flatMap((source) => clockFormat(source, 'datetime') ?? []);
const writtenDates = ['yyyy/M/d', 'yyyy-M-d'].flatMap((source) => clockFormat(source, 'date') ?? []);
const writtenTimes = ['H:m:s', 'H:m'].flatMap((source) => clockFormat(source, 'time') ?? []);
const formats = {
  datetime: [...written, ...usualFormats.datetime],
  date: [...writtenDates, ...usualFormats.date],
  time: [...writtenTimes, ...usualFormats.time],
} as const;

/** A whole text read as a date or time; null where it is none. */
function readWhole(kind: ClockKind, text: string) {
  for (const format of formats[kind]) {
    const found = readClock(format, text, 0).find(({ end, valid }) => valid && end === text.length);
    if (found !== undefined) return found;
  }
  return null;
}

const ISO = /^(\d{4})-(\d\d)-(\d\d)[T ]\d\d:\d\d(:\d\d(\.\d{1,9})?)?(Z|[+-]\d\d:?\d\d)$/;

/** A moment with its zone, in seconds or milliseconds since 1970, or by this computer's clock; null where it is none. */
function momentMs(text: string): number | null {
  if (/^\d{13}$/.test(text)) return Number(text);
  if (/^\d{10}$/.test(text)) return Number(text) * 1000;
  const iso = ISO.exec(text);
  if (iso !== null) {
    const [, year, month, day] = iso;
    // Date.parse takes the 31st of February for a day in March.
    const exists = isDate({ year: Number(year), month: Number(month), day: Number(day) });
    const atMs = Date.parse(text.replace(' ', 'T'));
    return exists && !Number.isNaN(atMs) ? atMs : null;
  }
  const found = readWhole('datetime', text.replace(/\.\d{1,6}$/, ''));
  return found?.date && found.time ? localMs(found.date, found.time) : null;
}

/** When a picture was taken: one column, or a day and a time in two. `undefined`: not said; null: not understood. */
function takenAtOf(cells: Cells): number | null | undefined {
  const [whole, day, time] = (['datetime', 'date', 'time'] as const).map((field) => cells.get(field) ?? '');
  if (whole) return momentMs(whole);
  if (day && time) {
    const [date, clock] = [readWhole('date', day)?.date, readWhole('time', time)?.time];
    return date && clock ? localMs(date, clock) : null;
  }
  // A column called "time" often holds the day too; half of a moment is no mistake, and says nothing.
  const only = time || day || '';
  if (only === '' || readWhole('date', only) !== null || readWhole('time', only) !== null) return undefined;
  return momentMs(only);
}

const isPlain = (text: string): boolean => text.length <= MAX_VALUE && !/\p{Cc}/u.test(text);

/** What one line says of the picture that it names; `column` is the first that could not be understood. */
function rowOf(stem: string, cells: Cells): { row: SideCarRow; column: string | null } {
  let column: string | null = null;
  const text = (field: TextField): string | null => {
    const value = (cells.get(field) ?? '').normalize('NFC');
    if (isPlain(value)) return value === '' ? null : value;
    column ??= field;
    return null;
  };
  const [lot = null, serial = null, line = null, camera = null, shift = null] = textFields.map(text);
  const takenAtMs = takenAtOf(cells);
  if (takenAtMs === null) column ??= 'time';
  return { row: { stem, lot, serial, line, camera, shift, takenAtMs: takenAtMs ?? null }, column };
}

const saysNothing = (row: SideCarRow): boolean =>
  textFields.every((field) => row[field] === null) && row.takenAtMs === null;

function textOf(bytes: Uint8Array): string {
  try {
    return decodeManifest(bytes);
  } catch {
    throw broken(1, '');
  }
}

/**
 * What a JSON file beside a picture says of it: an object whose keys are called like the columns of a CSV; others, and what is
 * nested, are passed over. Throws `side_car_broken`.
 *
 * @param path of the side-car, relative to the camera's folder
 */
export function readJsonSideCar(path: string, bytes: Uint8Array): SideCarSaid {
  let content: unknown;
  try {
    content = JSON.parse(textOf(bytes).replace(/^\uFEFF/, ''));
  } catch {
    throw broken(1, '');
  }
  if (typeof content !== 'object' || content === null || Array.isArray(content)) return { rows: [], fault: null };
  const cells = new Map<NamedField, string>();
  for (const [key, value] of Object.entries(content)) {
    const field = fieldNamed(key);
    if (field !== null && (typeof value === 'string' || typeof value === 'number'))
      cells.set(field, String(value).trim());
  }
  const { row, column } = rowOf(stemOf(path.normalize('NFC')), cells);
  return {
    rows: saysNothing(row) ? [] : [row],
    fault: column === null ? null : { code: 'side_car_value', params: { line: 1, column } },
  };
}

/** The stem that a list means by the name of a file: relative to its own folder; of a whole path of another computer the last part. */
function stemNamed(file: string, folder: string): string | null {
  const plain = file.normalize('NFC').replaceAll('\\', '/');
  const name = /^(\/|[a-z]:)/i.test(plain) ? posix.basename(plain) : plain;
  const stem = stemOf(posix.join(folder, name));
  return name === '' || !/^[^\p{Cc}]{1,4096}$/u.test(stem) || stem.startsWith('../') ? null : stem;
}

function parseLines(text: string): { record: string[]; info: { lines: number } }[] {
  const separator = text.slice(0, text.indexOf('\n') + 1 || undefined).includes('\t') ? '\t' : ',';
  try {
    return parse(text, {
      ...{ bom: true, trim: true, skip_empty_lines: true, info: true, delimiter: separator },
      // A line that is still being written has fewer fields; it is read again when it is whole.
      relax_column_count: true,
    }) as unknown as { record: string[]; info: { lines: number } }[];
  } catch (cause) {
    throw broken(cause instanceof CsvError && typeof cause['lines'] === 'number' ? cause['lines'] : 1, '');
  }
}

/**
 * What a CSV file says of the pictures that it lists, UTF-8 or Shift-JIS, with a heading: a column for the file and any of lot,
 * serial, line, camera, shift, date, time, in English or Japanese; others are passed over. A line that names no file or has a
 * value that cannot be understood loses that value only. Rejects with `side_car_broken` and, without a column for the file,
 * with `side_car_no_file`.
 *
 * @param path of the side-car, relative to the camera's folder
 */
export async function readCsvSideCar(path: string, bytes: Uint8Array): Promise<SideCarSaid> {
  const [heading, ...lines] = parseLines(textOf(bytes));
  const fields = (heading?.record ?? []).map(fieldNamed);
  if (!fields.includes('file')) throw new AppError('side_car_no_file');
  const folder = posix.dirname(path.normalize('NFC'));
  const rows = new Map<string, SideCarRow>();
  let fault: ErrorData | null = null;
  for (const [at, { record, info }] of lines.entries()) {
    if (at % LINES_AT_ONCE === LINES_AT_ONCE - 1) await breathe();
    const cells = new Map(record.flatMap((value, at) => (fields[at] ? [[fields[at], value] as const] : [])));
    const stem = stemNamed(cells.get('file') ?? '', folder);
    const { row, column } = rowOf(stem ?? '', cells);
    const wrong = stem === null ? 'file' : column;
    if (wrong !== null) fault ??= { code: 'side_car_value', params: { line: info.lines, column: wrong } };
    if (stem !== null && !saysNothing(row)) rows.set(stem, row);
  }
  return { rows: [...rows.values()], fault };
}
