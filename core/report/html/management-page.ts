import { managementPoints } from '../management.ts';
import type { ManagementPoint } from '../management-point.ts';
import type { ReportData } from '../report-data.ts';
import { curvePoints } from '../sections.ts';
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
  readonly name: 'accuracy' | 'labels' | 'effort' | 'correction' | 'burden';
  /** null: not measured. */
  readonly value: string | null;
  readonly note: string;
}

/** The five measures by which a pilot is judged. */
export function measures(report: ReportData, format: Format): readonly Measure[] {
  const { translate } = format;
  const { classifier, threshold, effort, labelSaving, roi } = report;
  const first = curvePoints(report.labelEfficiency)[0];
  const kpi = (name: Measure['name'], value: string | null, note: string): Measure => ({ name, value, note });
  const balanced = classifier?.balancedAccuracy ?? null;
  const minutes = threshold?.line.reviewMinutesPerShift;
  return [
    kpi(
      'accuracy',
      balanced === null ? null : format.percent(balanced),
      translate('report.kpi.accuracy_note', { pictures: classifier?.accuracy.denominator ?? 0 }),
    ),
    kpi(
      'labels',
      first ? `${format.number(first.pretrained, 2)} / ${format.number(first.randomInit, 2)}` : null,
      first
        ? translate('report.kpi.labels_note', {
            labels: first.labels,
            hours: labelSaving?.savedHours ?? 0,
            saves: labelSaving && labelSaving.savedHours > 0 ? 'yes' : 'no',
          })
        : '',
    ),
    kpi(
      'effort',
      // Labels from a file were not timed: no time is no measurement of none.
      effort.labellingSeconds > 0 ? translate('report.hours', { hours: effort.labellingSeconds / 3600 }) : null,
      translate('report.kpi.effort_note', {
        labels: report.counts.labelled,
        minutes: (report.pretraining?.seconds ?? 0) / 60,
      }),
    ),
    kpi(
      'correction',
      effort.medianCorrectionSeconds === null
        ? null
        : translate('report.seconds', { seconds: effort.medianCorrectionSeconds }),
      translate('report.kpi.correction_note', {
        keys: effort.medianCorrectionKeystrokes ?? 0,
        clicks: effort.medianCorrectionClicks ?? 0,
        measured: effort.measuredCorrections,
        corrections: effort.corrections,
        learnt: effort.correctionsLearnt,
      }),
    ),
    kpi(
      'burden',
      minutes?.value === undefined || minutes.value === null
        ? null
        : translate('report.minutes', { minutes: minutes.value }),
      translate('report.kpi.burden_note', {
        interruptions: effort.interruptions,
        upkeep: roi?.inputs.upkeepHoursPerMonth.value ?? 0,
        known: roi ? 'yes' : 'no',
      }),
    ),
  ];
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
            <div class="note">${value === null ? null : note}</div>
          </div>`,
      )}
    </div>`;
}

/** The page a plant manager reads and signs: three points, five measures, where the figures come from. */
export function managementPage(report: ReportData, format: Format): Markup {
  const { translate } = format;
  const { pilot, counts } = report;
  const points = managementPoints(report);
  const five = measures(report, format);
  const zoom = zoomToFit(
    points,
    five.map(({ note }) => note),
    pageLayout,
    format,
  );
  return html`<main class="page one">
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
