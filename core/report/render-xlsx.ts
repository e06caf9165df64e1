import type { Translate } from '#messages/translate.ts';
import writeExcelFile from 'write-excel-file/node';
import type { ReportData } from './report-data.ts';
import { chartsSheet } from './xlsx/charts-sheet.ts';
import { efficiencySheet } from './xlsx/labels-sheet.ts';
import { liveFormulas } from './xlsx/live-formulas.ts';
import { metricsSheet } from './xlsx/metrics-sheet.ts';
import { roiSheet } from './xlsx/roi-sheet.ts';
import { scoresSheet } from './xlsx/scores-sheet.ts';
import { summarySheet } from './xlsx/summary-sheet.ts';
import { whatIfSheet } from './xlsx/threshold-sheet.ts';

/**
 * The report as a workbook of numbers to calculate on: summary, metrics, label efficiency, threshold what-if and ROI as formulas
 * over inputs that may be changed, scores, charts' data.
 * Throws what the zip writer throws; nothing is written to disk.
 */
export async function renderXlsx(report: ReportData, translate: Translate): Promise<Uint8Array> {
  const widths = (...columns: readonly number[]) => columns.map((width) => ({ width }));
  const sheets = [
    { sheet: translate('report.sheet.summary'), data: summarySheet(report, translate), columns: widths(90, 60) },
    {
      sheet: translate('report.sheet.metrics'),
      data: metricsSheet(report, translate),
      columns: widths(44, 14, 14, 14, 10, 10),
    },
    {
      sheet: translate('report.sheet.labels'),
      data: efficiencySheet(report, translate),
      columns: widths(16, 10, 8, 14, 18, 14, 18, 10),
    },
    {
      sheet: translate('report.sheet.whatif'),
      data: whatIfSheet(report, translate),
      columns: widths(44, ...new Array<number>(39).fill(12)),
    },
    {
      sheet: translate('report.sheet.roi'),
      data: roiSheet(report, translate),
      columns: widths(38, 18, 18, 18, 12, 10),
    },
    {
      sheet: translate('report.sheet.scores'),
      data: scoresSheet(report, translate),
      columns: widths(44, 10, 8, 14, 10, 18, 10, 10, 12),
      stickyRowsCount: 1,
    },
    {
      sheet: translate('report.sheet.charts'),
      data: chartsSheet(report, translate),
      columns: widths(14, 12, 12, 12, 14),
    },
  ];
  return new Uint8Array(await writeExcelFile(sheets, { features: [liveFormulas(sheets)] }).toBuffer());
}
