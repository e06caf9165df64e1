import { marksLabel, type MarksFigures } from '../marks-each.ts';
import type { Format } from './format.ts';
import { html, type Markup } from './markup.ts';

/** Marks of cameras and kinds beside the common ones, each with what it does on the pictures that it judges. */
export function marksEachTable(each: readonly MarksFigures[], format: Format): Markup {
  const { translate } = format;
  const cell = (rate: MarksFigures['rates']['escape']): Markup =>
    rate.value === null
      ? html`<td class="none">${translate('report.not_measured')}</td>`
      : html`<td>
          ${format.percent(rate.value)}<span class="range"
            >${format.range(rate, (value) => format.percent(value))}
            ${translate('report.of', { part: rate.numerator, whole: rate.denominator })}</span
          >
        </td>`;
  return html`<h3>${translate('report.each.title')}</h3>
    <p>${translate('report.each.lead')}</p>
    <table>
      <tr>
        <th class="left">${translate('report.column.marks')}</th>
        <th>${translate('report.column.review_mark')}</th>
        <th>${translate('report.column.reject_mark')}</th>
        <th>${translate('report.each.pictures')}</th>
        <th>${translate('report.rate.escape')}</th>
        <th>${translate('report.rate.overkill')}</th>
      </tr>
      ${each.map(
        ({ marks, pictures, rates }) =>
          html`<tr>
            <td class="left">${marksLabel(marks, translate)}</td>
            <td>${format.number(marks.review, 3)}</td>
            <td>${format.number(marks.reject, 3)}</td>
            <td>${format.number(pictures)}</td>
            ${cell(rates.escape)} ${cell(rates.overkill)}
          </tr>`,
      )}
    </table>`;
}
