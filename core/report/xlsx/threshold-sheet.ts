import type { Translate } from '#messages/translate.ts';
import type { Cell, SheetData } from 'write-excel-file/node';
import type { Rate } from '#core/domain/interval.ts';
import type { Estimate } from '#core/domain/line-estimate.ts';
import type { ReportData } from '../report-data.ts';
import { marksLabel, type MarksFigures } from '../marks-each.ts';
import { COUNT, DECIMAL, FIGURE, heading, number, SHARE, text, YEN } from './cells.ts';

export function whatIfSheet({ threshold }: ReportData, translate: Translate): SheetData {
  if (!threshold) return [[text(translate('report.inspection.not_measured'))]];
  const figures = ['escaped', 'overkill', 'flagged_good', 'minutes', 'cost'] as const;
  return [
    [text(translate('report.whatif.title', { rate: threshold.lineFacts.defectRate }))],
    heading(
      '',
      translate('report.column.review_mark'),
      translate('report.column.reject_mark'),
      ...figures.flatMap((name) => [
        translate(`report.whatif.${name}`),
        translate('report.column.lower'),
        translate('report.column.upper'),
      ]),
    ),
    ...threshold.whatIf.map(({ name, marks, line }) => {
      const cells = (estimate: Estimate, format: string): Cell[] => [
        number(estimate.value, format, translate),
        number(estimate.lower95, format, translate),
        number(estimate.upper95, format, translate),
      ];
      return [
        text(translate(`report.whatif.${name}`)),
        number(marks.review, FIGURE, translate),
        number(marks.reject, FIGURE, translate),
        ...cells(line.perThousand.escaped, '0.00'),
        ...cells(line.perThousand.overkill, DECIMAL),
        ...cells(line.perThousand.flaggedGood, DECIMAL),
        ...cells(line.reviewMinutesPerShift, DECIMAL),
        ...cells(line.costYenPerMonth, YEN),
      ];
    }),
    ...marksEachRows(threshold.each, translate),
  ];
}

/** Marks of cameras and kinds, each by itself; nothing while there are common ones only. */
function marksEachRows(each: readonly MarksFigures[], translate: Translate): SheetData {
  if (each.length === 0) return [];
  const range = [translate('report.column.lower'), translate('report.column.upper')];
  const counts = [translate('report.column.part'), translate('report.column.whole')];
  const rate = ({ value, lower95, upper95, numerator, denominator }: Rate): Cell[] => [
    ...[value, lower95, upper95].map((share) => number(share, SHARE, translate)),
    ...[numerator, denominator].map((n) => number(n, COUNT, translate)),
  ];
  return [
    [],
    [text(translate('report.each.title'))],
    heading(
      '',
      translate('report.column.review_mark'),
      translate('report.column.reject_mark'),
      translate('report.each.pictures'),
      ...[translate('report.rate.escape'), ...range, ...counts],
      ...[translate('report.rate.overkill'), ...range, ...counts],
    ),
    ...each.map(({ marks, pictures, rates }) => [
      text(marksLabel(marks, translate)),
      number(marks.review, FIGURE, translate),
      number(marks.reject, FIGURE, translate),
      number(pictures, COUNT, translate),
      ...rate(rates.escape),
      ...rate(rates.overkill),
    ]),
  ];
}
