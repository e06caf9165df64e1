import type { CameraId, ImageId, ModelId } from '#core/domain/ids.ts';
import type { Reader, Writer } from './handle.ts';

/** Pictures of which the waiting is told. */
const NEWEST = 100;
/** A last write longer before the file was first seen is the camera's clock or a later copy, no waiting of ours. */
const PLAUSIBLE_MS = 600_000;

/** Records which pictures have their first verdict now; those that have none, or had one before, are passed over. */
export function addLiveVerdicts(db: Writer, imageIds: readonly ImageId[], modelId: ModelId, atMs: number): void {
  db.run(
    `INSERT INTO live_verdict (camera_id, image_id, model_id, written_at_ms, seen_at_ms, judged_at_ms)
     SELECT i.camera_id, i.id, ?2, CASE WHEN g.mtime_ms BETWEEN i.seen_at_ms - ?4 AND i.seen_at_ms
       THEN CAST(g.mtime_ms AS INTEGER) END, i.seen_at_ms, ?3
     FROM image i JOIN current_verdict v ON v.image_id = i.id
     JOIN sighting g ON g.id = (SELECT min(id) FROM sighting WHERE image_id = i.id)
     WHERE i.id IN (SELECT value FROM json_each(?1))
     ON CONFLICT (image_id) DO NOTHING`,
    ...[JSON.stringify(imageIds), modelId, atMs, PLAUSIBLE_MS],
  );
}

/** How long a camera's newest pictures waited from the last write of their file to their verdict. */
export interface LiveWait {
  readonly pictures: number;
  readonly medianSeconds: number;
  readonly p95Seconds: number;
  /** Pictures beside them whose file's time does not go with this computer's clock. */
  readonly unclear: number;
}

/** null while no picture of the camera was judged as it came. */
export function liveWait(db: Reader, cameraId: CameraId): LiveWait | null {
  const rows = db.all<{ waitMs: number | null }>(
    `SELECT judged_at_ms - written_at_ms AS waitMs FROM live_verdict WHERE camera_id = ? ORDER BY id DESC LIMIT ?`,
    ...[cameraId, NEWEST],
  );
  const waits = rows.flatMap(({ waitMs }) => (waitMs === null ? [] : [Math.max(0, waitMs)])).sort((a, b) => a - b);
  if (waits.length === 0) return null;
  const quantile = (share: number): number => (waits[Math.ceil(share * waits.length) - 1] ?? 0) / 1000;
  return {
    pictures: waits.length,
    medianSeconds: quantile(0.5),
    p95Seconds: quantile(0.95),
    unclear: rows.length - waits.length,
  };
}

/** Seconds from one part to the next; null where nobody stated them. */
export function taktOf(db: Reader, cameraId: CameraId): number | null {
  const sql = 'SELECT seconds FROM camera_takt WHERE camera_id = ? ORDER BY id DESC LIMIT 1';
  return db.value<number | null>(sql, cameraId) ?? null;
}

export function setTakt(
  db: Writer,
  cameraId: CameraId,
  seconds: number | null,
  by: { readonly who: string; readonly atMs: number },
): void {
  db.run(
    'INSERT INTO camera_takt (camera_id, seconds, who, at_ms) VALUES (?, ?, ?, ?)',
    cameraId,
    seconds,
    by.who,
    by.atMs,
  );
}
