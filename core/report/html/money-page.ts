import { type RoiInputName, roiInputNames, type RoiResult } from '#core/domain/roi.ts';
import { missingInputs } from '#core/domain/roi-missing.ts';
import { rangeOf } from '#core/domain/roi-scenarios.ts';
import type { ReportData, ReportRoi } from '../report-data.ts';
import { tornadoChart } from './charts.ts';
import { inputChangesTable } from './input-changes.ts';
import type { Format } from './format.ts';
import { inputValue, volume } from './input-value.ts';
import { html, type Markup } from './markup.ts';

function scenarioTable({ scenarios }: ReportRoi, format: Format): Markup {
  const { translate } = format;
  const columns = [scenarios.conservative, scenarios.expected, scenarios.upside];
  const row = (
    name:
      | 'hours_saved'
      | 'escape'
      | 'overkill'
      | 'other'
      | 'operating'
      | 'net_cash'
      | 'net_hours'
      | 'one_off'
      | 'payback'
      | 'discounted'
      | 'roi'
      | 'npv'
      | 'break_even'
      | 'break_even_cash',
    write: (result: RoiResult) => string,
    strong = false,
  ) =>
    html`<tr class="${strong ? 'strong' : ''}">
      <td>${translate(`report.roi.${name}`)}</td>
      ${columns.map((result) => html`<td>${write(result)}</td>`)}
    </tr>`;
  return html`<table>
    <tr>
      <th></th>
      ${(['conservative', 'expected', 'upside'] as const).map((name) => html`<th>${translate(`report.scenario.${name}`)}</th>`)}
    </tr>
    ${[
      row('hours_saved', (r) => translate('report.hours', { hours: r.hoursSavedPerMonth })),
      row('escape', (r) => format.yen(r.escapeYen)),
      row('overkill', (r) => format.yen(r.overkillYen)),
      row('other', (r) => format.yen(r.otherYen)),
      row('operating', (r) => format.yen(r.operatingYen)),
      row('net_cash', (r) => format.yen(r.cash.netYenPerMonth), true),
      row('net_hours', (r) => format.yen(r.withHours.netYenPerMonth)),
      row('one_off', (r) => format.yen(r.oneOffYen)),
      row('payback', (r) => format.months(r.cash.paybackMonths), true),
      row('discounted', (r) => format.months(r.cash.discountedPaybackMonths)),
      row('roi', (r) => (r.cash.roi === null ? '–' : format.percent(r.cash.roi, 0))),
      row('npv', (r) => format.yen(r.cash.npvYen)),
      row('break_even_cash', (r) => volume(r.breakEvenCashPartsPerMonth, format)),
      row('break_even', (r) => volume(r.breakEvenPartsPerMonth, format)),
    ]}
  </table>`;
}

function inputsTable({ inputs }: ReportRoi, names: readonly RoiInputName[], format: Format): Markup {
  const { translate } = format;
  return html`<table class="inputs">
    ${names.map((name) => {
      const input = inputs[name];
      const { low, high } = rangeOf(name, input);
      return html`<tr>
        <td>${translate(`report.input.${name}`)}</td>
        <td>
          ${inputValue(name, input.value, format)}${
            low === high
              ? null
              : html`<span class="range">${inputValue(name, low, format)} – ${inputValue(name, high, format)}</span>`
          }
        </td>
        <td><span class="chip ${input.kind}">${translate(`report.kind.${input.kind}`)}</span></td>
      </tr>`;
    })}
  </table>`;
}

/** What the pilot returns in three scenarios, and what that depends on. */
export function moneyPage({ roi }: ReportData, format: Format): Markup {
  const { translate } = format;
  if (!roi)
    return html`<h2>${translate('report.roi.title')}</h2>
      <p class="lead">${translate('report.money.not_measured')}</p>`;
  const missing = missingInputs(roi.inputs).length;
  return html`<h2>${translate('report.roi.title')}</h2>
    <p class="lead">${translate('report.roi.lead', { years: roi.inputs.years.value })}</p>
    ${missing === 0 ? null : html`<p class="lead"><b>${translate('report.roi.rough', { missing })}</b></p>`}
    ${scenarioTable(roi, format)}
    ${
      roi.tornado.length === 0
        ? null
        : html`<h3>${translate('report.roi.tornado')}</h3>
            <p class="lead">${translate('report.roi.tornado_lead')}</p>
            <figure>${tornadoChart(roi.tornado, roi.scenarios.expected.cash.npvYen, format)}</figure>`
    }`;
}

/** Every input with its range and where it comes from. */
export function inputsPage(report: ReportData, format: Format): Markup | null {
  const { roi } = report;
  if (!roi) return null;
  const half = Math.ceil(roiInputNames.length / 2);
  return html`<h2>${format.translate('report.inputs.title')}</h2>
    <p class="lead">${format.translate('report.inputs.lead')}</p>
    <div class="two">
      <div>${inputsTable(roi, roiInputNames.slice(0, half), format)}</div>
      <div>${inputsTable(roi, roiInputNames.slice(half), format)}</div>
    </div>
    ${inputChangesTable(report, format)}`;
}
