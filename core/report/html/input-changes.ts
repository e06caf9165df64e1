import type { MessageKey } from '#messages/translate.ts';
import type { ReportData } from '../report-data.ts';
import { Format } from './format.ts';
import { inputValue } from './input-value.ts';
import { html, type Markup } from './markup.ts';

/** Which figures of the site changed while the pilot ran, and into which money it was counted. Nothing where none did. */
export function inputChangesTable({ inputChanges, currencyChanges }: ReportData, format: Format): Markup | null {
  if (inputChanges.length === 0 && currencyChanges.length === 0) return null;
  const { translate } = format;
  const row = (atMs: number, what: MessageKey, from: string, to: string, who: string) =>
    html`<tr>
      <td>${format.date(atMs)}</td>
      <td>${translate(what)}</td>
      <td>${from} → ${to}</td>
      <td>${who}</td>
    </tr>`;
  return html`<h3>${translate('report.changes.title')}</h3>
    <p class="lead">${translate('report.changes.lead')}</p>
    <table class="inputs">
      ${inputChanges.map(({ name, from, to, currency, who, atMs }) => {
        const then = new Format(translate, currency);
        return row(atMs, `report.input.${name}`, inputValue(name, from, then), inputValue(name, to, then), who);
      })}
      ${currencyChanges.map(({ was, currency, rate, who, atMs }) =>
        row(
          atMs,
          'report.changes.currency',
          was,
          rate === null ? currency : translate('report.changes.rate', { currency, rate }),
          who,
        ),
      )}
    </table>`;
}
