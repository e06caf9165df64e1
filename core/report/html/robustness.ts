import type { ReportData } from '../report-data.ts';
import { robustnessLines } from '../robustness.ts';
import type { Format } from './format.ts';
import { html, type Markup } from './markup.ts';

/** What the model bears, a sentence for each disturbance; that it was not measured is said, too. */
export function robustnessSection({ robustness }: ReportData, { translate }: Format): Markup {
  const [basis = '', ...lines] = robustness === null ? [] : robustnessLines(translate, robustness);
  return html`<h3>${translate('report.robustness.title')}</h3>
    ${
      robustness === null
        ? html`<p class="none">${translate('report.robustness.none')}</p>`
        : html`<p class="lead">${basis}</p>
            <ul class="rights">
              ${lines.map((line) => html`<li>${line}</li>`)}
            </ul>`
    }`;
}
