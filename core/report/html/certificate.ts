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

/** The words of a key; without any, the value that it was made of: another version may have written it. */
const worded = (key: string, value: string, translate: Translate): string =>
  isMessageKey(key) ? translate(key) : value;

function learntList({ learnt, order }: Certificate, translate: Translate, format: Format): Markup {
  if (learnt.length === 0) return html`<p>${translate('report.certificate.learnt.none')}</p>`;
  return html`<p>${translate('report.certificate.learnt.stay')}</p>
    <ul>
      ${learnt.map(
        ({ kind, id, atMs, inUse, pictures }) =>
          html`<li>
            ${translate('report.certificate.learnt.one', {
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
  const title = translate('report.certificate.title', { number });
  const even = order.even
    .map((why) => worded(`retention.even.${why}`, why, translate))
    .join(translate('report.list_comma'));
  const fates = Object.entries(originals(certificate));
  const body = html`<section class="page">
    <header class="masthead">
      <h1>${title}</h1>
      <span class="brand">Minarai</span>
    </header>
    <h2>${translate('report.certificate.head.what')}</h2>
    ${facts([
      [translate('report.certificate.dataSet'), dataSet],
      [
        translate('report.certificate.pictures'),
        translate('report.certificate.picturesIs', { n: pictures.length, mb: certificate.bytes / 1e6 }),
      ],
      [translate('report.certificate.kept'), String(kept)],
      [translate('report.certificate.ordered'), `${time(order.atMs)} ${order.who || '–'}`],
      [translate('report.certificate.done'), `${time(certificate.beganAtMs)} – ${time(certificate.doneAtMs)}`],
      [
        translate('report.certificate.by'),
        translate(order.byRule ? 'report.certificate.byRule' : 'report.certificate.byHand'),
      ],
      [translate('report.certificate.reason'), order.reason || '–'],
      [translate('report.certificate.even'), even || '–'],
    ])}
    <h2>${translate('report.certificate.head.derived')}</h2>
    ${facts(Object.entries(derived).map(([what, n]) => [worded(`report.certificate.derived.${what}`, what, translate), String(n)]))}
    <p>${translate('report.certificate.derivedRest')}</p>
    <h2>${translate('report.certificate.head.originals')}</h2>
    ${facts(fates.map(([fate, n]) => [worded(`report.certificate.original.${fate}`, fate, translate), String(n)]))}
    <h2>${translate('report.certificate.head.learnt')}</h2>
    ${learntList(certificate, translate, format)}
    <h2>${translate('report.certificate.head.stays')}</h2>
    <ul>
      <li>${translate('report.certificate.staysRows')}</li>
      <li>
        ${translate('report.certificate.staysBackups', { n: backups.length })}
        ${backups.map(({ name, atMs }) => `${name} (${time(atMs)})`).join(translate('report.list_comma'))}
      </li>
      <li>${translate('report.certificate.staysExports', { n: certificate.exports })}</li>
      <li>${translate('report.certificate.staysBrowser')}</li>
    </ul>
    <h2>${translate('report.certificate.head.hashes')}</h2>
    <p>
      ${translate('report.certificate.hashesAre', { shown: Math.min(PRINTED, pictures.length), n: pictures.length })}
    </p>
    <div class="hashes">
      ${pictures.slice(0, PRINTED).map(({ sha256, page }) => html`<div>${sha256}${page > 0 ? ` (${page})` : ''}</div>`)}
    </div>
    <p>${translate('report.certificate.listHash')} <span class="hashes">${hashOfList(certificate)}</span></p>
    <p>${translate('report.certificate.ownHash')} <span class="hashes">${hash}</span></p>
    <p class="none">${translate('report.certificate.version', { version: certificate.version })}</p>
  </section>`;
  return htmlDocument({ title, ownStyle: certificateStyle, body }, format);
}
