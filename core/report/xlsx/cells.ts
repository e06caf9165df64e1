import type { Translate } from '#messages/translate.ts';
import type { Currency } from '#core/domain/currency.ts';
import type { Cell, CellObject } from 'write-excel-file/node';

export const SHARE = '0.0%';
export const FIGURE = '0.000';
/** Amounts in the site's currency; losses in red. */
export function moneyFormat(currency: Currency): string {
  if (currency === 'JPY') return '¥#,##0;[Red]-¥#,##0';
  // `[$USD]`: the code as text, so that no spreadsheet takes it for another country's sign.
  return `[$${currency}] #,##0.00;[Red]-[$${currency}] #,##0.00`;
}
/** In a table of formats: {@link moneyFormat} of the report's currency. */
export const MONEY = 'money';
export const formatIn = (format: string, currency: Currency): string =>
  format === MONEY ? moneyFormat(currency) : format;
export const COUNT = '#,##0';
export const DECIMAL = '#,##0.0';

/** Background of what a person may change and everything follows. */
const INPUT = '#fdf6e0';

/** A number with its format; where there is none, the words for that. */
export function number(value: number | null, format: string, translate: Translate): Cell {
  return value === null
    ? { value: translate('report.not_measured'), textColor: '#5b6875' }
    : { value, type: Number, format };
}

/** A number that the formulas of the workbook read. */
export function input(value: number, format: string): Cell {
  return { value, type: Number, format, backgroundColor: INPUT };
}

/** What each formula comes to, for programs that show a workbook without reckoning; see ./live-formulas.ts. */
const reckoned = new WeakMap<CellObject, number | string>();

/**
 * A cell that is reckoned by the spreadsheet program.
 *
 * @param formula without the equals sign; texts of people never enter it
 * @param value what it comes to now
 */
export function formula(formula: string, value: number | string, format: string, strong = false): Cell {
  const cell: CellObject = {
    ...{ value: formula, type: 'Formula', format },
    ...(strong && { fontWeight: 'bold' }),
    ...(typeof value === 'string' && { align: 'right' }),
  };
  reckoned.set(cell, value);
  return cell;
}

/** What a cell's formula comes to; undefined where it has none. */
export function reckonedValue(cell: Cell): number | string | undefined {
  return typeof cell === 'object' && cell !== null && 'type' in cell ? reckoned.get(cell) : undefined;
}

export function text(value: string): Cell {
  // A string cell is stored as a string: Excel never evaluates it, whatever it begins with.
  return { value, type: String, wrap: true, alignVertical: 'top' };
}

export function heading(...titles: readonly string[]): Cell[] {
  return titles.map((value) => ({ value, type: String, fontWeight: 'bold', backgroundColor: '#e8eff7', wrap: true }));
}

/** 0 → A, 25 → Z, 26 → AA. */
export function columnName(index: number): string {
  return index < 26
    ? String.fromCharCode(65 + index)
    : `${columnName(Math.floor(index / 26) - 1)}${columnName(index % 26)}`;
}

/** The address of a cell, both from 0; `$` keeps it when the formula is copied. */
export const address = (row: number, column: number): string => `$${columnName(column)}$${row + 1}`;

/** A cell or an area of another sheet. */
export const onSheet = (sheet: string, place: string): string => `'${sheet.replaceAll("'", "''")}'!${place}`;

/** A text within a formula. */
export const quoted = (words: string): string => `"${words.replaceAll('"', '""')}"`;
