import type { Recorded } from '#core/contract/judging.ts';
import type { ImageId, LabelId } from '#core/domain/ids.ts';
import type { Reader, Writer } from './handle.ts';

interface Sent {
  readonly imageId: ImageId;
  /** By which the window knows the judgement. */
  readonly token?: string | undefined;
  /** The label that the window showed; null: none; absent: it does not matter. */
  readonly seen?: LabelId | null | undefined;
}

/** The newest word on a picture that stands beside a label, was said before it and after what its window had seen. */
function wordBetween(db: Reader, imageId: ImageId, seen: LabelId | null, labelId: LabelId): Recorded['between'] {
  const sql = `SELECT id AS labelId, class_id AS classId, who, at_ms AS atMs FROM label
    WHERE image_id = ? AND undone = 0 AND id > ? AND id < ? ORDER BY id DESC LIMIT 1`;
  return db.one<NonNullable<Recorded['between']>>(sql, imageId, seen ?? 0, labelId) ?? null;
}

/**
 * Records a judgement once, however often it is sent, and tells what came in between; on the disk when this returns.
 *
 * @param add writes the judgement, its label last
 */
export function recordOnce(db: Writer, { imageId, token, seen }: Sent, add: () => void): Recorded {
  return db.transaction(() => {
    const find = (condition: string, ...params: string[]) =>
      db.one<{ id: LabelId; atMs: number }>(`SELECT id, at_ms AS atMs FROM label ${condition}`, ...params);
    const known = token === undefined ? undefined : find('WHERE token = ?', token);
    if (known === undefined) add();
    const label = known ?? find('ORDER BY id DESC LIMIT 1');
    if (label === undefined) throw new Error('nothing was recorded');
    const between = seen === undefined ? null : wordBetween(db, imageId, seen, label.id);
    return { savedAtMs: label.atMs, labelId: label.id, between };
  });
}
