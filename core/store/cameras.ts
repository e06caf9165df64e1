import type { CameraId, ImageId, LineId } from '#core/domain/ids.ts';
import type { Reader, Writer } from './handle.ts';

export interface LineRow {
  readonly id: LineId;
  readonly name: string;
}

export interface CameraRow {
  readonly id: CameraId;
  readonly lineId: LineId;
  readonly name: string;
  readonly folder: string;
  readonly paused: boolean;
  readonly lastScanAtMs: number | null;
}

export function listLines(db: Reader): LineRow[] {
  return db.all<LineRow>('SELECT id, name FROM line ORDER BY id');
}

/** The line of that name, made when there is none. */
export function ensureLine(db: Writer, name: string): LineId {
  db.run('INSERT INTO line (name) VALUES (?) ON CONFLICT DO NOTHING', name);
  return (db.value<number>('SELECT id FROM line WHERE name = ?', name) ?? 0) as LineId;
}

type Stored = Omit<CameraRow, 'paused'> & { readonly paused: 0 | 1 };
const columns = 'id, line_id AS lineId, name, folder, paused, last_scan_at_ms AS lastScanAtMs';
const toCamera = (row: Stored): CameraRow => ({ ...row, paused: row.paused === 1 });

/** Cameras that are being watched or paused, in the order in which they were added. */
export function listCameras(db: Reader): CameraRow[] {
  return db.all<Stored>(`SELECT ${columns} FROM camera WHERE removed_at_ms IS NULL ORDER BY id`).map(toCamera);
}

export function getCamera(db: Reader, id: CameraId): CameraRow | null {
  const row = db.one<Stored>(`SELECT ${columns} FROM camera WHERE id = ? AND removed_at_ms IS NULL`, id);
  return row === undefined ? null : toCamera(row);
}

/** Adds a camera. A folder that was watched before becomes the same camera again, so its pictures are still its own. */
export function addCamera(
  db: Writer,
  camera: { readonly lineId: LineId; readonly name: string; readonly folder: string; readonly atMs: number },
): CameraId {
  return db.transaction(() => {
    const { lineId, name, folder, atMs } = camera;
    const former = db.value<number>('SELECT id FROM camera WHERE folder = ? ORDER BY id DESC LIMIT 1', folder);
    if (former !== undefined) {
      db.run(
        'UPDATE camera SET removed_at_ms = NULL, paused = 0, name = ?, line_id = ? WHERE id = ?',
        name,
        lineId,
        former,
      );
      return former as CameraId;
    }
    return db.run(
      'INSERT INTO camera (line_id, name, folder, created_at_ms) VALUES (?, ?, ?, ?)',
      lineId,
      name,
      folder,
      atMs,
    ).id as CameraId;
  });
}

export function setCameraPaused(db: Writer, id: CameraId, paused: boolean): void {
  db.run('UPDATE camera SET paused = ? WHERE id = ?', paused ? 1 : 0, id);
}

/** Stops watching; pictures, labels and the ledger stay. */
export function removeCamera(db: Writer, id: CameraId, atMs: number): void {
  db.run('UPDATE camera SET removed_at_ms = ? WHERE id = ?', atMs, id);
}

export function setScanned(db: Writer, id: CameraId, atMs: number): void {
  db.run('UPDATE camera SET last_scan_at_ms = ? WHERE id = ?', atMs, id);
}

export interface CameraCounts {
  readonly images: number;
  readonly quarantined: number;
  /** Files whose bytes had been seen before. */
  readonly duplicates: number;
  readonly lastImageAtMs: number | null;
  /** Worst verdict among the newest 50 pictures and its reasons; null while none of them has one. */
  readonly light: 'ok' | 'warn' | 'reject' | null;
  readonly reasons: readonly string[];
  readonly recent: readonly ImageId[];
}

const rank = { ok: 0, warn: 1, reject: 2 } as const;

/** What the line screen shows of a camera; `recent` newest first. */
export function cameraCounts(db: Reader, id: CameraId, recentLimit = 12): CameraCounts {
  const newest = db.all<{
    id: ImageId;
    seenAtMs: number;
    verdict: 'ok' | 'warn' | 'reject' | null;
    reasons: string | null;
  }>(
    `SELECT i.id, i.seen_at_ms AS seenAtMs, q.verdict, q.reasons FROM image i LEFT JOIN quality q ON q.image_id = i.id
     WHERE i.camera_id = ? ORDER BY i.id DESC LIMIT 50`,
    id,
  );
  let light: CameraCounts['light'] = null;
  const reasons = new Set<string>();
  for (const { verdict, reasons: text } of newest) {
    if (verdict === null) continue;
    if (light === null || rank[verdict] > rank[light]) light = verdict;
    for (const reason of JSON.parse(text ?? '[]') as string[]) reasons.add(reason);
  }
  return {
    images: db.value<number>('SELECT count(*) FROM image WHERE camera_id = ?', id) ?? 0,
    quarantined:
      db.value<number>('SELECT count(*) FROM quarantine WHERE camera_id = ? AND resolved_at_ms IS NULL', id) ?? 0,
    duplicates: db.value<number>('SELECT count(*) FROM sighting WHERE camera_id = ? AND duplicate = 1', id) ?? 0,
    lastImageAtMs: newest[0]?.seenAtMs ?? null,
    light,
    reasons: [...reasons],
    recent: newest.slice(0, recentLimit).map((row) => row.id),
  };
}

/** When the first and the last picture of a camera were taken; null without any. */
export function cameraSpan(db: Reader, id: CameraId): { firstAtMs: number | null; lastAtMs: number | null } {
  const sql = 'SELECT min(taken_at_ms) AS firstAtMs, max(taken_at_ms) AS lastAtMs FROM image WHERE camera_id = ?';
  return db.one<{ firstAtMs: number | null; lastAtMs: number | null }>(sql, id) ?? { firstAtMs: null, lastAtMs: null };
}
