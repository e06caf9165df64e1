import { type RoiInputName, roiInputNames, roiInputUnits, type RoiResult } from '#core/domain/roi.ts';
import { rangeOf } from '#core/domain/roi-scenarios.ts';
import type { ReportData, ReportRoi } from '../report-data.ts';
import { tornadoChart } from './charts.ts';
import type { Format } from './format.ts';
import { html, type Markup } from './markup.ts';

/** A value of an input in its unit. */
export function inputValue(name: RoiInputName, value: number, format: Format): string {
  switch (roiInputUnits[name]) {
    case 'share':
      return format.percent(value, 2);
    case 'yen':
      return format.yen(value);
    case 'seconds':
      return format.translate('report.seconds', { seconds: value });
    case 'hours':
      return format.translate('report.hours', { hours: value });
    case 'years':
      return format.translate('report.years', { years: value });
    case 'parts':
    case 'shifts':
      return format.number(value);
  }
}

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
      | 'break_even',
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
      row('break_even', (r) =>
        r.breakEvenPartsPerMonth === null ? translate('report.never_pays') : format.number(r.breakEvenPartsPerMonth),
      ),
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
  return html`<h2>${translate('report.roi.title')}</h2>
    <p class="lead">${translate('report.roi.lead', { years: roi.inputs.years.value })}</p>
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
export function inputsPage({ roi }: ReportData, format: Format): Markup | null {
  if (!roi) return null;
  const half = Math.ceil(roiInputNames.length / 2);
  return html`<h2>${format.translate('report.inputs.title')}</h2>
    <p class="lead">${format.translate('report.inputs.lead')}</p>
    <div class="two">
      <div>${inputsTable(roi, roiInputNames.slice(0, half), format)}</div>
      <div>${inputsTable(roi, roiInputNames.slice(half), format)}</div>
    </div>`;
}
