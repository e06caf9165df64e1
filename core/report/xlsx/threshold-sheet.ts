import type { Translate } from '#messages/translate.ts';
import type { Cell, SheetData } from 'write-excel-file/node';
import type { Estimate } from '#core/domain/line-estimate.ts';
import type { ReportData } from '../report-data.ts';
import { DECIMAL, FIGURE, heading, moneyFormat, number, text } from './cells.ts';

export function whatIfSheet({ threshold, currency }: ReportData, translate: Translate): SheetData {
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
        ...cells(line.costYenPerMonth, moneyFormat(currency)),
      ];
    }),
  ];
}
