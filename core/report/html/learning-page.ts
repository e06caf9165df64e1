import { aurocInterval, rateOf } from '#core/domain/interval.ts';
import type { Representation } from '#core/contract/engine.ts';
import { labelEfficiencySentence, randomStartSentence } from '../improved.ts';
import type { ReportData } from '../report-data.ts';
import { curveMeasure, curvePoints } from '../sections.ts';
import { say } from '../sentence.ts';
import { efficiencyChart } from './charts.ts';
import type { Format } from './format.ts';
import { html, type Markup } from './markup.ts';

/** A share of `pictures` with its exact range, from the share alone. */
function sharedCell(value: number | null, pictures: number, format: Format): Markup {
  if (value === null) return html`<td class="none">${format.translate('report.not_measured')}</td>`;
  const rate = rateOf(Math.round(value * pictures), pictures);
  return html`<td>
    ${format.percent(value)}<span class="range">${format.range(rate, (share) => format.percent(share))}</span>
  </td>`;
}

function plainCell(
  value: number | null,
  format: Format,
  range: { lower: number; upper: number } | null = null,
): Markup {
  if (value === null) return html`<td class="none">${format.translate('report.not_measured')}</td>`;
  return html`<td>
    ${format.number(value, 3)}${
      range
        ? html`<span class="range">${format.number(range.lower, 3)} – ${format.number(range.upper, 3)}</span>`
        : null
    }
  </td>`;
}

function representationTable(pretrained: Representation, randomInit: Representation, format: Format): Markup {
  const { translate } = format;
  const arms = [pretrained, randomInit];
  const row = (name: 'knn' | 'linear' | 'linear_balanced' | 'nmi' | 'ari', cells: readonly Markup[]) =>
    html`<tr>
      <td>${translate(`report.representation.${name}`)}</td>
      ${cells}
    </tr>`;
  return html`<table>
    <tr>
      <th></th>
      <th>${translate('report.arm.pretrained')}</th>
      <th>${translate('report.arm.random')}</th>
    </tr>
    ${[
      row(
        'knn',
        arms.map((arm) => sharedCell(arm.knnAccuracy, arm.testRows, format)),
      ),
      row(
        'linear',
        arms.map((arm) => sharedCell(arm.linearAccuracy, arm.testRows, format)),
      ),
      row(
        'linear_balanced',
        arms.map((arm) => plainCell(arm.linearBalancedAccuracy, format)),
      ),
      row(
        'nmi',
        arms.map((arm) => plainCell(arm.nmi, format)),
      ),
      row(
        'ari',
        arms.map((arm) => plainCell(arm.ari, format)),
      ),
    ]}
  </table>`;
}

function classifierTable(report: ReportData, format: Format): Markup {
  const { translate } = format;
  const { classifier, anomaly } = report;
  const defects = classifier?.defects ?? 0;
  const good = classifier?.good ?? 0;
  const row = (
    name:
      | 'auroc'
      | 'average_precision'
      | 'balanced_accuracy'
      | 'calibration_error'
      | 'calibration_chance'
      | 'anomaly_auroc',
    cell: Markup,
  ) =>
    html`<tr>
      <td>${translate(`report.metric.${name}`)}</td>
      ${cell}
    </tr>`;
  const withRange = (area: number | null) =>
    plainCell(area, format, area === null ? null : aurocInterval(area, defects, good));
  return html`<table>
    <tr>
      <th></th>
      <th>${translate('report.column.value_range')}</th>
    </tr>
    ${[
      row('auroc', withRange(classifier?.auroc ?? null)),
      row('average_precision', plainCell(classifier?.averagePrecision ?? null, format)),
      row('balanced_accuracy', plainCell(classifier?.balancedAccuracy ?? null, format)),
      row('calibration_error', plainCell(classifier?.calibration?.error ?? null, format)),
      row('calibration_chance', plainCell(classifier?.calibration?.byChance ?? null, format)),
      row('anomaly_auroc', withRange(anomaly?.auroc ?? null)),
    ]}
  </table>`;
}

/** What was learnt without labels, proven on the user's own labels against the same network without pretraining. */
export function learningPage(report: ReportData, format: Format): Markup {
  const { translate } = format;
  const { pretraining, representation, labelEfficiency, classifier } = report;
  const points = curvePoints(labelEfficiency);
  const needs = randomStartSentence(labelEfficiency);
  const measure = translate(`report.measure.${curveMeasure(labelEfficiency)}`);
  return html`<h2>${translate('report.learning.title')}</h2>
    <p class="lead">
      ${
        pretraining
          ? translate('report.learning.lead', {
              images: pretraining.images,
              views: pretraining.views,
              minutes: pretraining.seconds / 60,
              backend: report.pilot.backend,
            })
          : translate('report.learning.not_measured')
      }
    </p>
    <h3>${translate('report.learning.efficiency')}</h3>
    <p class="lead">${say(labelEfficiencySentence(labelEfficiency), translate)}</p>
    ${needs && html`<p>${say(needs, translate)}</p>`}
    ${
      points.length === 0
        ? null
        : html`<figure>
              ${efficiencyChart(points, measure, format)}
              <figcaption>${translate('report.learning.band', { draws: points[0]?.draws ?? 0 })}</figcaption>
            </figure>
            <table>
              <tr>
                <th>${translate('report.chart.labels')}</th>
                <th>${translate('report.arm.pretrained')}</th>
                <th>${translate('report.arm.random')}</th>
                <th>${translate('report.column.gain')}</th>
              </tr>
              ${points.map(
                (point) =>
                  html`<tr>
                    <td>${translate('report.learning.draw', { labels: point.labels, k: point.k })}</td>
                    <td>${format.number(point.pretrained, 3)} ± ${format.number(point.pretrainedSd, 3)}</td>
                    <td>${format.number(point.randomInit, 3)} ± ${format.number(point.randomInitSd, 3)}</td>
                    <td>
                      ${point.pretrained >= point.randomInit ? '+' : '−'}${format.number(Math.abs(point.pretrained - point.randomInit), 3)}
                    </td>
                  </tr>`,
              )}
            </table>`
    }
    <div class="two">
      <div>
        <h3>${translate('report.learning.representation')}</h3>
        ${
          representation
            ? representationTable(representation.pretrained, representation.randomInit, format)
            : html`<p class="none">${translate('report.not_measured')}</p>`
        }
      </div>
      <div>
        <h3>${translate('report.learning.classifier')}</h3>
        ${classifierTable(report, format)}
        ${
          classifier
            ? html`<p class="lead">
                ${translate('report.good_and_defect', { good: classifier.good, defects: classifier.defects })}
                ${translate(`report.measured_on.${classifier.measuredOn}`)}
              </p>`
            : null
        }
      </div>
    </div>`;
}
