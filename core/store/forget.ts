import type { ImageId } from '#core/domain/ids.ts';
import type { Writer } from './handle.ts';

/** Rows that hold something of what a picture shows. What was said and judged of it stays, so that every count stays true. */
const derived = ['embedding', 'embedding_vector', 'embedding_places', 'quality_copy', 'image_repeat'] as const;
export type DerivedRows = (typeof derived)[number];

/** SQL: the picture of a row's `image_id` was not deleted. */
export const stillThere = (row: string): string =>
  `NOT EXISTS (SELECT 1 FROM deleted_picture gone WHERE gone.image_id = ${row}.image_id)`;

/**
 * Takes a picture away from the database: its place, and every row from which it could be seen again. It is known by its hash from
 * then on, so that the same bytes are never taken for new ones.
 *
 * @param deletionId the order; null: of a database that was replaced
 * @returns how many rows of each kind are gone
 */
export function forgetPicture(
  db: Writer,
  imageId: ImageId,
  deletionId: number | null,
  atMs: number,
): Record<DerivedRows, number> {
  return db.transaction(() => {
    const gone = derived.map(
      (table) => [table, db.run(`DELETE FROM ${table} WHERE image_id = ?`, imageId).changes] as const,
    );
    db.run('DELETE FROM image_repeat WHERE of_image_id = ?', imageId);
    // The delivery log names it; what waits is a verdict that the line is still to have, and shows nothing of it.
    db.run('DELETE FROM outbox WHERE image_id = ? AND ended_at_ms IS NOT NULL', imageId);
    db.run('DELETE FROM told_picture WHERE image_id = ?', imageId);
    db.run(
      'INSERT OR IGNORE INTO deleted_picture (image_id, deletion_id, at_ms) VALUES (?, ?, ?)',
      ...[imageId, deletionId, atMs],
    );
    db.run('UPDATE image SET path = NULL WHERE id = ?', imageId);
    return Object.fromEntries(gone) as Record<DerivedRows, number>;
  });
}
