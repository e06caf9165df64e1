import { fiveMeasures } from '../five-measures.ts';
import { managementPoints } from '../management.ts';
import type { ManagementPoint } from '../management-point.ts';
import type { ReportData } from '../report-data.ts';
import { say } from '../sentence.ts';
import type { Format } from './format.ts';
import { html, type Markup } from './markup.ts';

function pointSection({ point, tone, headline, lines }: ManagementPoint, number: number, format: Format): Markup {
  const { translate } = format;
  return html`<section class="point ${tone}">
    <div class="no">${number}</div>
    <div>
      <div class="kind">
        ${translate(`report.point.${point}`)}
        <span class="chip ${tone}">${translate(`report.tone.${point}.${tone}`)}</span>
      </div>
      <p class="headline">${say(headline, translate)}</p>
      <ul>
        ${lines.map(
          (line) =>
            html`<li>
              ${line.role ? html`<b>${translate(`report.role.${line.role}`)}</b>` : null}${say(line, translate)}
            </li>`,
        )}
      </ul>
    </div>
  </section>`;
}

/** Each measure with what it rests on first, since the page must stay one; where it is not measured, with what it would take. */
function kpiCard(report: ReportData, { translate }: Format): Markup {
  return html`<h3>${translate('report.kpi.title')}</h3>
    <div class="kpis">
      ${fiveMeasures(report).map(
        ({ name, value, estimated, notes, take }) =>
          html`<div class="kpi">
            <div class="name">${translate(`report.kpi.${name}`)}</div>
            ${
              value === null
                ? html`<div class="value words none">${translate('report.not_measured')}</div>
                    <div class="note">${say(take, translate)}</div>`
                : html`<div class="value">${say(value, translate)}</div>
                    <div class="note">
                      ${estimated ? html`${translate('report.kpi.estimated')} ` : null}
                      ${notes.slice(0, 1).map((note) => say(note, translate))}
                    </div>`
            }
          </div>`,
      )}
    </div>`;
}

/** The page a plant manager reads and signs: three points, five measures, where the figures come from. */
export function managementPage(report: ReportData, format: Format): Markup {
  const { translate } = format;
  const { pilot, counts } = report;
  return html`<main class="page">
    <header class="masthead">
      <div>
        <div class="sub">${translate('report.title')}</div>
        <h1>${pilot.lineName}</h1>
        <div class="sub">
          ${translate('report.period', {
            from: format.date(pilot.startedAtMs),
            to: format.date(report.createdAtMs),
            images: counts.images,
            cameras: pilot.cameras.length,
          })}
        </div>
      </div>
      <div class="brand">Minarai 見習い</div>
    </header>
    ${managementPoints(report).map((point, at) => pointSection(point, at + 1, format))} ${kpiCard(report, format)}
    <div class="sign">
      <p class="note">${translate('report.sign.note')}</p>
      ${(['approved', 'checked', 'prepared'] as const).map(
        (role) =>
          html`<div class="box">
            ${translate(`report.sign.${role}`)}
            <div>${role === 'prepared' ? pilot.person : ''}</div>
          </div>`,
      )}
    </div>
  </main>`;
}
