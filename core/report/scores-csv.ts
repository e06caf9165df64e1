import type { ReportScore } from './report-data.ts';

const columns = [
  ...['path', 'image_id', 'split', 'label', 'score', 'defect_probability', 'anomaly', 'verdict'],
  ...['lot', 'serial', 'shift', 'taken_at'],
];

/**
 * Spreadsheets run a text that begins so as a formula, a Japanese Excel also where the sign is a full-width one; an apostrophe in
 * front makes it text again (OWASP, CSV injection).
 */
const FORMULA_START = /^[=+\-@\t\r\n＝＋－＠]/;

/** A text as one field: harmless as a formula, quoted where RFC 4180 asks for it. */
function textField(text: string): string {
  const safe = FORMULA_START.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

/** A number as one field, as JavaScript writes it; empty where there is none. A minus sign is no formula. */
function numberField(value: number | null): string {
  return value === null ? '' : String(value);
}

/** A moment by this computer's clock with its offset (ISO 8601): read by people as it is, and unambiguous to programs. */
function localTime(atMs: number): string {
  const offset = -new Date(atMs).getTimezoneOffset();
  const local = new Date(atMs + offset * 60_000).toISOString().slice(0, 19);
  const two = (value: number) => String(Math.floor(value)).padStart(2, '0');
  return `${local}${offset < 0 ? '-' : '+'}${two(Math.abs(offset) / 60)}:${two(Math.abs(offset) % 60)}`;
}

/**
 * scores.csv by RFC 4180: CRLF, a header, UTF-8 with byte order mark (without it Excel takes Japanese for something else).
 * Column names and order are an interface for others' programs: they do not follow the reader's language.
 */
export function renderScoresCsv(rows: readonly ReportScore[]): string {
  const lines = rows.map((row) =>
    [
      textField(row.path),
      numberField(row.imageId),
      row.split,
      textField(row.label),
      numberField(row.score),
      numberField(row.defectProbability),
      numberField(row.anomaly),
      row.verdict ?? '',
      ...[row.lot, row.serial, row.shift].map(textField),
      localTime(row.takenAtMs),
    ].join(','),
  );
  return `\uFEFF${[columns.join(','), ...lines].join('\r\n')}\r\n`;
}
