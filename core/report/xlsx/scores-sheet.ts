import type { Translate } from '#messages/translate.ts';
import type { SheetData } from 'write-excel-file/node';
import type { ReportData } from '../report-data.ts';
import { heading, text } from './cells.ts';

/** Rows of the score sheet; the CSV has them all. A workbook of 100,000 rows opens slowly on a line's computer. */
const MOST_SCORES = 20_000;

export function scoresSheet({ scores }: ReportData, translate: Translate): SheetData {
  const shown = scores.slice(0, MOST_SCORES);
  return [
    heading('path', 'image_id', 'split', 'label', 'score', 'defect_probability', 'anomaly', 'verdict'),
    ...shown.map((row) => [
      { value: row.path, type: String },
      { value: row.imageId, type: Number },
      row.split === '' ? null : row.split,
      row.label === '' ? null : { value: row.label, type: String },
      { value: row.score, type: Number, format: '0.0000' },
      row.defectProbability === null ? null : { value: row.defectProbability, type: Number, format: '0.0000' },
      row.anomaly === null ? null : { value: row.anomaly, type: Number, format: '0.00' },
      row.verdict,
    ]),
    ...(shown.length < scores.length
      ? [[text(translate('report.scores.cut', { shown: shown.length, total: scores.length }))]]
      : []),
  ];
}
