import { ledgerDetails, ledgerEvent } from '../ledger-sheet.ts';
import { localTime } from '../csv.ts';
import { exampleKinds, type ReportData, type ReportExample } from '../report-data.ts';
import type { Format } from './format.ts';
import { html, type Markup } from './markup.ts';

const PICTURE = /^data:image\/(?:png|jpeg|webp);base64,[A-Za-z0-9+/]+=*$/;

/** The colours of the window's heat map, from usual to most unusual; next to nothing in the lowest fifth of the scale. */
const heatColours = html`<svg class="filters" aria-hidden="true">
  <filter id="heat-colours" color-interpolation-filters="sRGB">
    <feColorMatrix values="1 0 0 0 0  1 0 0 0 0  1 0 0 0 0  1 0 0 0 0" />
    <feComponentTransfer>
      <feFuncR type="table" tableValues="0.3 0.5 0.8 0.96 1 1" />
      <feFuncG type="table" tableValues="0 0 0.1 0.4 0.75 1" />
      <feFuncB type="table" tableValues="0.4 0.55 0.45 0.2 0.1 0.6" />
      <feFuncA type="table" tableValues="0 0.05 0.4 0.6 0.7 0.75" />
    </feComponentTransfer>
  </filter>
</svg>`;

function example(
  { dataUrl, heatUrl, verdict, label, score, fileName }: ReportExample,
  at: number,
  format: Format,
): Markup {
  const { translate } = format;
  const heat = heatUrl !== null && PICTURE.test(heatUrl) ? heatUrl : null;
  return html`<figure class="example">
    <div class="${heat === null ? 'looks single' : 'looks'}">
      <div class="look"><img src="${dataUrl}" alt="" /></div>
      ${
        heat === null
          ? null
          : html`<div class="look"><img src="${dataUrl}" alt="" /><img class="heat" src="${heat}" alt="" /></div>`
      }
    </div>
    <figcaption>
      <b>${at}</b> ${translate(`report.verdict.${verdict}`)} ${format.number(score, 2)} ·
      ${label ?? translate('report.not_judged')}<br />${fileName}
    </figcaption>
  </figure>`;
}

function ledgerTable(examples: readonly ReportExample[], format: Format): Markup {
  const { translate } = format;
  return html`<table class="long ledger">
    <thead>
      <tr>
        <th>${translate('report.ledger.picture')}</th>
        <th class="left">${translate('report.ledger.when')}</th>
        <th class="left">${translate('report.ledger.what')}</th>
        <th class="left">${translate('report.ledger.who')}</th>
      </tr>
    </thead>
    ${examples.flatMap(({ ledger, ledgerLines }, at) => [
      ...ledger.map(
        (line, row) =>
          html`<tr>
            <td>${row === 0 ? at + 1 : ''}</td>
            <td class="when">${localTime(line.atMs).slice(0, 16).replace('T', ' ')}</td>
            <td>${ledgerEvent(line, translate)} ${ledgerDetails(line, translate)}</td>
            <td>${line.who === '' ? translate('report.ledger.program') : line.who}</td>
          </tr>`,
      ),
      ledgerLines > ledger.length
        ? html`<tr>
            <td></td>
            <td></td>
            <td class="none">${translate('report.ledger.more', { lines: ledgerLines - ledger.length })}</td>
            <td></td>
          </tr>`
        : null,
    ])}
  </table>`;
}

/** Pictures of the line, by why they are shown, and what the ledger says of them; null without any. */
export function examplesPage({ examples }: ReportData, format: Format): Markup | null {
  const { translate } = format;
  const shown = examples.filter(({ dataUrl }) => PICTURE.test(dataUrl));
  if (shown.length === 0) return null;
  return html`${heatColours}
    <h2>${translate('report.examples.title')}</h2>
    <p class="lead">${translate('report.examples.lead')}</p>
    ${exampleKinds.map((kind) => {
      const of = shown.flatMap((one, at) => (one.why === kind ? [example(one, at + 1, format)] : []));
      return of.length === 0
        ? null
        : html`<h3>${translate(`report.examples.${kind}`)}</h3>
            <div class="examples">${of}</div>`;
    })}
    <h2>${translate('report.ledger.title')}</h2>
    <p class="lead">${translate('report.ledger.lead')}</p>
    ${ledgerTable(shown, format)}`;
}
