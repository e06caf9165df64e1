import { rateOf } from '#core/domain/interval.ts';
import type { Verdict } from '#core/domain/threshold.ts';
import type { ReportThreshold } from '../report-data.ts';
import type { Format } from './format.ts';
import { html, type Markup } from './markup.ts';

/** Verdicts in the order in which a score rises through them. */
export const verdictOrder = ['ok', 'review', 'reject'] as const satisfies readonly Verdict[];
const kinds = ['good', 'defect', 'unknown'] as const;

/** What the marks make of good parts, of defects and of what nobody judged: counts, shares of the column and their exact ranges. */
export function confusionTable({ rates: { counts } }: ReportThreshold, format: Format): Markup {
  const { translate } = format;
  const whole = (kind: (typeof kinds)[number]) => verdictOrder.reduce((sum, verdict) => sum + counts[verdict][kind], 0);
  const tone = (verdict: Verdict, kind: (typeof kinds)[number]): string => {
    if (kind === 'unknown') return '';
    if ((kind === 'defect' && verdict === 'ok') || (kind === 'good' && verdict === 'reject')) return 'bad';
    return (kind === 'defect') === (verdict === 'reject') && verdict !== 'review' ? 'fine' : '';
  };
  return html`<table class="matrix">
    <tr>
      <th></th>
      ${kinds.map((kind) => html`<th>${translate(`report.confusion.${kind}`)}</th>`)}
    </tr>
    ${verdictOrder.map(
      (verdict) =>
        html`<tr>
          <td>${translate(`report.verdict.${verdict}`)}</td>
          ${kinds.map((kind) => {
            const rate = rateOf(counts[verdict][kind], whole(kind));
            return html`<td class="${tone(verdict, kind)}">
              ${format.number(counts[verdict][kind])}${
                rate.value === null || kind === 'unknown'
                  ? null
                  : html`<span class="range"
                      >${format.percent(rate.value)} (${format.range(rate, (value) => format.percent(value))})</span
                    >`
              }
            </td>`;
          })}
        </tr>`,
    )}
    <tr class="strong">
      <td>${translate('report.confusion.total')}</td>
      ${kinds.map((kind) => html`<td>${format.number(whole(kind))}</td>`)}
    </tr>
  </table>`;
}
