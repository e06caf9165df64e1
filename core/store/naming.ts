import * as v from 'valibot';
import type { CameraId, LineId } from '#core/domain/ids.ts';
import { defaultShifts, type Shift } from '#core/domain/shifts.ts';
import { Shifts } from '#core/contract/metadata.ts';
import type { Reader, Writer } from './handle.ts';

interface Said {
  readonly who: string;
  readonly atMs: number;
}

/** The pattern by which a camera's file names are read; null where none was set. */
export function namePattern(db: Reader, cameraId: CameraId): string | null {
  const sql = 'SELECT pattern FROM name_pattern WHERE camera_id = ? ORDER BY id DESC LIMIT 1';
  return db.value<string>(sql, cameraId) || null;
}

/** Sets a camera's pattern, null for none, and lets its pictures be derived anew. */
export function setNamePattern(db: Writer, cameraId: CameraId, pattern: string | null, { who, atMs }: Said): void {
  db.transaction(() => {
    const sql = 'INSERT INTO name_pattern (camera_id, pattern, who, at_ms) VALUES (?, ?, ?, ?)';
    db.run(sql, cameraId, pattern ?? '', who, atMs);
    db.run('INSERT OR REPLACE INTO meta_redo (camera_id, after_id) VALUES (?, 0)', cameraId);
  });
}

/** The shifts of a line, the default ones until somebody said otherwise. */
export function shiftCalendar(db: Reader, lineId: LineId): readonly Shift[] {
  const sql = 'SELECT shifts FROM shift_calendar WHERE line_id = ? ORDER BY id DESC LIMIT 1';
  const stored = db.value<string>(sql, lineId);
  return stored === undefined ? defaultShifts : v.parse(Shifts, JSON.parse(stored));
}

/** Sets a line's shifts and lets the pictures of all its cameras be derived anew. */
export function setShiftCalendar(db: Writer, lineId: LineId, shifts: readonly Shift[], { who, atMs }: Said): void {
  db.transaction(() => {
    const sql = 'INSERT INTO shift_calendar (line_id, shifts, who, at_ms) VALUES (?, ?, ?, ?)';
    db.run(sql, lineId, JSON.stringify(shifts), who, atMs);
    db.run('INSERT OR REPLACE INTO meta_redo (camera_id, after_id) SELECT id, 0 FROM camera WHERE line_id = ?', lineId);
  });
}

/** Where a camera's files are and which line it belongs to, also after it was taken out. */
export function cameraPlace(db: Reader, cameraId: CameraId): { folder: string; lineId: LineId } | null {
  const sql = 'SELECT folder, line_id AS lineId FROM camera WHERE id = ?';
  return db.one<{ folder: string; lineId: LineId }>(sql, cameraId) ?? null;
}

/** Paths of a camera's newest files. */
export function newestPaths(db: Reader, cameraId: CameraId, limit: number): string[] {
  const sql = `SELECT path FROM sighting WHERE camera_id = ? AND replaced_at_ms IS NULL AND page = 0 ORDER BY id DESC LIMIT ?`;
  return db.all<{ path: string }>(sql, cameraId, limit).map(({ path }) => path);
}

/** Whether a camera has a pattern and none of its newest names, 20 at most, follows it. */
export function namesMissed(db: Reader, cameraId: CameraId): boolean {
  const newest = db.all<{ matched: number | null }>(
    'SELECT matched FROM image_meta WHERE camera_id = ? ORDER BY image_id DESC LIMIT 20',
    cameraId,
  );
  return newest.length > 0 && newest.every(({ matched }) => matched === 0);
}
