import type { Translate } from '#messages/translate.ts';
import type { Currency } from '#core/domain/currency.ts';
import type { Cell } from 'write-excel-file/node';

export const SHARE = '0.0%';
export const FIGURE = '0.000';
/** Amounts in the site's currency; losses in red. */
export function moneyFormat(currency: Currency): string {
  if (currency === 'JPY') return '¥#,##0;[Red]-¥#,##0';
  // `[$USD]`: the code as text, so that no spreadsheet takes it for another country's sign.
  return `[$${currency}] #,##0.00;[Red]-[$${currency}] #,##0.00`;
}
export const COUNT = '#,##0';
export const DECIMAL = '#,##0.0';

/** A number with its format; where there is none, the words for that. */
export function number(value: number | null, format: string, translate: Translate): Cell {
  return value === null
    ? { value: translate('report.not_measured'), textColor: '#5b6875' }
    : { value, type: Number, format };
}

export function text(value: string): Cell {
  // A string cell is stored as a string: Excel never evaluates it, whatever it begins with.
  return { value, type: String, wrap: true, alignVertical: 'top' };
}

export function heading(...titles: readonly string[]): Cell[] {
  return titles.map((value) => ({ value, type: String, fontWeight: 'bold', backgroundColor: '#e8eff7', wrap: true }));
}
