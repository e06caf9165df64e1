import type { ReportData } from '../report-data.ts';
import { say } from '../sentence.ts';
import { unknowns } from '../unknowns.ts';
import type { Format } from './format.ts';
import { html, type Markup } from './markup.ts';
import { robustnessSection } from './robustness.ts';

const rights = ['pictures', 'data', 'network', 'people', 'kept', 'report'] as const;
const notRecorded = ['owner', 'permission', 'period', 'seen'] as const;

/** What is known of where data lie and how long, and what nobody has recorded yet: no more than that is claimed. */
function rightsSection({ examples }: ReportData, { translate }: Format): Markup {
  return html`<h2>${translate('report.rights.title')}</h2>
    <ul class="rights">
      ${rights.map((name) => html`<li>${translate(`report.rights.${name}`, { pictures: examples.length })}</li>`)}
    </ul>
    <h3>${translate('report.rights.open_title')}</h3>
    <ul class="rights">
      ${notRecorded.map((name) => html`<li>${translate(`report.rights.open.${name}`)}</li>`)}
    </ul>`;
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
    ${robustnessSection(report, format)}
    <h3>${translate('report.method.title')}</h3>
    <p class="lead">${translate('report.method.text')}</p>
    ${rightsSection(report, format)}`;
}
