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

/** Which group of words each value that is a code belongs to. */
const codes: Readonly<Record<string, string>> = {
  ...{ reason: 'reason', verdict: 'verdict', role: 'role', queue: 'queue', source: 'source', field: 'fact' },
  ...{ done: 'clearing', stratum: 'stratum', place: 'place', answer: 'alike.says', quality: 'quality.says' },
};

const worded = (key: string, otherwise: string, translate: Translate): string =>
  isMessageKey(key) ? translate(key) : otherwise;

/** What happened, in words; an event of another version by its name. */
export const ledgerEvent = ({ event }: LedgerLine, translate: Translate): string =>
  worded(`ledger.${event}`, event, translate);

/** What is known of it, in words; values that are empty were not known. */
export function ledgerDetails({ params }: LedgerLine, translate: Translate): string {
  const value = (name: string, raw: string | number | boolean): string => {
    if (typeof raw === 'number')
      return raw.toLocaleString(translate('report.locale'), { maximumFractionDigits: Number.isInteger(raw) ? 0 : 3 });
    return worded(`${codes[name] ?? ''}.${String(raw)}`, String(raw), translate);
  };
  return Object.entries(params)
    .filter(([, raw]) => raw !== '')
    .map(([name, raw]) => `· ${worded(`param.${name}`, name, translate)} ${value(name, raw)}`)
    .join(' ');
}

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
              <td>${ledgerEvent(line, translate)}</td>
              <td>${ledgerDetails(line, translate)}</td>
              <td>${line.who}</td>
            </tr>`,
        )}
      </tbody>
    </table>
  </section>`;
  return htmlDocument({ title, body }, format);
}
