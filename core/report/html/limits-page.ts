import type { ReportData } from '../report-data.ts';
import { countNames } from '../sections.ts';
import { say } from '../sentence.ts';
import { unknowns } from '../unknowns.ts';
import type { Format } from './format.ts';
import { html, type Markup } from './markup.ts';

const PICTURE = /^data:image\/(?:png|jpeg|webp);base64,[A-Za-z0-9+/]+=*$/;

function countsTable({ counts, pilot }: ReportData, format: Format): Markup {
  const { translate } = format;
  return html`<div class="two">
    <table class="inputs">
      ${countNames.map(
        (name) =>
          html`<tr>
            <td>${translate(`report.count.${name}`)}</td>
            <td>${format.number(counts[name])}</td>
          </tr>`,
      )}
    </table>
    <table class="inputs">
      ${pilot.cameras.map(
        (camera) =>
          html`<tr>
            <td>${camera.name}</td>
            <td>${translate('report.pictures', { pictures: camera.images })}</td>
          </tr>`,
      )}
    </table>
  </div>`;
}

function thumbnails({ thumbnails: all }: ReportData, format: Format): Markup | null {
  const { translate } = format;
  const shown = all.filter(({ dataUrl }) => PICTURE.test(dataUrl)).slice(0, 12);
  if (shown.length === 0) return null;
  return html`<h3>${translate('report.thumbnails')}</h3>
    <div class="thumbs">
      ${shown.map(
        ({ dataUrl, verdict, label, score }) =>
          html`<figure>
            <img src="${dataUrl}" alt="" />
            <figcaption>
              ${translate(`report.verdict.${verdict}`)} ${format.number(score, 2)} ·
              ${label ?? translate('report.not_judged')}
            </figcaption>
          </figure>`,
      )}
    </div>`;
}

/** What the app does not know yet with the step that would answer it, the counts, and how the figures were made. */
export function limitsPage(report: ReportData, format: Format): Markup {
  const { translate } = format;
  return html`<h2>${translate('report.unknown.title')}</h2>
    <ul class="unknowns">
      ${unknowns(report).map(
        ({ risk, next }) => html`<li>${say(risk, translate)}<span class="next">→ ${say(next, translate)}</span></li>`,
      )}
    </ul>
    <h3>${translate('report.count.title')}</h3>
    ${countsTable(report, format)} ${thumbnails(report, format)}
    <h3>${translate('report.method.title')}</h3>
    <p class="lead">${translate('report.method.text')}</p>`;
}
