import type { Translate } from '#messages/translate.ts';
import { csvDocument, localTime, textField } from './csv.ts';
import { htmlDocument } from './html/document.ts';
import { Format } from './html/format.ts';
import { html } from './html/markup.ts';

/** A part to be set apart until somebody has looked at it. */
export interface ContainedPart {
  /** found: the find itself; is: confirmed; hold: undecided; open: looks like it, not looked at. */
  readonly state: 'found' | 'is' | 'hold' | 'open';
  readonly lot: string;
  readonly serial: string;
  readonly shift: string;
  readonly camera: string;
  readonly fileName: string;
  readonly takenAtMs: number;
}

export interface Containment {
  readonly kind: string;
  readonly foundAtMs: number;
  readonly who: string;
  readonly createdAtMs: number;
  readonly parts: readonly ContainedPart[];
}

const columns = ['state', 'lot', 'serial', 'shift', 'taken_at', 'camera', 'file'];

/** Parts to be set apart as a table; names of columns and states do not follow the reader's language. */
export function containmentCsv({ parts }: Containment): string {
  const lines = parts.map((part) =>
    [
      part.state,
      ...[part.lot, part.serial, part.shift].map(textField),
      localTime(part.takenAtMs),
      ...[part.camera, part.fileName].map(textField),
    ].join(','),
  );
  return csvDocument(columns, lines);
}

const style = `.tick { width: 14px; height: 14px; border: 1.5px solid; display: inline-block } tr { break-inside: avoid } thead { display: table-header-group }`;

/** The same as a page to print and tick off. */
export function containmentHtml(sheet: Containment, translate: Translate): string {
  const format = new Format(translate);
  const time = (atMs: number) => localTime(atMs).slice(0, 16).replace('T', ' ');
  const heads = ['lot', 'serial', 'shift', 'takenAt', 'camera', 'file', 'state'] as const;
  const title = translate('contain.title', { kind: sheet.kind });
  const body = html`<section class="page">
    <h1>${title}</h1>
    <p>
      ${translate('contain.about', { date: time(sheet.foundAtMs), n: sheet.parts.length })}
      ${translate('contain.made', { who: sheet.who, date: time(sheet.createdAtMs) })}
    </p>
    <table>
      <thead>
        <tr>
          <th></th>
          ${heads.map((name) => html`<th>${translate(`contain.${name}`)}</th>`)}
        </tr>
      </thead>
      <tbody>
        ${sheet.parts.map(
          (part) =>
            html`<tr>
              <td><span class="tick"></span></td>
              <td>${part.lot}</td>
              <td>${part.serial}</td>
              <td>${part.shift}</td>
              <td>${time(part.takenAtMs)}</td>
              <td>${part.camera}</td>
              <td>${part.fileName}</td>
              <td>${translate(`contain.state.${part.state}`)}</td>
            </tr>`,
        )}
      </tbody>
    </table>
  </section>`;
  return htmlDocument({ title, ownStyle: style, body }, format);
}
