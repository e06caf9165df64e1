import type { ImageId, ModelId } from '#core/domain/ids.ts';
import { entryFor, type MarksFor } from '#core/domain/marks-for.ts';
import type { Marks } from '#core/domain/threshold.ts';
import type { Reader } from './handle.ts';

/** Marks with what they are for. */
export type MarksEntry = Marks & MarksFor & { readonly id: number };

/**
 * The marks that count at each camera for each kind, as JSON for {@link marksTable}: which entry counts is decided once, by
 * `entryFor`, and SQL only looks it up. Class 0: the kind is not known.
 */
export function marksParam(db: Reader, entries: readonly MarksEntry[]): string {
  const cameras = db.all<{ id: number }>('SELECT id FROM camera').map(({ id }) => id);
  const classes = db.all<{ id: number }>('SELECT id FROM class').map(({ id }) => id);
  return JSON.stringify(
    cameras.flatMap((cameraId) =>
      [null, ...classes].flatMap((classId) => {
        const entry = entryFor(entries, { cameraId, classId });
        return entry === null ? [] : [[cameraId, classId ?? 0, entry.id, entry.review, entry.reject]];
      }),
    ),
  );
}

/**
 * A {@link marksParam} as a table of camera_id, class_id, threshold_id, review and reject. The LIMIT keeps SQLite from reading the JSON anew
 * for each score: 0.1 s instead of 2 s for 100,000.
 */
export const marksTable = (param: string): string =>
  `(SELECT value ->> 0 AS camera_id, value ->> 1 AS class_id, value ->> 2 AS threshold_id, value ->> 3 AS review,
    value ->> 4 AS reject FROM json_each(${param}) LIMIT -1)`;

/**
 * All scores of a model with the verdict that marks give each, as a table of image_id, model_id, score, threshold_id, verdict.
 * The finished model's own score judges, and the kind that it saw.
 */
export const judgedBy = (model: string, marks: string): string =>
  `(SELECT s.image_id, s.model_id, coalesce(s.own_score, s.score) AS score, m.threshold_id,
     CASE WHEN coalesce(s.own_score, s.score) >= m.reject THEN 'reject'
       WHEN coalesce(s.own_score, s.score) >= m.review THEN 'review' ELSE 'ok' END AS verdict
   FROM score s JOIN image i ON i.id = s.image_id
   CROSS JOIN ${marksTable(marks)} m
     ON m.camera_id = i.camera_id AND m.class_id = coalesce(s.own_likely_class, s.likely_class, 0)
   WHERE s.model_id = ${model})`;

export interface PlacedPicture {
  readonly imageId: ImageId;
  readonly cameraId: number;
  readonly classId: number | null;
}

/** By what marks are chosen for pictures: their camera, and the kind that judges them by a model; unknown ids are left out. */
export function placesOf(db: Reader, modelId: ModelId, ids: readonly ImageId[]): PlacedPicture[] {
  return db.all<PlacedPicture>(
    `SELECT i.id AS imageId, i.camera_id AS cameraId, coalesce(s.own_likely_class, s.likely_class) AS classId
     FROM image i LEFT JOIN score s ON s.model_id = ?1 AND s.image_id = i.id
     WHERE i.id IN (SELECT value FROM json_each(?2))`,
    ...[modelId, JSON.stringify(ids)],
  );
}
