import { isMessageKey, type Translate } from '#messages/translate.ts';
import type { LedgerLine } from '#core/contract/views.ts';
import { csvDocument, localTime, textField } from './csv.ts';
import { htmlDocument } from './html/document.ts';
import { Format } from './html/format.ts';
import { html } from './html/markup.ts';

/** A picture and everything that happened to it. */
export interface LedgerSheet {
  readonly fileName: string;
  readonly lot: string;
  readonly serial: string;
  readonly createdAtMs: number;
  readonly lines: readonly LedgerLine[];
}

const detailsOf = ({ params }: LedgerLine): string =>
  Object.entries(params)
    .filter(([, value]) => value !== '')
    .map(([name, value]) => `${name}=${String(value)}`)
    .join(' ');

/** A picture's ledger as a table; names of events and values do not follow the reader's language. */
export function ledgerCsv({ fileName, lot, serial, lines }: LedgerSheet): string {
  const rows = lines.map((line) =>
    [localTime(line.atMs), ...[line.event, line.who, detailsOf(line), fileName, lot, serial].map(textField)].join(','),
  );
  return csvDocument(['at', 'event', 'who', 'details', 'file', 'lot', 'serial'], rows);
}

/** The same as a page to print. */
export function ledgerHtml(sheet: LedgerSheet, translate: Translate): string {
  const format = new Format(translate);
  const time = (atMs: number) => localTime(atMs).slice(0, 19).replace('T', ' ');
  const title = translate('ledger.sheet', { name: sheet.fileName });
  const eventWord = (event: string): string => {
    const key = `ledger.${event}`;
    return isMessageKey(key) ? translate(key) : event;
  };
  const part = [sheet.lot, sheet.serial].filter((text) => text !== '').join(' / ');
  const body = html`<section class="page">
    <h1>${title}</h1>
    <p>${part} ${time(sheet.createdAtMs)}</p>
    <table>
      <tbody>
        ${sheet.lines.map(
          (line) =>
            html`<tr>
              <td>${time(line.atMs)}</td>
              <td>${eventWord(line.event)}</td>
              <td>${detailsOf(line)}</td>
              <td>${line.who}</td>
            </tr>`,
        )}
      </tbody>
    </table>
  </section>`;
  return htmlDocument({ title, body }, format);
}
