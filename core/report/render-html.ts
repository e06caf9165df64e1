import type { Translate } from '#messages/translate.ts';
import { htmlDocument } from './html/document.ts';
import { Format } from './html/format.ts';
import { examplesPage } from './html/examples-page.ts';
import { inspectionPage } from './html/inspection-page.ts';
import { learningPage } from './html/learning-page.ts';
import { limitsPage } from './html/limits-page.ts';
import { managementPage } from './html/management-page.ts';
import { html, type Markup } from './html/markup.ts';
import { inputsPage, moneyPage } from './html/money-page.ts';
import { provenancePage } from './html/provenance-page.ts';
import { reportStyle } from './html/report-style.ts';
import type { ReportData } from './report-data.ts';
import { planPage } from './html/plan-page.ts';

/**
 * The report as one self-contained HTML file: one A4 page to sign and its appendix; no script, no outside resource, every value escaped. It opens in any
 * browser and prints as it looks.
 */
export function renderHtml(report: ReportData, translate: Translate): string {
  const format = new Format(translate, report.currency);
  const details = [
    provenancePage(report, format),
    planPage(report, format),
    inspectionPage(report, format),
    learningPage(report, format),
    moneyPage(report, format),
    inputsPage(report, format),
    examplesPage(report, format),
    limitsPage(report, format),
  ].filter((page) => page !== null);
  const page = (content: Markup) =>
    html`<section class="page">
      <div class="running">
        <span>${translate('report.title')} – ${report.pilot.lineName}</span>
        <span>${format.date(report.createdAtMs)}</span>
      </div>
      ${content}
    </section>`;
  const title = `${translate('report.title')} – ${report.pilot.lineName}`;
  const body = html`${managementPage(report, format)} ${details.map(page)}`;
  return htmlDocument(
    {
      title,
      generator: `Minarai ${report.pilot.appVersion}`,
      ownStyle: reportStyle(`${title} · ${format.date(report.createdAtMs)}`),
      body,
    },
    format,
  );
}
