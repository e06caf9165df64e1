import type { LabelId, ModelId } from '#core/domain/ids.ts';
import type { Reader } from './handle.ts';
import { marksParam, marksTable, type MarksEntry } from './marks-table.ts';

/** Each score `s` with the marks ?2 that count for its picture, as `g`; a score without marks stays. */
const withMarks = `LEFT JOIN image i ON i.id = s.image_id
  LEFT JOIN ${marksTable('?2')} g ON g.camera_id = i.camera_id AND g.class_id = coalesce(s.likely_class, 0)`;

/** Decisions that stand and changed the machine's verdict, as `corrected` with the label that each made. */
const corrected = `(SELECT d.image_id, d.label_id, c.is_good FROM decision d
  JOIN verdict v ON v.id = d.verdict_id JOIN class c ON c.id = d.class_id
  JOIN current_label l ON l.label_id = d.label_id
  LEFT JOIN image_split p ON p.image_id = d.image_id
  WHERE d.undone = 0 AND (v.verdict <> 'ok') = c.is_good AND coalesce(p.split, '') <> 'test')`;

/** The newest label that any model was taught with, taken or not; 0 before the first. */
export function taughtThrough(db: Reader): LabelId | 0 {
  return (db.value<number>('SELECT coalesce(max(labels_through), 0) FROM model') ?? 0) as LabelId | 0;
}

/** Labels newer than `through` that would teach, and how many of them correct the machine. */
export function waitingToTeach(db: Reader, through: number): { readonly labels: number; readonly corrections: number } {
  const labels = db.value<number>(
    `SELECT count(*) FROM current_label l LEFT JOIN image_split p ON p.image_id = l.image_id
     WHERE l.class_id IS NOT NULL AND l.label_id > ? AND coalesce(p.split, '') <> 'test'`,
    through,
  );
  const corrections = db.value<number>(`SELECT count(*) FROM ${corrected} WHERE label_id > ?`, through);
  return { labels: labels ?? 0, corrections: corrections ?? 0 };
}

/**
 * Corrections that a model was taught with and the one before it was not, and how many of them it gets right at review marks by
 * its cross-validation, where no model saw the picture that it was asked about.
 */
export function correctionsLearnt(
  db: Reader,
  modelId: ModelId,
  marks: readonly MarksEntry[],
): { readonly learnt: number; readonly right: number } {
  const row = db.one<{ learnt: number; right: number }>(
    `SELECT count(*) AS learnt, coalesce(sum(g.review IS NOT NULL AND s.source = 'held_out' AND (s.score >= g.review) = (1 - k.is_good)), 0) AS "right"
     FROM ${corrected} k JOIN model m ON m.id = ?1 LEFT JOIN score s ON s.model_id = m.id AND s.image_id = k.image_id
     ${withMarks}
     WHERE k.label_id <= m.labels_through
       AND k.label_id > coalesce((SELECT max(labels_through) FROM model b WHERE b.id < m.id AND b.labels_through < m.labels_through), 0)`,
    ...[modelId, marksParam(db, marks)],
  );
  return row ?? { learnt: 0, right: 0 };
}

/** Defects judged after a model was taught, but for those found downstream, and how many of them it had passed. */
export function freshDefects(
  db: Reader,
  modelId: ModelId,
  marks: readonly MarksEntry[],
): { readonly defects: number; readonly missed: number } {
  const row = db.one<{ defects: number; missed: number }>(
    `SELECT count(*) AS defects, coalesce(sum(s.score < g.review), 0) AS missed
     FROM current_label l JOIN class c ON c.id = l.class_id AND c.is_good = 0
     JOIN label said ON said.id = l.label_id AND said.source <> 'missed'
     JOIN model m ON m.id = ?1 AND l.label_id > m.labels_through
     JOIN score s ON s.model_id = m.id AND s.image_id = l.image_id AND s.source = 'scored' ${withMarks}`,
    ...[modelId, marksParam(db, marks)],
  );
  return row ?? { defects: 0, missed: 0 };
}

/** Share of defects below their review mark by a model's cross-validation; null where no defect was held out. */
export function promisedMissed(db: Reader, modelId: ModelId, marks: readonly MarksEntry[]): number | null {
  return (
    db.value<number | null>(
      `SELECT avg(s.score < g.review) FROM score s JOIN current_label l ON l.image_id = s.image_id
       JOIN class c ON c.id = l.class_id AND c.is_good = 0 ${withMarks} WHERE s.model_id = ?1 AND s.source = 'held_out'`,
      ...[modelId, marksParam(db, marks)],
    ) ?? null
  );
}
