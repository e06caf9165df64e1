import type { ImageId } from '#core/domain/ids.ts';
import type { Verdict } from '#core/domain/threshold.ts';
import type { Reader } from './handle.ts';

/** When the newest picture before a moment was taken; null where there is none. */
export function newestTakenBefore(db: Reader, beforeMs: number): number | null {
  return db.value<number | null>('SELECT max(taken_at_ms) FROM image WHERE taken_at_ms < ?', beforeMs) ?? null;
}

export interface PastPicture {
  readonly id: ImageId;
  readonly takenAtMs: number;
  /** Its first verdict, which is what happened on the line; null: none was given yet. */
  readonly happened: Verdict | null;
}

/** Pictures taken in a span of time (end excluded), oldest first. */
export function pastPictures(db: Reader, fromMs: number, toMs: number): PastPicture[] {
  return db.all<PastPicture>(
    `SELECT i.id, i.taken_at_ms AS takenAtMs, v.verdict AS happened FROM image i
     LEFT JOIN verdict v ON v.id = (SELECT min(id) FROM verdict WHERE image_id = i.id)
     WHERE i.taken_at_ms >= ? AND i.taken_at_ms < ? ORDER BY i.taken_at_ms, i.id`,
    fromMs,
    toMs,
  );
}

/** Pictures that a model scored and whose standing judgement comes from the random check of what passed. */
export function auditedPictures(db: Reader, modelId: number): ImageId[] {
  return db
    .all<{ id: ImageId }>(
      `SELECT c.image_id AS id FROM current_label c JOIN label l ON l.id = c.label_id
       JOIN score s ON s.image_id = c.image_id AND s.model_id = ? WHERE l.source = 'audit' ORDER BY c.image_id`,
      modelId,
    )
    .map(({ id }) => id);
}
