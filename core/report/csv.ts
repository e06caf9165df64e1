/*
 * Tables that spreadsheets open, by RFC 4180: CRLF, a header, UTF-8 with byte order mark (without it Excel takes Japanese for something
 * else).
 */

/**
 * Spreadsheets run a text that begins so as a formula, a Japanese Excel also where the sign is a full-width one; an apostrophe in
 * front makes it text again (OWASP, CSV injection).
 */
const FORMULA_START = /^[=+\-@\t\r\n＝＋－＠]/;

/** A text as one field of a table with another delimiter: harmless as a formula, quoted where it must be. */
export function fieldWithin(text: string, delimiter: string): string {
  const safe = FORMULA_START.test(text) ? `'${text}` : text;
  return /["\r\n]/.test(safe) || safe.includes(delimiter) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

/** A text as one field: harmless as a formula, quoted where RFC 4180 asks for it. */
export const textField = (text: string): string => fieldWithin(text, ',');

/** A number as one field, as JavaScript writes it; empty where there is none. A minus sign is no formula. */
export function numberField(value: number | null): string {
  return value === null ? '' : String(value);
}

/** A moment by this computer's clock with its offset (ISO 8601): read by people as it is, and unambiguous to programs. */
export function localTime(atMs: number): string {
  const offset = -new Date(atMs).getTimezoneOffset();
  const local = new Date(atMs + offset * 60_000).toISOString().slice(0, 19);
  const two = (value: number) => String(Math.floor(value)).padStart(2, '0');
  return `${local}${offset < 0 ? '-' : '+'}${two(Math.abs(offset) / 60)}:${two(Math.abs(offset) % 60)}`;
}

/** A table of lines whose fields are joined already. */
export function csvDocument(columns: readonly string[], lines: readonly string[]): string {
  return `\uFEFF${[columns.join(','), ...lines].join('\r\n')}\r\n`;
}
