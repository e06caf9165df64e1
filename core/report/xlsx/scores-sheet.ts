import type { Translate } from '#messages/translate.ts';
import type { Cell, SheetData } from 'write-excel-file/node';
import { verdictOf } from '#core/domain/threshold.ts';
import type { ReportData, ReportScore } from '../report-data.ts';
import { heading, onSheet, text } from './cells.ts';

/** Rows of the score sheet; the CSV has them all. A workbook of 100,000 rows opens slowly on a line's computer. */
const MOST_SCORES = 20_000;

/** Where the score and what it counts as stand, columns. */
const [SCORE, COUNTED] = ['E', 'I'];

/** The rows that the sheet shows: where not all find room, first those that people judged and that count. */
function shownOf(scores: readonly ReportScore[]): readonly ReportScore[] {
  if (scores.length <= MOST_SCORES) return scores;
  const rank = ({ counted }: ReportScore): number => (counted === 'defect' ? 0 : counted === 'good' ? 1 : 2);
  return scores.toSorted((a, b) => rank(a) - rank(b)).slice(0, MOST_SCORES);
}

const maybe = (value: number | null, format: string): Cell => (value === null ? null : { value, type: Number, format });

export function scoresSheet({ scores }: ReportData, translate: Translate): SheetData {
  const shown = shownOf(scores);
  return [
    heading('path', 'image_id', 'split', 'label', 'score', 'defect_probability', 'anomaly', 'verdict', 'counted_as'),
    ...shown.map((row) => [
      { value: row.path, type: String },
      { value: row.imageId, type: Number },
      row.split === '' ? null : row.split,
      row.label === '' ? null : { value: row.label, type: String },
      { value: row.score, type: Number, format: '0.0000' },
      maybe(row.defectProbability, '0.0000'),
      maybe(row.anomaly, '0.00'),
      row.verdict,
      row.counted,
    ]),
    ...(shown.length < scores.length
      ? [[text(translate('report.scores.cut', { shown: shown.length, total: scores.length }))]]
      : []),
  ];
}

/** Counts rows of the score sheet by what they count as and where their score lies. */
export interface ScoreCounter {
  /** @param from, below addresses of marks; counted from the one on and below the other */
  readonly count: (kind: 'good' | 'defect', bounds: { readonly from?: string; readonly below?: string }) => string;
}

/** Null where the sheet does not show every judged row, so that counting it would give other figures than the report's. */
export function scoreCounter({ scores, threshold }: ReportData, translate: Translate): ScoreCounter | null {
  // One pair of marks in a row says nothing of pictures that others judge.
  if (threshold === null || threshold.each.length > 0) return null;
  const shown = shownOf(scores);
  const { marks, rates } = threshold;
  const same = (['good', 'defect'] as const).every((kind) =>
    (['ok', 'review', 'reject'] as const).every(
      (verdict) =>
        rates.counts[verdict][kind] ===
        shown.filter(({ counted, score }) => counted === kind && verdictOf(score, marks) === verdict).length,
    ),
  );
  if (!same) return null;
  const sheet = translate('report.sheet.scores');
  const column = (name: string) => onSheet(sheet, `$${name}$2:$${name}$${shown.length + 1}`);
  return {
    // SUMPRODUCT compares numbers; COUNTIFS would compare with the mark as it is written, to 15 digits, and marks lie on scores.
    count: (kind, { from, below }) =>
      `SUMPRODUCT((${column(COUNTED)}="${kind}")${from === undefined ? '' : `*(${column(SCORE)}>=${from})`}${below === undefined ? '' : `*(${column(SCORE)}<${below})`}*1)`,
  };
}
