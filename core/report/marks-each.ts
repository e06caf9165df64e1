import type { ScoreColumns, ThresholdView } from '#core/contract/views.ts';
import {
  countJudged,
  entryOfEach,
  isSameFor,
  lineWithin,
  type MarksFor,
  verdictMarks,
  verdictScore,
} from '#core/domain/marks-for.ts';
import { lineEstimate, type LineEstimate, type LineFacts } from '#core/domain/line-estimate.ts';
import { type Marks, type ThresholdRates, ThresholdTable } from '#core/domain/threshold.ts';
import type { Translate } from '#messages/translate.ts';
import { forMeasuring } from './judged.ts';

type Entry = Marks & MarksFor;

/** Whether a picture of the columns is judged by the entry for `of`, that entry being in force. */
export function judgedFor(columns: ScoreColumns, entries: readonly Entry[], of: MarksFor): (at: number) => boolean {
  const all: readonly MarksFor[] = entries.some((entry) => isSameFor(entry, of)) ? entries : [...entries, of];
  const entryOf = entryOfEach(columns, all);
  return (at) => {
    const entry = entryOf[at] ?? null;
    return entry !== null && isSameFor(entry, of);
  };
}

/**
 * The columns with each score turned into the verdict that its own marks give it: {@link verdictMarks} on them count what
 * several marks do together.
 *
 * @param by moves every mark so far, within 0..1
 */
export function verdictColumns(columns: ScoreColumns, entries: readonly Entry[], by = 0): ScoreColumns {
  const moved = (mark: number): number => Math.min(1, Math.max(0, mark + by));
  const all = entries.map((entry) => ({ ...entry, review: moved(entry.review), reject: moved(entry.reject) }));
  const marksOf = entryOfEach(columns, all);
  const scores = columns.scores.map((score, at) => {
    const marks = marksOf[at] ?? null;
    return marks === null ? 0 : verdictScore(score, marks);
  });
  return { ...columns, scores };
}

/** What all marks in force do together, on what figures are read off. */
export function ratesTogether(columns: ScoreColumns, entries: readonly Entry[], by = 0): ThresholdRates {
  return new ThresholdTable(forMeasuring(verdictColumns(columns, entries, by)).pictures).rates(verdictMarks);
}

/** The line as far as its parts are judged by the marks for `of`. */
export function lineFor(columns: ScoreColumns, entries: readonly Entry[], of: MarksFor, line: LineFacts): LineFacts {
  const within = countJudged(forMeasuring(columns, judgedFor(columns, entries, of)).pictures.labels);
  return lineWithin(line, within, countJudged(forMeasuring(columns).pictures.labels));
}

/** What marks are for, as people call it. */
export function marksLabel({ camera, kind }: Pick<ThresholdView, 'camera' | 'kind'>, translate: Translate): string {
  if (camera !== null && kind !== null) return translate('marks.pair', { camera, kind });
  return camera ?? kind ?? translate('marks.all');
}

/** Marks in force with what they do on the pictures that they judge. */
export interface MarksFigures {
  readonly marks: ThresholdView;
  /** Scored pictures that they judge. */
  readonly pictures: number;
  readonly rates: ThresholdRates;
  readonly line: LineEstimate;
}

/** Each of several marks in force by itself. */
export function figuresOfEach(
  columns: ScoreColumns,
  inForce: readonly ThresholdView[],
  line: LineFacts,
): MarksFigures[] {
  return inForce.map((marks) => {
    const judged = judgedFor(columns, inForce, marks);
    const rates = new ThresholdTable(forMeasuring(columns, judged).pictures).rates(marks);
    return {
      marks,
      pictures: columns.ids.filter((_, at) => judged(at)).length,
      rates,
      line: lineEstimate(rates, lineFor(columns, inForce, marks, line)),
    };
  });
}
