import type { DriftAlarm, DriftAnswer } from '#core/contract/drift.ts';
import type { DriftState } from '#core/domain/drift/follow.ts';
import type { DriftDirection, DriftMeasure } from '#core/domain/drift/measures.ts';
import type { DriftNormal } from '#core/domain/drift/normal.ts';
import type { CameraId, ImageId } from '#core/domain/ids.ts';
import type { Reader, Writer } from './handle.ts';

/** How a measure normally is, with the pictures that told it. */
export interface DriftNormalRow {
  readonly key: string;
  readonly normal: DriftNormal;
  readonly imageIds: readonly ImageId[];
}

export function driftNormal(db: Reader, cameraId: CameraId, measure: DriftMeasure): DriftNormalRow | null {
  const row = db.one<{ key: string; normal: string; imageIds: string }>(
    'SELECT key, normal, image_ids AS imageIds FROM drift_normal WHERE camera_id = ? AND measure = ?',
    ...[cameraId, measure],
  );
  if (row === undefined) return null;
  const { key, normal, imageIds } = row;
  return { key, normal: JSON.parse(normal) as DriftNormal, imageIds: JSON.parse(imageIds) as ImageId[] };
}

export function saveDriftNormal(db: Writer, cameraId: CameraId, row: DriftNormalRow, atMs: number): void {
  const { key, normal, imageIds } = row;
  db.run(
    'INSERT OR REPLACE INTO drift_normal (camera_id, measure, key, normal, image_ids, at_ms) VALUES (?, ?, ?, ?, ?, ?)',
    ...[cameraId, normal.measure, key, JSON.stringify(normal), JSON.stringify(imageIds), atMs],
  );
}

/** What the tests of a measure know; null where they have not begun since `key` came to hold. */
export function driftState(db: Reader, cameraId: CameraId, measure: DriftMeasure, key: string): DriftState | null {
  const sql = 'SELECT state FROM drift_state WHERE camera_id = ? AND measure = ? AND key = ?';
  const state = db.value<string>(sql, cameraId, measure, key);
  return state === undefined ? null : (JSON.parse(state) as DriftState);
}

export function saveDriftState(
  db: Writer,
  cameraId: CameraId,
  measure: DriftMeasure,
  { key, state }: { readonly key: string; readonly state: DriftState },
): void {
  db.run(
    'INSERT OR REPLACE INTO drift_state (camera_id, measure, key, state) VALUES (?, ?, ?, ?)',
    ...[cameraId, measure, key, JSON.stringify(state)],
  );
}

/** A change as it was told. */
export interface DriftAlarmRow {
  readonly id: number;
  readonly cameraId: CameraId;
  readonly measure: DriftMeasure;
  readonly direction: DriftDirection;
  readonly classId: number | null;
  readonly sinceImageId: ImageId;
  readonly atImageId: ImageId;
  readonly before: number | null;
  readonly after: number | null;
  readonly beforeImageId: ImageId | null;
  readonly afterImageId: ImageId | null;
  readonly atMs: number;
}

export function addDriftAlarm(db: Writer, alarm: Omit<DriftAlarmRow, 'id'>): number {
  const { cameraId, measure, direction, classId, sinceImageId, atImageId, before, after } = alarm;
  return db.run(
    `INSERT INTO drift_alarm (camera_id, measure, direction, class_id, since_image_id, at_image_id, before_value, after_value,
       before_image_id, after_image_id, at_ms) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    ...[cameraId, measure, direction, classId, sinceImageId, atImageId, before, after],
    ...[alarm.beforeImageId, alarm.afterImageId, alarm.atMs],
  ).id;
}

/** Alarms that no person has answered, of cameras that are watched, with the names and times that words need; oldest first. */
export function standingDrift(db: Reader, cameraId: CameraId | null = null): DriftAlarm[] {
  return db.all<DriftAlarm>(
    `SELECT d.id, d.camera_id AS cameraId, c.name AS camera, d.measure, d.direction, k.name AS kind, d.before_value AS before,
       d.after_value AS after, i.taken_at_ms AS sinceMs, d.at_ms AS atMs, d.before_image_id AS beforeImageId,
       d.after_image_id AS afterImageId
     FROM drift_alarm d JOIN camera c ON c.id = d.camera_id JOIN image i ON i.id = d.since_image_id
     LEFT JOIN class k ON k.id = d.class_id
     WHERE c.removed_at_ms IS NULL AND (?1 IS NULL OR d.camera_id = ?1)
       AND d.id > coalesce((SELECT max(e.alarms_through) FROM drift_clear e WHERE e.camera_id = d.camera_id), 0) ORDER BY d.id`,
    ...[cameraId],
  );
}

export interface DriftClearRow {
  readonly id: number;
  readonly cameraId: CameraId;
  readonly alarmsThrough: number;
  readonly how: DriftAnswer;
  readonly throughImageId: number;
  readonly reason: string;
  readonly who: string;
  readonly atMs: number;
}

export function addDriftClear(db: Writer, clear: Omit<DriftClearRow, 'id'>): void {
  const { cameraId, alarmsThrough, how, throughImageId, reason, who, atMs } = clear;
  db.run(
    `INSERT INTO drift_clear (camera_id, alarms_through, how, through_image_id, reason, who, at_ms)
     VALUES (?, ?, ?, ?, ?, ?, ?)`,
    ...[cameraId, alarmsThrough, how, throughImageId, reason, who, atMs],
  );
}

/** Newest first. */
export function driftClears(db: Reader, cameraId: CameraId): DriftClearRow[] {
  return db.all<DriftClearRow>(
    `SELECT id, camera_id AS cameraId, alarms_through AS alarmsThrough, how, through_image_id AS throughImageId, reason, who,
       at_ms AS atMs FROM drift_clear WHERE camera_id = ? ORDER BY id DESC`,
    cameraId,
  );
}

/** Pictures of a camera that drifted, from the change to the mending (none yet: to the newest): they tell nobody what is normal. */
export function driftedRanges(db: Reader, cameraId: CameraId): { readonly from: number; readonly to: number }[] {
  return db.all(
    `SELECT d.since_image_id AS "from", coalesce(k.through_image_id, ${Number.MAX_SAFE_INTEGER}) AS "to"
     FROM drift_alarm d LEFT JOIN drift_clear k ON k.id = (SELECT min(a.id) FROM drift_clear a
       WHERE a.camera_id = d.camera_id AND a.alarms_through >= d.id)
     WHERE d.camera_id = ? AND coalesce(k.how, 'mended') = 'mended'`,
    cameraId,
  );
}
