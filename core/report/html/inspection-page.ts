import type { Estimate } from '#core/domain/line-estimate.ts';
import type { Rate } from '#core/domain/interval.ts';
import type { ReportData, ReportThreshold } from '../report-data.ts';
import { histogramChart } from './charts.ts';
import { confusionTable } from './confusion-table.ts';
import type { Format } from './format.ts';
import { html, type Markup } from './markup.ts';
import { marksEachTable } from './marks-each-table.ts';

/** A figure and its range in a column each. */
function columns(
  figure: { readonly value: number | null; readonly lower95: number; readonly upper95: number },
  write: (value: number) => string,
  format: Format,
): Markup {
  return figure.value === null
    ? html`<td class="none">${format.translate('report.not_measured')}</td>
        <td></td>`
    : html`<td>${write(figure.value)}</td>
        <td class="range">${format.range(figure, write)}</td>`;
}

/** A figure with its range under it. */
function cell(figure: Rate | Estimate, write: (value: number) => string, format: Format): Markup {
  return figure.value === null
    ? html`<td class="none">${format.translate('report.not_measured')}</td>`
    : html`<td>${write(figure.value)}<span class="range">${format.range(figure, write)}</span></td>`;
}

function ratesTable({ rates, line }: ReportThreshold, report: ReportData, format: Format): Markup {
  const { translate } = format;
  const row = (name: 'escape' | 'overkill' | 'flagged_good' | 'flagged', rate: Rate) =>
    html`<tr>
      <td>${translate(`report.rate.${name}`)}</td>
      ${columns(rate, (value) => format.percent(value), format)}
      <td>${translate('report.of', { part: rate.numerator, whole: rate.denominator })}</td>
      <td class="left">${translate(`report.rate.${name}_means`)}</td>
    </tr>`;
  const { audit } = report;
  return html`<table>
    <tr>
      <th></th>
      <th>${translate('report.column.value')}</th>
      <th>${translate('report.column.range')}</th>
      <th>${translate('report.column.counted')}</th>
      <th class="left">${translate('report.column.means')}</th>
    </tr>
    ${[
      row('escape', rates.escape),
      row('overkill', rates.overkill),
      row('flagged_good', rates.flaggedGood),
      row('flagged', rates.flagged),
    ]}
    <tr>
      <td>${translate('report.rate.outflow')}</td>
      ${columns(line.outflowPpm, (value) => `${format.number(value)} ppm`, format)}
      <td>${translate('report.of', { part: line.outflowPpm.numerator, whole: line.outflowPpm.denominator })}</td>
      <td class="left">${translate('report.rate.outflow_means')}</td>
    </tr>
    <tr>
      <td>${translate('report.rate.audit')}</td>
      ${columns(audit?.escape ?? { value: null, lower95: 0, upper95: 1 }, (value) => format.percent(value), format)}
      <td>${translate('report.of_audited', { audited: report.counts.audited })}</td>
      <td class="left">${translate('report.rate.audit_means')}</td>
    </tr>
  </table>`;
}

function whatIfTable({ whatIf }: ReportThreshold, format: Format): Markup {
  const { translate } = format;
  return html`<table>
    <tr>
      <th>${translate('report.column.marks')}</th>
      ${(['escaped', 'overkill', 'flagged_good', 'minutes', 'cost'] as const).map(
        (name) => html`<th>${translate(`report.whatif.${name}`)}</th>`,
      )}
    </tr>
    ${whatIf.map(
      ({ name, marks, line }) =>
        html`<tr class="${name === 'applied' ? 'strong' : ''}">
          <td>
            ${translate(`report.whatif.${name}`)}<span class="range"
              >${format.number(marks.review, 2)} / ${format.number(marks.reject, 2)}</span
            >
          </td>
          ${cell(line.perThousand.escaped, (value) => format.number(value, 2), format)}
          ${cell(line.perThousand.overkill, (value) => format.number(value, 1), format)}
          ${cell(line.perThousand.flaggedGood, (value) => format.number(value, 1), format)}
          ${cell(line.reviewMinutesPerShift, (value) => format.number(value, 1), format)}
          ${cell(line.costYenPerMonth, (value) => format.yen(value), format)}
        </tr>`,
    )}
  </table>`;
}

/** What the threshold does: scores by label, rates with their counts, and what other marks would do. */
export function inspectionPage(report: ReportData, format: Format): Markup {
  const { translate } = format;
  const { threshold } = report;
  if (!threshold)
    return html`<h2>${translate('report.inspection.title')}</h2>
      <p class="lead">${translate('report.inspection.not_measured')}</p>`;
  const { promise } = threshold;
  return html`<h2>${translate('report.inspection.title')}</h2>
    <p class="lead">
      ${translate('report.inspection.lead', {
        review: threshold.marks.review,
        reject: threshold.marks.reject,
        who: threshold.who === '' ? '–' : threshold.who,
        date: format.date(threshold.appliedAtMs),
      })}
      ${threshold.reason === '' ? null : translate('report.inspection.reason', { reason: threshold.reason })}
    </p>
    <figure>
      ${histogramChart(threshold.histogram, threshold.marks, format)}
      <figcaption class="legend">
        <span><i style="background:#9fb3c8"></i>${translate('report.legend.good')}</span>
        <span><i style="background:#dde3e9"></i>${translate('report.legend.unknown')}</span>
        <span><i style="background:#c0452b"></i>${translate('report.legend.defect')}</span>
        <span><i style="background:#f6dfa6"></i>${translate('report.legend.review')}</span>
      </figcaption>
    </figure>
    <h3>${translate('report.inspection.rates')}</h3>
    ${ratesTable(threshold, report, format)}
    ${threshold.each.length === 0 ? null : marksEachTable(threshold.each, format)}
    <h3>${translate('report.confusion.title')}</h3>
    <p class="lead">${translate('report.confusion.lead')}</p>
    ${confusionTable(threshold, format)}
    <h3>${translate('report.whatif.title', { rate: threshold.lineFacts.defectRate })}</h3>
    ${whatIfTable(threshold, format)}
    <p class="lead">
      ${
        report.drifted.length > 0
          ? translate('report.promise.suspended', { share: threshold.promisedOverkill })
          : promise.promised
            ? translate('report.promise.made', {
                share: threshold.promisedOverkill,
                mark: promise.mark,
                good: promise.goodUsed,
              })
            : translate('report.promise.not_yet', {
                share: threshold.promisedOverkill,
                needed: promise.goodStillNeeded,
              })
      }
    </p>`;
}
