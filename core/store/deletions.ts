import type { KeptReason } from '#core/contract/retention.ts';
import type { CameraId, ImageId } from '#core/domain/ids.ts';
import type { Reader, Writer } from './handle.ts';
import { forgetPicture } from './forget.ts';
import { evenOf, evenText, goes, inScope } from './retention.ts';

/*
 * Orders to delete pictures: given, called off, or carried out in small turns, each of which a kill leaves done or not done.
 */

export interface OrderRow {
  readonly id: number;
  readonly cameraId: CameraId;
  readonly dataSet: string;
  readonly ruleId: number | null;
  readonly beforeMs: number;
  readonly even: readonly KeptReason[];
  readonly originals: boolean;
  readonly reason: string;
  readonly who: string;
  readonly atMs: number;
  readonly dueAtMs: number;
  readonly pictures: number;
  readonly left: number;
}

export type NewOrder = Omit<OrderRow, 'id' | 'dataSet' | 'pictures' | 'left'>;

/** Records an order with the pictures that go by it. Returns its id; null where none would go, and then nothing is recorded. */
export function addOrder(db: Writer, order: NewOrder): number | null {
  return db.transaction(() => {
    const { cameraId, ruleId, beforeMs, even, originals, reason, who, atMs, dueAtMs } = order;
    const pictures = inScope(db, { cameraId, beforeMs }).filter((picture) => goes(picture, even));
    if (pictures.length === 0) return null;
    const { id } = db.run(
      `INSERT INTO deletion (camera_id, rule_id, before_ms, even, originals, reason, who, at_ms, due_at_ms)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
      ...[cameraId, ruleId, beforeMs, evenText(even), originals ? 1 : 0, reason, who, atMs, dueAtMs],
    );
    for (const picture of pictures)
      db.run(
        'INSERT INTO deletion_picture (deletion_id, image_id, bytes) VALUES (?, ?, ?)',
        ...[id, picture.id, picture.bytes],
      );
    return id;
  });
}

type Stored = Omit<OrderRow, 'even' | 'originals'> & { readonly even: string; readonly originals: 0 | 1 };
const select = `SELECT d.id, d.camera_id AS cameraId, c.name AS dataSet, d.rule_id AS ruleId, d.before_ms AS beforeMs, d.even,
  d.originals, d.reason, d.who, d.at_ms AS atMs, d.due_at_ms AS dueAtMs,
  (SELECT count(*) FROM deletion_picture p WHERE p.deletion_id = d.id) AS pictures,
  (SELECT count(*) FROM deletion_picture p WHERE p.deletion_id = d.id AND p.state IN ('waiting', 'begun')) AS left
  FROM deletion d JOIN camera c ON c.id = d.camera_id`;
const toOrder = (row: Stored): OrderRow => ({ ...row, even: evenOf(row.even), originals: row.originals === 1 });

/** Orders that wait or are being carried out, the oldest first. */
export function openOrders(db: Reader): OrderRow[] {
  return db
    .all<Stored>(`${select} WHERE NOT EXISTS (SELECT 1 FROM deletion_end e WHERE e.deletion_id = d.id) ORDER BY d.id`)
    .map(toOrder);
}

/** Whether any of an order has been carried out. */
export const isBegun = (db: Reader, orderId: number): boolean =>
  db.value("SELECT 1 FROM deletion_picture WHERE deletion_id = ? AND state <> 'waiting' LIMIT 1", orderId) === 1;

/** When the first picture of an order was taken away; null: none was. */
export function beganAtMs(db: Reader, orderId: number): number | null {
  return db.value<number | null>('SELECT min(at_ms) FROM deleted_picture WHERE deletion_id = ?', orderId) ?? null;
}

export function endOrder(
  db: Writer,
  end: {
    readonly orderId: number;
    readonly outcome: 'done' | 'cancelled';
    readonly reason: string;
    readonly who: string;
    readonly atMs: number;
  },
): void {
  const { orderId, outcome, reason, who, atMs } = end;
  db.run(
    'INSERT INTO deletion_end (deletion_id, outcome, reason, who, at_ms) VALUES (?, ?, ?, ?, ?)',
    ...[orderId, outcome, reason, who, atMs],
  );
}

/** When an order by this camera's rule was last called off; null: never. */
export function calledOffAtMs(db: Reader, cameraId: CameraId): number | null {
  return (
    db.value<number>(
      `SELECT max(e.at_ms) FROM deletion_end e JOIN deletion d ON d.id = e.deletion_id
       WHERE d.camera_id = ? AND d.rule_id IS NOT NULL AND e.outcome = 'cancelled'`,
      cameraId,
    ) ?? null
  );
}

function tally(db: Writer, orderId: number, counts: Readonly<Record<string, number>>): void {
  for (const [what, n] of Object.entries(counts))
    if (n > 0)
      db.run(
        `INSERT INTO deletion_tally (deletion_id, what, n) VALUES (?, ?, ?)
         ON CONFLICT (deletion_id, what) DO UPDATE SET n = n + excluded.n`,
        ...[orderId, what, n],
      );
}

/** What was derived from an order's pictures and is gone, counted. */
export function tallyOf(db: Reader, orderId: number): Record<string, number> {
  const rows = db.all<{ what: string; n: number }>('SELECT what, n FROM deletion_tally WHERE deletion_id = ?', orderId);
  return Object.fromEntries(rows.map(({ what, n }) => [what, n]));
}

/**
 * Takes the next pictures of an order away from the database; what came to be in use since the order stays. Returns how many were
 * looked at; 0: all are done with.
 */
export function forgetNext(db: Writer, order: OrderRow, most: number, atMs: number): number {
  return db.transaction(() => {
    const ids = db
      .all<{ id: ImageId }>(
        `SELECT image_id AS id FROM deletion_picture WHERE deletion_id = ? AND state = 'waiting' ORDER BY image_id LIMIT ?`,
        ...[order.id, most],
      )
      .map(({ id }) => id);
    const still = new Set(
      inScope(db, order, ids)
        .filter((picture) => goes(picture, order.even))
        .map(({ id }) => id),
    );
    const original = order.originals ? 'removing' : null;
    for (const id of ids) {
      const state = still.has(id) ? 'begun' : 'kept';
      db.run(
        'UPDATE deletion_picture SET state = ?, original = ? WHERE deletion_id = ? AND image_id = ?',
        ...[state, state === 'begun' ? original : null, order.id, id],
      );
      if (state === 'begun') tally(db, order.id, forgetPicture(db, id, order.id, atMs));
    }
    return ids.length;
  });
}

/** A picture that the database has forgotten, and whose files are to go. */
export interface ForgottenPicture {
  readonly id: ImageId;
  readonly sha256: string;
  readonly page: number;
  /** The camera's own file is to go as well. */
  readonly removing: boolean;
}

export function forgottenNext(db: Reader, orderId: number, most: number): ForgottenPicture[] {
  return db
    .all<Omit<ForgottenPicture, 'removing'> & { removing: 0 | 1 }>(
      `SELECT i.id, i.sha256, i.page, p.original IS NOT NULL AS removing FROM deletion_picture p JOIN image i ON i.id = p.image_id
       WHERE p.deletion_id = ? AND p.state = 'begun' ORDER BY p.image_id LIMIT ?`,
      ...[orderId, most],
    )
    .map((row) => ({ ...row, removing: row.removing === 1 }));
}

/** What became of a camera's own file. absent: it was not there, or went before an interruption. */
export type OriginalFate = 'removed' | 'absent' | 'changed' | 'unsafe' | 'unreachable' | 'shared';

/** Pictures whose files are gone. */
export function settleForgotten(
  db: Writer,
  orderId: number,
  pictures: readonly { readonly id: ImageId; readonly original: OriginalFate | null }[],
  counts: Readonly<Record<string, number>>,
): void {
  db.transaction(() => {
    for (const { id, original } of pictures)
      db.run(
        "UPDATE deletion_picture SET state = 'gone', original = ? WHERE deletion_id = ? AND image_id = ?",
        ...[original, orderId, id],
      );
    tally(db, orderId, counts);
  });
}

/** Where the bytes of a picture lie, each place with its camera's folder. */
export function placesOf(
  db: Reader,
  imageId: ImageId,
): { readonly path: string; readonly folder: string; readonly cameraId: CameraId }[] {
  return db.all(
    `SELECT s.path, c.folder, c.id AS cameraId FROM sighting s JOIN camera c ON c.id = s.camera_id
     WHERE s.image_id = ? AND s.replaced_at_ms IS NULL ORDER BY s.id`,
    imageId,
  );
}

/** Whether another page of the same file is still there. */
export const isShared = (db: Reader, sha256: string): boolean =>
  db.value(
    `SELECT 1 FROM image i WHERE i.sha256 = ?
       AND NOT EXISTS (SELECT 1 FROM deleted_picture d WHERE d.image_id = i.id) LIMIT 1`,
    sha256,
  ) === 1;

/** What an order did to each of its pictures. */
export interface DeletedRow {
  readonly id: ImageId;
  readonly sha256: string;
  readonly page: number;
  readonly fileName: string;
  readonly takenAtMs: number;
  readonly seenAtMs: number;
  readonly bytes: number;
  readonly state: 'gone' | 'kept';
  readonly original: OriginalFate | null;
}

export function deletedRows(db: Reader, orderId: number): DeletedRow[] {
  return db.all<DeletedRow>(
    `SELECT i.id, i.sha256, i.page, i.file_name AS fileName, i.taken_at_ms AS takenAtMs, i.seen_at_ms AS seenAtMs, p.bytes, p.state,
       p.original FROM deletion_picture p JOIN image i ON i.id = p.image_id WHERE p.deletion_id = ? ORDER BY i.id`,
    orderId,
  );
}

/** Overwrites what is deleted from now on with zeros, as long as the connection is open. */
export function eraseDeleted(db: Writer): void {
  db.value('PRAGMA secure_delete = 1');
}

/** The log holds what was there before: it is folded in and emptied. */
export function emptyLog(db: Writer): void {
  db.value('PRAGMA wal_checkpoint(TRUNCATE)');
}
