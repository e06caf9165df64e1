import type { Translate } from '#messages/translate.ts';
import { efficiencyChart, histogramChart } from './html/charts.ts';
import { slideLayout, zoomToFit } from './html/density.ts';
import { htmlDocument } from './html/document.ts';
import { Format } from './html/format.ts';
import { kpiCard, masthead, measures, pointSection } from './html/management-page.ts';
import { html, type Markup } from './html/markup.ts';
import type { ManagementPoint } from './management-point.ts';
import { managementPoints } from './management.ts';
import type { ReportData } from './report-data.ts';
import { curveMeasure, curvePoints } from './sections.ts';

/** A slide of an ordinary presentation, pixels. */
export const SLIDE_SIZE = { width: 1920, height: 1080 } as const;

/** Sentences under each point: who is far away reads no more. The next step is one of them. */
const LINES = 3;

function fewLines(point: ManagementPoint): ManagementPoint {
  const next = point.lines.find(({ role }) => role === 'next');
  const others = point.lines.filter((line) => line !== next);
  return { ...point, lines: next ? [...others.slice(0, LINES - 1), next] : others.slice(0, LINES) };
}

const style = `
@page { size: 1920px 1080px; margin: 0 }
html { background: #fff } body { width: 1920px; height: 1080px; overflow: hidden; padding: 36px 64px 32px; display: grid; grid-template-rows: auto 1fr auto; gap: 10px; font-size: 22px }
.masthead h1 { font-size: 42px; line-height: 1.4; max-width: 1380px; white-space: nowrap; overflow: hidden; text-overflow: ellipsis }
.masthead .sub { font-size: 22px } .masthead .brand { font-size: 26px }
.columns { display: grid; grid-template-columns: 1150px 1fr; gap: 48px; min-height: 0; overflow: hidden }
.columns > div { overflow-wrap: anywhere }
.point { grid-template-columns: 56px 1fr; gap: 0 20px; padding: 14px 0 11px }
.point .no { width: 56px; height: 56px; font-size: 28px } .point .kind { font-size: 20px }
.point .headline { font-size: 30px; line-height: 1.35; display: -webkit-box; -webkit-box-orient: vertical; -webkit-line-clamp: 2; overflow: hidden }
.point li { font-size: 20px; line-height: 1.4; display: list-item } .point ul { padding-left: 24px }
.chip { font-size: 18px; line-height: 28px; border-radius: 14px; padding: 0 14px }
.chart { align-self: center } .chart svg { font-size: 11px } .chart h3, h3 { font-size: 22px; margin: 0 0 6px } figcaption, .legend { font-size: 17px }
.kpis { gap: 16px; margin: 0 } .kpi { padding: 14px 18px 12px } .kpi .name { font-size: 19px } .kpi .value { font-size: 36px } .kpi .value.words { font-size: 24px }
.kpi .note { font-size: 16px; line-height: 1.35; display: -webkit-box; -webkit-box-orient: vertical; -webkit-line-clamp: 2; overflow: hidden }
`;

/** The chart that says most of what is there: what few labels were enough for, else how the scores lie. */
function chart(report: ReportData, format: Format): Markup | null {
  const { translate } = format;
  const points = curvePoints(report.labelEfficiency);
  if (points.length > 0) {
    const measure = translate(`report.measure.${curveMeasure(report.labelEfficiency)}`);
    return html`<h3>${translate('report.learning.efficiency')}</h3>
      ${efficiencyChart(points, measure, format)}`;
  }
  if (report.threshold === null) return null;
  const { histogram, marks } = report.threshold;
  return html`<h3>${translate('report.inspection.title')}</h3>
    ${histogramChart(histogram, marks, format)}`;
}

/** Page one of the report as a slide: three points, five measures, one chart. A page of {@link SLIDE_SIZE} without script. */
export function renderSlide(report: ReportData, translate: Translate): string {
  const format = new Format(translate);
  const points = managementPoints(report).map(fewLines);
  const drawn = chart(report, format);
  const title = `${translate('report.title')} – ${report.pilot.lineName}`;
  const body = html`${masthead(report, format)}
    <div class="columns">
      <div style="zoom: ${zoomToFit(points, [], slideLayout, format)}">
        ${points.map((point, at) => pointSection(point, at + 1, format))}
      </div>
      ${drawn === null ? null : html`<figure class="chart">${drawn}</figure>`}
    </div>
    <div>${kpiCard(measures(report, format), format)}</div>`;
  return htmlDocument({ title, ownStyle: style, body }, format);
}
