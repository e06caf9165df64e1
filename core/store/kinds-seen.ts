import type { KindSeen } from '#core/contract/marks.ts';
import type { ModelId } from '#core/domain/ids.ts';
import type { Reader } from './handle.ts';

/** Kinds of defect that a model tells apart; none where it knows fewer than two. */
export function kindsToldApart(db: Reader, modelId: ModelId): number[] {
  const kinds = db.all<{ id: number }>(
    `SELECT c.id FROM model m JOIN json_each(m.class_ids) k JOIN class c ON c.id = k.value AND c.is_good = 0
     WHERE m.id = ? ORDER BY k.key`,
    modelId,
  );
  return kinds.length < 2 ? [] : kinds.map(({ id }) => id);
}

/**
 * How well a model names each kind that it tells apart, on labelled pictures that are fair to it: held out, test rows, or labelled after its
 * teaching.
 */
export function kindsSeen(db: Reader, modelId: ModelId): KindSeen[] {
  const counts = new Map(
    db
      .all<KindSeen>(
        `SELECT l.class_id AS classId, count(*) AS labelled, sum(s.likely_class IS l.class_id) AS seen
         FROM judged_label l JOIN score s ON s.model_id = ?1 AND s.image_id = l.image_id
         JOIN model m ON m.id = ?1 LEFT JOIN image_split p ON p.image_id = l.image_id
         WHERE s.source = 'held_out' OR l.label_id > m.labels_through OR coalesce(p.split, '') = 'test'
         GROUP BY l.class_id`,
        modelId,
      )
      .map((row) => [row.classId, row]),
  );
  return kindsToldApart(db, modelId).map((classId) => counts.get(classId) ?? { classId, labelled: 0, seen: 0 });
}
