import type { Alike } from '#core/contract/engine.ts';
import type { ClassId, ImageId, ModelId } from '#core/domain/ids.ts';
import type { Reader, Writer } from './handle.ts';

/** Records what pictures were likened to a class by a model, in place of what was found with fewer examples. */
export function addLookAlikes(
  db: Writer,
  modelId: ModelId,
  classId: ClassId,
  { rows, examples }: Pick<Alike, 'rows' | 'examples'>,
  atMs: number,
): void {
  db.transaction(() => {
    for (const { id, likeness, probability } of rows)
      db.run(
        `INSERT OR REPLACE INTO look_alike (model_id, image_id, class_id, examples, likeness, probability, at_ms)
         VALUES (?, ?, ?, ?, ?, ?, ?)`,
        ...[modelId, id, classId, examples, likeness, probability, atMs],
      );
  });
}

export interface LookAlike {
  readonly classId: ClassId;
  readonly examples: number;
  readonly probability: number | null;
}

/** The classes with examples that a picture is nearer to than to any kind that the active model was taught, the nearest first. */
export function lookAlikesOf(db: Reader, imageId: ImageId): LookAlike[] {
  return db.all<LookAlike>(
    `SELECT class_id AS classId, examples, probability FROM look_alike
     WHERE model_id = (SELECT id FROM model WHERE active = 1) AND image_id = ? AND likeness > 0
       AND EXISTS (SELECT 1 FROM current_label l WHERE l.class_id = look_alike.class_id) ORDER BY likeness DESC`,
    imageId,
  );
}
