import { createHash } from 'node:crypto';
import type { Certificate } from '#core/contract/certificate.ts';
import { isMessageKey, type Translate } from '#messages/translate.ts';
import { csvDocument, localTime, numberField, textField } from '../csv.ts';
import { htmlDocument } from './document.ts';
import { Format } from './format.ts';
import { html, type Markup } from './markup.ts';

/** Hashes that are printed; of more the table beside the page has all, and the page that table's own hash. */
const PRINTED = 200;

const certificateStyle = `
.hashes { font: 8.5px/1.5 ui-monospace, "Cascadia Mono", Consolas, monospace; columns: 2; column-gap: 16px; overflow-wrap: anywhere; margin: 4px 0 }
td { vertical-align: top } .page { display: block } li { margin: 3px 0 }
`;

const time = (atMs: number): string => localTime(atMs).slice(0, 16).replace('T', ' ');

/** The list of what was deleted, as a table. */
export function certificateCsv({ pictures }: Certificate): string {
  return csvDocument(
    ['sha256', 'page', 'file', 'taken_at', 'original'],
    pictures.map(({ sha256, page, fileName, takenAtMs, original }) =>
      [sha256, numberField(page), textField(fileName), localTime(takenAtMs), original ?? 'left'].join(','),
    ),
  );
}

/** SHA-256 over the hashes in their order, one a line. */
const hashOfList = ({ pictures }: Certificate): string =>
  createHash('sha256')
    .update(pictures.map(({ sha256, page }) => `${sha256} ${page}\n`).join(''))
    .digest('hex');

const facts = (rows: readonly (readonly [string, string])[]): Markup =>
  html`<table class="facts">
    ${rows.map(
      ([name, value]) =>
        html`<tr>
          <td>${name}</td>
          <td class="left">${value}</td>
        </tr>`,
    )}
  </table>`;

/** The word for a value; without one, the value itself: another version may have written it. */
function term(group: string, value: string, translate: Translate): string {
  const key = `${group}.${value}`;
  return isMessageKey(key) ? translate(key) : value;
}

function learntList({ learnt, order }: Certificate, translate: Translate, format: Format): Markup {
  if (learnt.length === 0) return html`<p>${translate('certificate.learnt.none')}</p>`;
  return html`<p>${translate('certificate.learnt.stay')}</p>
    <ul>
      ${learnt.map(
        ({ kind, id, atMs, inUse, pictures }) =>
          html`<li>
            ${translate('certificate.learnt.one', {
              kind,
              id,
              date: format.date(atMs),
              inUse: inUse ? 'yes' : 'no',
              known: pictures === null ? 'no' : 'yes',
              pictures: pictures ?? 0,
              order: order.id,
            })}
          </li>`,
      )}
    </ul>`;
}

function originals({ pictures, order }: Certificate): Record<string, number> {
  const fates: Record<string, number> = {};
  for (const { original } of pictures) fates[original ?? 'left'] = (fates[original ?? 'left'] ?? 0) + 1;
  return order.originals ? fates : { left: pictures.length };
}

/** A certificate of deletion as a self-contained page to print: no script, no outside resource, every value escaped. */
export function certificateHtml(certificate: Certificate & { readonly hash: string }, translate: Translate): string {
  const format = new Format(translate);
  const { number, dataSet, order, pictures, backups, derived, kept, hash } = certificate;
  const title = translate('certificate.title', { number });
  const even = order.even.map((why) => term('retention.even', why, translate)).join(translate('report.list_comma'));
  const fates = Object.entries(originals(certificate));
  const body = html`<section class="page">
    <header class="masthead">
      <h1>${title}</h1>
      <span class="brand">Minarai</span>
    </header>
    <h2>${translate('certificate.head.what')}</h2>
    ${facts([
      [translate('certificate.dataSet'), dataSet],
      [
        translate('certificate.pictures'),
        translate('certificate.picturesIs', { n: pictures.length, mb: certificate.bytes / 1e6 }),
      ],
      [translate('certificate.kept'), String(kept)],
      [translate('certificate.ordered'), `${time(order.atMs)} ${order.who || '–'}`],
      [translate('certificate.done'), `${time(certificate.beganAtMs)} – ${time(certificate.doneAtMs)}`],
      [translate('certificate.by'), translate(order.byRule ? 'certificate.byRule' : 'certificate.byHand')],
      [translate('certificate.reason'), order.reason || '–'],
      [translate('certificate.even'), even || '–'],
    ])}
    <h2>${translate('certificate.head.derived')}</h2>
    ${facts(Object.entries(derived).map(([what, n]) => [term('certificate.derived', what, translate), String(n)]))}
    <p>${translate('certificate.derivedRest')}</p>
    <h2>${translate('certificate.head.originals')}</h2>
    ${facts(fates.map(([fate, n]) => [term('certificate.original', fate, translate), String(n)]))}
    <h2>${translate('certificate.head.learnt')}</h2>
    ${learntList(certificate, translate, format)}
    <h2>${translate('certificate.head.stays')}</h2>
    <ul>
      <li>${translate('certificate.staysRows')}</li>
      <li>
        ${translate('certificate.staysBackups', { n: backups.length })}
        ${backups.map(({ name, atMs }) => `${name} (${time(atMs)})`).join(translate('report.list_comma'))}
      </li>
      <li>${translate('certificate.staysExports', { n: certificate.exports })}</li>
      <li>${translate('certificate.staysBrowser')}</li>
    </ul>
    <h2>${translate('certificate.head.hashes')}</h2>
    <p>${translate('certificate.hashesAre', { shown: Math.min(PRINTED, pictures.length), n: pictures.length })}</p>
    <div class="hashes">
      ${pictures.slice(0, PRINTED).map(({ sha256, page }) => html`<div>${sha256}${page > 0 ? ` (${page})` : ''}</div>`)}
    </div>
    <p>${translate('certificate.listHash')} <span class="hashes">${hashOfList(certificate)}</span></p>
    <p>${translate('certificate.ownHash')} <span class="hashes">${hash}</span></p>
    <p class="none">${translate('certificate.version', { version: certificate.version })}</p>
  </section>`;
  return htmlDocument({ title, ownStyle: certificateStyle, body }, format);
}
