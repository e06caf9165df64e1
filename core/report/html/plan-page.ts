import { baselineFigureNames, baselineKinds, isFigure } from '#core/domain/baseline.ts';
import type { ReportData } from '../report-data.ts';
import { say } from '../sentence.ts';
import { figureSentence, openSentence, reportVerdict } from '../verdict.ts';
import type { Format } from './format.ts';
import { html, type Markup } from './markup.ts';
import { inputValue } from './input-value.ts';

function agreedLines({ plan }: ReportData, format: Format): Markup {
  const { translate } = format;
  const [first, current] = [plan?.versions[0], plan?.versions.at(-1)];
  if (!plan || !first || !current) return html`<p class="lead">${translate('report.plan.none')}</p>`;
  const day = (text: string) => format.date(new Date(`${text}T12:00:00`).getTime());
  return html`<p class="lead">
      ${translate('report.plan.goal', { goal: current.goal })}<br />
      ${translate('report.plan.period', { from: day(current.fromDay), to: day(current.toDay), line: plan.lineName })}<br />
      ${translate('report.plan.agreed', { name: first.agreedBy, date: day(first.agreedDay) })}
    </p>
    ${plan.versions
      .slice(1)
      .map(
        ({ agreedBy, agreedDay, reason }) =>
          html`<p class="lead">
            ${translate('report.plan.change', { date: day(agreedDay), name: agreedBy, reason })}
          </p>`,
      )}`;
}

function criteriaTable(report: ReportData, format: Format): Markup {
  const { translate } = format;
  const verdict = reportVerdict(report);
  return html`<table>
    <tr>
      ${(['criterion', 'limit', 'figure', 'outcome'] as const).map(
        (column) => html`<th class="left">${translate(`report.plan.${column}`)}</th>`,
      )}
    </tr>
    ${verdict.criteria.map((criterion) => {
      const { name, limit } = criterion;
      const open = openSentence(criterion);
      const first = verdict.original?.criteria.find((one) => one.name === name)?.outcome;
      const outcome = translate(`report.outcome.${criterion.outcome}`);
      return html`<tr>
        <td>${translate(`report.criterion.${name}`)}</td>
        <td class="left">${translate(`report.limit.${name}`, { limit })}</td>
        <td class="left">
          ${say(figureSentence(criterion, report, verdict.figures), translate)}
          ${open ? html`<span class="range">${say(open, translate)}</span>` : null}
        </td>
        <td class="left">
          ${
            first === undefined || first === criterion.outcome
              ? outcome
              : translate('report.plan.first', { outcome, first: translate(`report.outcome.${first}`) })
          }
        </td>
      </tr>`;
    })}
  </table>`;
}

function baselineTable({ baseline }: ReportData, format: Format): Markup | null {
  const { translate } = format;
  const { counts, figures } = baseline;
  const kinds = baselineKinds.filter((kind) => counts[kind] !== null);
  if (kinds.length === 0) return null;
  return html`<h3>${translate('report.baseline.title')}</h3>
    <div class="two">
      <ul>
        ${kinds.map(
          (kind) =>
            html`<li>
              ${translate(`report.baseline.${kind}`, { parts: counts[kind]?.parts ?? 0, events: counts[kind]?.events ?? 0 })}
            </li>`,
        )}
      </ul>
      <table class="inputs">
        ${baselineFigureNames.map((name) => {
          const figure = figures[name];
          return isFigure(figure)
            ? html`<tr>
                <td>${translate(`report.input.${name}`)}</td>
                <td>
                  ${inputValue(name, figure.value, format)}
                  <span class="range"
                    >${inputValue(name, figure.low, format)} – ${inputValue(name, figure.high, format)}</span
                  >
                </td>
              </tr>`
            : null;
        })}
      </table>
    </div>`;
}

/** What was agreed, what the pilot shows by it, and what it is compared with. */
export function planPage(report: ReportData, format: Format): Markup {
  return html`<h2>${format.translate('report.plan.title')}</h2>
    ${agreedLines(report, format)} ${criteriaTable(report, format)} ${baselineTable(report, format)}`;
}
