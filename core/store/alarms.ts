import type { AlarmMessage } from '#core/contract/outputs.ts';
import type { CameraId } from '#core/domain/ids.ts';
import type { Reader, Writer } from './handle.ts';
import { tellAlarm } from './outbox.ts';

/*
 * What stands in the way of the line's judging, told to outputs once when it comes and once when it goes.
 */

export interface Alarm {
  /** What is wrong, and with what. */
  readonly key: string;
  readonly code: string;
  readonly cameraId: CameraId | null;
  readonly words: string;
}

/** Raised and not cleared, the oldest first. */
export const standingAlarms = (db: Reader): Alarm[] =>
  db.all<Alarm>('SELECT key, code, camera_id AS cameraId, words FROM alarm WHERE cleared_at_ms IS NULL ORDER BY id');

function messageOf(
  db: Reader,
  { code, cameraId, words }: Alarm,
  state: AlarmMessage['state'],
): Omit<AlarmMessage, 'id' | 'sequence' | 'at'> {
  const camera = db.one<{ line: string; camera: string }>(
    'SELECT l.name AS line, c.name AS camera FROM camera c JOIN line l ON l.id = c.line_id WHERE c.id = ?',
    cameraId,
  );
  const line = camera?.line ?? db.value<string>('SELECT name FROM line ORDER BY id LIMIT 1') ?? '';
  return { version: 1, type: 'alarm', line, camera: camera?.camera ?? null, alarm: code, state, words };
}

/** Raises an alarm unless it stands already. */
export function raiseAlarm(db: Writer, alarm: Alarm, atMs: number): void {
  db.transaction(() => {
    const { key, code, cameraId, words } = alarm;
    const raised = db.run(
      'INSERT OR IGNORE INTO alarm (key, code, camera_id, words, raised_at_ms) VALUES (?, ?, ?, ?, ?)',
      ...[key, code, cameraId, words, atMs],
    );
    if (raised.changes > 0) tellAlarm(db, messageOf(db, alarm, 'raised'), atMs);
  });
}

export function clearAlarm(db: Writer, alarm: Alarm, atMs: number): void {
  db.transaction(() => {
    const cleared = db.run(
      'UPDATE alarm SET cleared_at_ms = ? WHERE key = ? AND cleared_at_ms IS NULL',
      atMs,
      alarm.key,
    );
    if (cleared.changes > 0) tellAlarm(db, messageOf(db, alarm, 'cleared'), atMs);
  });
}

/** Tells an output that is new what stands. */
export function tellStanding(db: Writer, outputId: number, atMs: number): void {
  for (const alarm of standingAlarms(db)) tellAlarm(db, messageOf(db, alarm, 'raised'), atMs, outputId);
}
