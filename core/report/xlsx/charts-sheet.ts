import type { Translate } from '#messages/translate.ts';
import type { SheetData } from 'write-excel-file/node';
import { localTime } from '../csv.ts';
import { verdictOrder } from '../html/confusion-table.ts';
import type { ReportData, ReportScore } from '../report-data.ts';
import { address, COUNT, formula, heading, number, SHARE, text } from './cells.ts';

function histogramRows({ threshold }: ReportData, translate: Translate): SheetData {
  if (!threshold) return [[text(translate('report.not_measured'))]];
  const { good, defect, unknown } = threshold.histogram;
  return good.map((_, at) => [
    number(at / good.length, '0.00', translate),
    number((at + 1) / good.length, '0.00', translate),
    ...[good, defect, unknown].map((counts) => number(counts[at] ?? 0, COUNT, translate)),
  ]);
}

/** Pictures by the day on which they were taken and their verdict, the oldest day first. */
function trendRows(scores: readonly ReportScore[], firstRow: number, translate: Translate): SheetData {
  const judged = scores.filter(({ verdict }) => verdict !== null);
  const days = Map.groupBy(judged, ({ takenAtMs }) => localTime(takenAtMs).slice(0, 10));
  const sorted = [...days].sort(([a], [b]) => a.localeCompare(b));
  if (sorted.length === 0) return [[text(translate('report.not_measured'))]];
  return sorted.map(([day, pictures], at) => {
    const counts = verdictOrder.map((wanted) => pictures.filter(({ verdict }) => verdict === wanted).length);
    const [ok, review, reject] = [1, 2, 3].map((column) => address(firstRow + at, column));
    return [
      { value: new Date(`${day}T00:00:00Z`), type: Date, format: 'yyyy-mm-dd' },
      ...counts.map((count) => number(count, COUNT, translate)),
      formula(
        `(${review}+${reject})/(${ok}+${review}+${reject})`,
        ((counts[1] ?? 0) + (counts[2] ?? 0)) / pictures.length,
        SHARE,
      ),
    ];
  });
}

/** Numbers laid out so that a chart is made of them by marking them: scores by what people said, and the trend by day. */
export function chartsSheet(report: ReportData, translate: Translate): SheetData {
  const histogram: SheetData = [
    [text(translate('report.chart.histogram'))],
    heading(
      translate('report.chart.from'),
      translate('report.chart.to'),
      ...(['good', 'defect', 'unknown'] as const).map((kind) => translate(`report.confusion.${kind}`)),
    ),
    ...histogramRows(report, translate),
    [],
  ];
  return [
    ...histogram,
    [text(translate('report.chart.trend'))],
    heading(
      translate('report.chart.day'),
      ...verdictOrder.map((verdict) => translate(`report.verdict.${verdict}`)),
      translate('report.rate.flagged'),
    ),
    ...trendRows(report.scores, histogram.length + 2, translate),
  ];
}
