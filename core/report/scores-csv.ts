import { csvDocument, localTime, numberField, textField } from './csv.ts';
import type { ReportScore } from './report-data.ts';

const columns = [
  ...['path', 'image_id', 'split', 'label', 'score', 'defect_probability', 'anomaly', 'verdict'],
  ...['lot', 'serial', 'shift', 'taken_at', 'counted_as'],
];

/** scores.csv: column names and order are an interface for others' programs, they do not follow the reader's language. */
export function renderScoresCsv(rows: readonly ReportScore[]): string {
  const lines = rows.map((row) =>
    [
      textField(row.path),
      numberField(row.imageId),
      row.split,
      textField(row.label),
      numberField(row.score),
      numberField(row.defectProbability),
      numberField(row.anomaly),
      row.verdict ?? '',
      ...[row.lot, row.serial, row.shift].map(textField),
      localTime(row.takenAtMs),
      row.counted ?? '',
    ].join(','),
  );
  return csvDocument(columns, lines);
}
