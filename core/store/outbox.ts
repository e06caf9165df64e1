import { randomUUID } from 'node:crypto';
import type { DeliveryRow, OutputAbout } from '#core/contract/output-calls.ts';
import type { AlarmMessage, OutMessage } from '#core/contract/outputs.ts';
import type { ImageId } from '#core/domain/ids.ts';
import type { Reader, Writer } from './handle.ts';
import { instant, modelWord, standingWord, type Said } from './out-messages.ts';

/*
 * The outbox of each output: messages in their order, put in by the transaction of what they tell of, and kept until the receiver has them.
 */

/** Waiting messages of an output beyond which no more are taken (some 120 MB): by then nobody has looked for days. */
export const MOST_WAITING = 200_000;
/** Messages pruned at a time. */
const PRUNE_AT_ONCE = 2000;
const DAY_MS = 86_400_000;

type Told = Said | Omit<AlarmMessage, 'id' | 'sequence' | 'at'>;
interface Place {
  readonly id: number;
  readonly about: string;
  readonly putThrough: number;
  readonly endedThrough: number;
  readonly missed: number;
}

function insert(db: Writer, place: Place, sequence: number, told: Told, imageId: ImageId | null, atMs: number): void {
  const id = randomUUID();
  const { version, type, ...rest } = told;
  const message = { version, type, id, sequence, at: instant(atMs), ...rest };
  db.run(
    'INSERT INTO outbox (output_id, sequence, message_id, message, image_id, put_at_ms) VALUES (?, ?, ?, ?, ?, ?)',
    ...[place.id, sequence, id, JSON.stringify(message), imageId, atMs],
  );
}

/**
 * Puts a message into the outbox of every output that tells of such. One that is full takes none until there is room again; then its
 * first message says how many are missing, so that the receiver knows.
 */
function put(db: Writer, about: OutputAbout, told: Told, imageId: ImageId | null, atMs: number, only?: number): void {
  const places = db.all<Place>(
    `SELECT id, about, put_through AS putThrough, ended_through AS endedThrough, missed FROM output
     WHERE removed_at_ms IS NULL AND (?1 IS NULL OR id = ?1)`,
    only ?? null,
  );
  for (const place of places) {
    if (!place.about.split(' ').includes(about)) continue;
    if (place.putThrough - place.endedThrough >= MOST_WAITING) {
      db.run('UPDATE output SET missed = missed + 1 WHERE id = ?', place.id);
      continue;
    }
    let sequence = place.putThrough + 1;
    if (place.missed > 0) {
      const lost = { alarm: 'messages_missing', state: 'raised', words: String(place.missed) } as const;
      insert(db, place, sequence++, { version: 1, type: 'alarm', line: told.line, camera: null, ...lost }, null, atMs);
      db.run('UPDATE output SET missed = 0 WHERE id = ?', place.id);
    }
    insert(db, place, sequence, told, imageId, atMs);
  }
}

/** Tells the first verdicts of pictures that came while the line was judged; to be called in the transaction that judges them. */
export function tellVerdicts(db: Writer, imageIds: readonly ImageId[], atMs: number): void {
  const awaited = db.all<{ id: ImageId }>(
    `SELECT t.image_id AS id FROM told_picture t JOIN current_verdict v ON v.image_id = t.image_id
     WHERE t.told_at_ms IS NULL AND t.image_id IN (SELECT value FROM json_each(?)) ORDER BY t.image_id`,
    JSON.stringify(imageIds),
  );
  for (const { id } of awaited) {
    const said = modelWord(db, id);
    if (said === null) continue;
    put(db, 'verdict', said, id, atMs);
    db.run('UPDATE told_picture SET told_at_ms = ? WHERE image_id = ?', atMs, id);
  }
}

const isTold = (db: Reader, imageId: ImageId): boolean =>
  db.value('SELECT 1 FROM told_picture WHERE image_id = ? AND told_at_ms IS NOT NULL', imageId) !== undefined;

/** A find stopped a picture whose verdict was told: the line is to hold it after all. In the transaction that stops it. */
export function tellStopped(db: Writer, imageId: ImageId, atMs: number): void {
  const said = isTold(db, imageId) ? modelWord(db, imageId) : null;
  if (said !== null) put(db, 'verdict', said, imageId, atMs);
}

/** A person judged a told picture, or took a judgement back: what counts now. In the transaction that records it. */
export function tellDecision(db: Writer, imageId: ImageId, atMs: number): void {
  const said = isTold(db, imageId) ? standingWord(db, imageId) : null;
  if (said !== null) put(db, 'decision', said, imageId, atMs);
}

/** @param only one output alone */
export function tellAlarm(
  db: Writer,
  alarm: Omit<AlarmMessage, 'id' | 'sequence' | 'at'>,
  atMs: number,
  only?: number,
): void {
  put(db, 'alarm', alarm, null, atMs, only);
}

export interface Waiting {
  readonly sequence: number;
  readonly message: OutMessage;
}

/** The oldest messages of an output that its receiver does not have, in their order. */
export function waitingMessages(db: Reader, outputId: number, limit: number): Waiting[] {
  return db
    .all<{ sequence: number; message: string }>(
      `SELECT b.sequence, b.message FROM outbox b JOIN output o ON o.id = b.output_id
       WHERE b.output_id = ?1 AND b.sequence > o.ended_through ORDER BY b.sequence LIMIT ?2`,
      ...[outputId, limit],
    )
    .map(({ sequence, message }) => ({ sequence, message: JSON.parse(message) as OutMessage }));
}

/** When the oldest waiting message was put in; null: none waits. */
export function waitingSinceMs(db: Reader, outputId: number): number | null {
  const sql = `SELECT b.put_at_ms FROM output o JOIN outbox b ON b.output_id = o.id AND b.sequence = o.ended_through + 1
    WHERE o.id = ?`;
  return db.value<number>(sql, outputId) ?? null;
}

/** Ends the messages of an output up to a sequence: the receiver has them, or a person gave them up. Returns how many. */
export function endMessages(
  db: Writer,
  outputId: number,
  through: number,
  how: 'delivered' | 'discarded',
  atMs: number,
): number {
  return db.transaction(() => {
    const ended = db.run(
      `UPDATE outbox SET ended_at_ms = ?3, discarded = ?4 WHERE output_id = ?1 AND sequence <= ?2 AND ended_at_ms IS NULL
         AND sequence > (SELECT ended_through FROM output WHERE id = ?1)`,
      ...[outputId, through, atMs, how === 'discarded' ? 1 : 0],
    ).changes;
    db.run('UPDATE output SET ended_through = max(ended_through, ?2) WHERE id = ?1', outputId, through);
    if (how === 'delivered') db.run('UPDATE output SET delivered_at_ms = ? WHERE id = ?', atMs, outputId);
    return ended;
  });
}

/** Takes messages out of the delivery log whose time is over, some at a time; none that waits. */
export function pruneOutbox(db: Writer, outputId: number, keepDays: number, nowMs: number): void {
  db.run(
    `DELETE FROM outbox WHERE rowid IN (SELECT rowid FROM outbox WHERE output_id = ? AND ended_at_ms < ? LIMIT ?)`,
    ...[outputId, nowMs - keepDays * DAY_MS, PRUNE_AT_ONCE],
  );
}

/** A part of an output's delivery log, the newest message first. */
export function deliveryLog(db: Reader, outputId: number, limit: number, beforeId: number): DeliveryRow[] {
  return db
    .all<Omit<DeliveryRow, 'message' | 'state'> & { message: string; discarded: 0 | 1 }>(
      `SELECT sequence AS id, message, put_at_ms AS putAtMs, ended_at_ms AS endedAtMs, discarded FROM outbox
       WHERE output_id = ? AND sequence < ? ORDER BY sequence DESC LIMIT ?`,
      ...[outputId, beforeId, limit],
    )
    .map(({ message, discarded, ...row }) => ({
      ...row,
      message: JSON.parse(message) as OutMessage,
      state: row.endedAtMs === null ? 'waiting' : discarded === 1 ? 'discarded' : 'delivered',
    }));
}

export const deliveryCount = (db: Reader, outputId: number): number =>
  db.value<number>('SELECT count(*) FROM outbox WHERE output_id = ?', outputId) ?? 0;
