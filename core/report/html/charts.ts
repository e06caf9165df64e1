import type { ScoreHistogram } from '#core/domain/curves.ts';
import type { Swing } from '#core/domain/roi-scenarios.ts';
import type { Marks } from '#core/domain/threshold.ts';
import type { CurvePoint } from '../sections.ts';
import type { Format } from './format.ts';
import { html, type Markup } from './markup.ts';

const WIDTH = 660;

/** Coordinates to a tenth of a pixel: smaller files, and never "1e-7" in a path. */
function px(value: number): string {
  return value.toFixed(1);
}

/**
 * Pictures by score: good upwards, defects downwards (their own scale each, since defects are rare), the two marks as lines and
 * what lies between them shaded.
 */
export function histogramChart(histogram: ScoreHistogram, marks: Marks, format: Format): Markup {
  const { translate } = format;
  const [left, right, top, middle, bottom] = [44, WIDTH - 12, 30, 140, 206];
  const bins = histogram.good.length;
  const step = (right - left) / bins;
  const x = (score: number) => left + score * (right - left);
  const mostGood = Math.max(1, ...histogram.good.map((count, at) => count + (histogram.unknown[at] ?? 0)));
  const mostDefect = Math.max(1, ...histogram.defect);
  const up = (count: number) => ((middle - top - 6) * count) / mostGood;
  const down = (count: number) => ((bottom - middle) * count) / mostDefect;
  const bar = (kind: string, at: number, y: number, height: number) =>
    height > 0
      ? html`<rect
          class="${kind}"
          x="${px(left + at * step + 0.6)}"
          y="${px(y)}"
          width="${px(step - 1.2)}"
          height="${px(height)}"
        />`
      : null;
  // Each name at a height of its own and kept inside the picture: the marks may lie close together or at either end.
  const mark = (score: number, name: string, kind: 'review' | 'reject') => {
    const at = kind === 'review' ? Math.max(left + 60, x(score) - 4) : Math.min(right - 50, x(score) + 4);
    return html`<line class="mark" x1="${px(x(score))}" x2="${px(x(score))}" y1="${top - 8}" y2="${bottom}" />
      <text
        class="mark-name"
        x="${px(at)}"
        y="${kind === 'review' ? top - 20 : top - 11}"
        text-anchor="${kind === 'review' ? 'end' : 'start'}"
        >${name}</text
      >`;
  };
  return html`<svg viewBox="0 0 ${WIDTH} 246" role="img" aria-label="${translate('report.chart.histogram')}">
    <rect
      class="zone-review"
      x="${px(x(marks.review))}"
      y="${top - 8}"
      width="${px(Math.max(0, x(Math.min(1, marks.reject)) - x(marks.review)))}"
      height="${bottom - top + 8}"
    />
    ${histogram.good.map((good, at) => {
      const unknown = histogram.unknown[at] ?? 0;
      const defect = histogram.defect[at] ?? 0;
      return [
        bar('bar-good', at, middle - up(good), up(good)),
        bar('bar-unknown', at, middle - up(good + unknown), up(unknown)),
        bar('bar-defect', at, middle + 1, down(defect)),
      ];
    })}
    <line class="axis" x1="${left}" x2="${right}" y1="${middle}" y2="${middle}" />
    ${mark(marks.review, `${translate('report.mark.review')} ${format.number(marks.review, 2)}`, 'review')}
    ${mark(marks.reject, `${translate('report.mark.reject')} ${format.number(marks.reject, 2)}`, 'reject')}
    <text class="tick" x="${left - 6}" y="${top + 4}" text-anchor="end">${format.number(mostGood)}</text>
    <text class="tick" x="${left - 6}" y="${middle + 4}" text-anchor="end">0</text>
    <text class="tick" x="${left - 6}" y="${bottom}" text-anchor="end">${format.number(mostDefect)}</text>
    ${[0, 0.25, 0.5, 0.75, 1].map(
      (score) =>
        html`<text class="tick" x="${px(x(score))}" y="${bottom + 16}" text-anchor="middle"
          >${format.number(score, 2)}</text
        >`,
    )}
    <text class="axis-name" x="${px((left + right) / 2)}" y="${bottom + 34}" text-anchor="middle">
      ${translate('report.chart.score')}
    </text>
  </svg>`;
}

/** Label efficiency: both arms over the number of labels, each with a band of ± one standard deviation over the draws. */
export function efficiencyChart(points: readonly CurvePoint[], measure: string, format: Format): Markup {
  const { translate } = format;
  const [left, right, top, bottom] = [52, WIDTH - 150, 14, 204];
  const labels = points.map((point) => point.labels);
  const most = Math.max(...labels);
  const least = Math.min(...labels);
  const lows = points.flatMap((p) => [p.pretrained - p.pretrainedSd, p.randomInit - p.randomInitSd]);
  const highs = points.flatMap((p) => [p.pretrained + p.pretrainedSd, p.randomInit + p.randomInitSd]);
  const floor = Math.max(0, Math.floor(Math.min(...lows) * 10) / 10);
  const ceiling = Math.min(1, Math.ceil(Math.max(...highs) * 10) / 10);
  const span = Math.max(0.1, ceiling - floor);
  const x = (count: number) =>
    most === least ? (left + right) / 2 : left + 14 + ((count - least) / (most - least)) * (right - left - 28);
  const y = (value: number) => bottom - ((Math.min(1, Math.max(0, value)) - floor) / span) * (bottom - top);
  const arm = (kind: string, name: string, value: (p: CurvePoint) => number, sd: (p: CurvePoint) => number) => {
    const along = (of: (p: CurvePoint) => number) => points.map((p) => `${px(x(p.labels))},${px(y(of(p)))}`);
    const band = [...along((p) => value(p) + sd(p)), ...along((p) => value(p) - sd(p)).reverse()].join(' ');
    const last = points.at(-1);
    return html`<polygon class="band ${kind}" points="${band}" />
      <polyline class="curve ${kind}" points="${along(value).join(' ')}" />
      ${points.map((p) => html`<circle class="dot ${kind}" cx="${px(x(p.labels))}" cy="${px(y(value(p)))}" r="3.5" />`)}
      ${last ? html`<text class="curve-name ${kind}" x="${px(x(last.labels) + 12)}" y="${px(y(value(last)) + 4)}">${name}</text>` : null}`;
  };
  const ticks = Array.from({ length: Math.round(span / 0.1) + 1 }, (_, at) => floor + at * 0.1);
  return html`<svg viewBox="0 0 ${WIDTH} 244" role="img" aria-label="${translate('report.chart.efficiency')}">
    ${ticks.map(
      (tick) =>
        html`<line class="grid" x1="${left}" x2="${right}" y1="${px(y(tick))}" y2="${px(y(tick))}" />
          <text class="tick" x="${left - 8}" y="${px(y(tick) + 4)}" text-anchor="end">${format.number(tick, 1)}</text>`,
    )}
    ${labels.map(
      (count) =>
        html`<text class="tick" x="${px(x(count))}" y="${bottom + 18}" text-anchor="middle"
          >${format.number(count)}</text
        >`,
    )}
    <text class="axis-name" x="${px((left + right) / 2)}" y="${bottom + 36}" text-anchor="middle">
      ${translate('report.chart.labels')}
    </text>
    <text
      class="axis-name"
      x="14"
      y="${(top + bottom) / 2}"
      text-anchor="middle"
      transform="rotate(-90 14 ${(top + bottom) / 2})"
    >
      ${measure}
    </text>
    ${arm(
      'random',
      translate('report.arm.random'),
      (p) => p.randomInit,
      (p) => p.randomInitSd,
    )}
    ${arm(
      'pretrained',
      translate('report.arm.pretrained'),
      (p) => p.pretrained,
      (p) => p.pretrainedSd,
    )}
  </svg>`;
}

/** Net present value with one input at either end of its range; the line is the expected value. */
export function tornadoChart(bars: readonly Swing[], expectedYen: number, format: Format): Markup {
  const { translate } = format;
  const [left, right, top, row] = [230, WIDTH - 16, 8, 34];
  const ends = bars.flatMap(({ npvAtLowYen, npvAtHighYen }) => [npvAtLowYen, npvAtHighYen]);
  const low = Math.min(expectedYen, 0, ...ends);
  const high = Math.max(expectedYen, 0, ...ends);
  const x = (yen: number) => left + ((yen - low) / Math.max(1, high - low)) * (right - left);
  const height = top + bars.length * row;
  return html`<svg viewBox="0 0 ${WIDTH} ${height + 28}" role="img" aria-label="${translate('report.chart.tornado')}">
    ${bars.map(({ name, kind, npvAtLowYen, npvAtHighYen }, at) => {
      const y = top + at * row;
      const from = Math.min(npvAtLowYen, npvAtHighYen);
      const to = Math.max(npvAtLowYen, npvAtHighYen);
      return html`<text class="bar-name" x="${left - 14}" y="${y + 14}" text-anchor="end"
          >${translate(`report.input.${name}`)}</text
        >
        <text class="tick" x="${left - 14}" y="${y + 27}" text-anchor="end">${translate(`report.kind.${kind}`)}</text>
        <rect
          class="swing-down"
          x="${px(x(from))}"
          y="${y + 4}"
          width="${px(Math.max(0, x(Math.min(to, expectedYen)) - x(from)))}"
          height="20"
        />
        <rect
          class="swing-up"
          x="${px(x(Math.max(from, expectedYen)))}"
          y="${y + 4}"
          width="${px(Math.max(0, x(to) - x(Math.max(from, expectedYen))))}"
          height="20"
        />`;
    })}
    ${low <= 0 ? html`<line class="zero" x1="${px(x(0))}" x2="${px(x(0))}" y1="${top}" y2="${height}" /><text class="tick" x="${px(x(0))}" y="${height + 16}" text-anchor="middle">0</text>` : null}
    <line class="mark" x1="${px(x(expectedYen))}" x2="${px(x(expectedYen))}" y1="${top}" y2="${height}" />
    <text
      class="mark-name"
      x="${px(Math.min(right - 40, Math.max(left + 40, x(expectedYen))))}"
      y="${height + 18}"
      text-anchor="middle"
    >
      ${format.yen(expectedYen)}
    </text>
  </svg>`;
}
