import type { ImageId } from '#core/domain/ids.ts';
import type { Writer } from './handle.ts';

/** What a manifest says of a picture; a second manifest replaces the first one's word. */
export function setSplit(db: Writer, imageId: ImageId, split: 'train' | 'test' | null, group: string | null): void {
  db.run(
    `INSERT INTO image_split (image_id, split, group_key) VALUES (?, ?, ?)
     ON CONFLICT (image_id) DO UPDATE SET split = excluded.split, group_key = excluded.group_key`,
    ...[imageId, split, group],
  );
}
