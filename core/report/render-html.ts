import type { Translate } from '#messages/translate.ts';
import { htmlDocument } from './html/document.ts';
import { Format } from './html/format.ts';
import { inspectionPage } from './html/inspection-page.ts';
import { learningPage } from './html/learning-page.ts';
import { limitsPage } from './html/limits-page.ts';
import { managementPage } from './html/management-page.ts';
import { html, type Markup } from './html/markup.ts';
import { inputsPage, moneyPage } from './html/money-page.ts';
import type { ReportData } from './report-data.ts';
import { planPage } from './html/plan-page.ts';

/**
 * The report as one self-contained HTML file of A4 pages: no script, no outside resource, every value escaped. It opens in any
 * browser and prints as it looks.
 */
export function renderHtml(report: ReportData, translate: Translate): string {
  const format = new Format(translate, report.currency);
  const details = [
    planPage(report, format),
    inspectionPage(report, format),
    learningPage(report, format),
    moneyPage(report, format),
    inputsPage(report, format),
    limitsPage(report, format),
  ].filter((page) => page !== null);
  const page = (content: Markup, at: number) =>
    html`<section class="page">
      <div class="running">
        <span>${translate('report.title')} – ${report.pilot.lineName}</span>
        <span>${format.date(report.createdAtMs)} · ${at + 2} / ${details.length + 1}</span>
      </div>
      ${content}
    </section>`;
  const title = `${translate('report.title')} – ${report.pilot.lineName}`;
  const body = html`${managementPage(report, format)} ${details.map(page)}`;
  return htmlDocument({ title, generator: `Minarai ${report.pilot.appVersion}`, body }, format);
}
