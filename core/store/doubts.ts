import type { CheckpointId, ClassId, ImageId, LabelId } from '#core/domain/ids.ts';
import { groupKey } from './groups.ts';
import type { Reader } from './handle.ts';

/** A label that may be doubted. */
export interface DoubtableLabel {
  readonly labelId: LabelId;
  readonly imageId: ImageId;
  readonly classId: ClassId;
  /** Pictures of one group show the same part. */
  readonly group: string;
  /** Nobody looked at it one by one. */
  readonly unseen: boolean;
  /** A person looked at it again and kept it. */
  readonly kept: boolean;
  /** Of each class of the active model, which did not see the picture; null where there are none. */
  readonly probabilities: readonly number[] | null;
}

/** Labels in force of embedded pictures, in order of arrival. */
export function doubtableLabels(db: Reader, checkpointId: CheckpointId): DoubtableLabel[] {
  return db
    .all<
      Omit<DoubtableLabel, 'unseen' | 'kept' | 'probabilities'> & {
        unseen: 0 | 1;
        kept: 0 | 1;
        probabilities: string | null;
      }
    >(
      `SELECT l.label_id AS labelId, l.image_id AS imageId, l.class_id AS classId, ${groupKey} AS "group",
         NOT EXISTS (SELECT 1 FROM judged_label j WHERE j.image_id = l.image_id) AS unseen,
         coalesce((SELECT k.kept FROM label_kept k WHERE k.label_id = l.label_id ORDER BY k.id DESC LIMIT 1), 0) AS kept,
         CASE WHEN x.source = 'held_out' OR l.label_id > a.labels_through THEN x.class_probabilities END AS probabilities
       FROM current_label l
       JOIN embedding e ON e.checkpoint_id = ? AND e.image_id = l.image_id
       JOIN image i ON i.id = l.image_id
       LEFT JOIN image_split s ON s.image_id = l.image_id
       LEFT JOIN image_meta m ON m.image_id = l.image_id
       LEFT JOIN model a ON a.active = 1
       LEFT JOIN score x ON x.model_id = a.id AND x.image_id = l.image_id
       WHERE l.class_id IS NOT NULL ORDER BY l.image_id`,
      checkpointId,
    )
    .map(({ unseen, kept, probabilities, ...row }) => {
      const known = JSON.parse(probabilities ?? '[]') as number[];
      return { ...row, unseen: unseen === 1, kept: kept === 1, probabilities: known.length > 0 ? known : null };
    });
}

/** The label in force of a picture by its number; false once another word was said. */
export function isInForce(db: Reader, labelId: number): boolean {
  return db.value<number>('SELECT 1 FROM current_label WHERE label_id = ?', labelId) === 1;
}
