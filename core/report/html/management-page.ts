import { fiveMeasures, type Measure as MeasureView } from '../five-measures.ts';
import { managementPoints } from '../management.ts';
import type { ManagementPoint } from '../management-point.ts';
import type { ReportData } from '../report-data.ts';
import { say } from '../sentence.ts';
import { pageLayout, zoomToFit } from './density.ts';
import type { Format } from './format.ts';
import { html, type Markup } from './markup.ts';

export function pointSection(
  { point, tone, headline, lines }: ManagementPoint,
  number: number,
  format: Format,
): Markup {
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

interface Measure {
  readonly name: MeasureView['name'];
  /** null: not measured. */
  readonly value: string | null;
  /** What it rests on first, since the page must stay one; where it is not measured, what it would take. */
  readonly note: string;
}

/** The five measures by which a pilot is judged. */
export function measures(report: ReportData, { translate }: Format): readonly Measure[] {
  return fiveMeasures(report).map(({ name, value, estimated, notes, take }) => {
    const [first] = notes;
    const basis = `${estimated ? `${translate('report.kpi.estimated')} ` : ''}${first ? say(first, translate) : ''}`;
    return value === null
      ? { name, value: null, note: say(take, translate) }
      : { name, value: say(value, translate), note: basis };
  });
}

/** All five side by side, so that none is praised at the cost of another. */
export function kpiCard(all: readonly Measure[], { translate }: Format): Markup {
  return html`<h3>${translate('report.kpi.title')}</h3>
    <div class="kpis">
      ${all.map(
        ({ name, value, note }) =>
          html`<div class="kpi">
            <div class="name">${translate(`report.kpi.${name}`)}</div>
            ${
              value === null
                ? html`<div class="value words none">${translate('report.not_measured')}</div>`
                : html`<div class="value">${value}</div>`
            }
            <div class="note">${note}</div>
          </div>`,
      )}
    </div>`;
}

/** Whose report it is, of which days and how many pictures: the head of page one and of the slide. */
export function masthead({ pilot, counts, createdAtMs }: ReportData, format: Format): Markup {
  const { translate } = format;
  return html`<header class="masthead">
    <div>
      <div class="sub">${translate('report.title')}</div>
      <h1>${pilot.lineName}</h1>
      <div class="sub">
        ${translate('report.period', {
          from: format.date(pilot.startedAtMs),
          to: format.date(createdAtMs),
          images: counts.images,
          cameras: pilot.cameras.length,
        })}
      </div>
    </div>
    <div class="brand">Minarai 見習い</div>
  </header>`;
}

/** The page a plant manager reads and signs: three points, five measures, where the figures come from. */
export function managementPage(report: ReportData, format: Format): Markup {
  const { translate } = format;
  const { pilot } = report;
  const points = managementPoints(report);
  const five = measures(report, format);
  const zoom = zoomToFit(
    points,
    five.map(({ note }) => note),
    pageLayout,
    format,
  );
  return html`<main class="page one">
    ${masthead(report, format)}
    <div class="fit" style="zoom: ${zoom}">
      ${points.map((point, at) => pointSection(point, at + 1, format))} ${kpiCard(five, format)}
    </div>
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
