import type { CameraId } from '#core/domain/ids.ts';
import { defaultWatching, type WatchingSettings } from '#core/contract/watching.ts';
import type { Reader, Writer } from './handle.ts';
import type { FileFacts } from './images.ts';

/** How a camera's folder is watched; what holds without a word where nobody set anything. */
export function watchingOf(db: Reader, cameraId: CameraId): WatchingSettings {
  const row = db.one<Omit<WatchingSettings, 'marker'> & { marker: 0 | 1 }>(
    `SELECT mode, backlog, max_depth AS maxDepth, include, exclude, marker FROM watching
     WHERE camera_id = ? ORDER BY id DESC LIMIT 1`,
    cameraId,
  );
  return row === undefined ? defaultWatching : { ...row, marker: row.marker === 1 };
}

/** Sets how a camera's folder is watched from now on; what held before stays on record. */
export function setWatching(
  db: Writer,
  cameraId: CameraId,
  settings: WatchingSettings,
  { who, atMs }: { readonly who: string; readonly atMs: number },
): void {
  const { mode, backlog, maxDepth, include, exclude, marker } = settings;
  db.run(
    `INSERT INTO watching (camera_id, mode, backlog, max_depth, include, exclude, marker, who, at_ms)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    ...[cameraId, mode, backlog, maxDepth, include, exclude, marker ? 1 : 0, who, atMs],
  );
}

/** What the watching remembers of a camera's folder from one start to the next. */
export interface FolderMemory {
  /** What the folder's marker file says; null: it has none. */
  readonly marker: string | null;
  /** Files that the last whole scan found, and those that came since; null before it. */
  readonly expected: number | null;
  /** While the first scan is under way: what changed last before this was there before the camera, and is passed over. */
  readonly backlogBeforeMs: number | null;
}

const nothing: FolderMemory = { marker: null, expected: null, backlogBeforeMs: null };

export function folderMemory(db: Reader, cameraId: CameraId): FolderMemory {
  const sql = `SELECT marker, expected, backlog_before_ms AS backlogBeforeMs FROM folder_memory WHERE camera_id = ?`;
  return db.one<FolderMemory>(sql, cameraId) ?? nothing;
}

export function remember(db: Writer, cameraId: CameraId, change: Partial<FolderMemory>): void {
  const { marker, expected, backlogBeforeMs } = { ...folderMemory(db, cameraId), ...change };
  db.run(
    `INSERT INTO folder_memory (camera_id, marker, expected, backlog_before_ms) VALUES (?, ?, ?, ?)
     ON CONFLICT (camera_id) DO UPDATE SET marker = excluded.marker, expected = excluded.expected,
       backlog_before_ms = excluded.backlog_before_ms`,
    ...[cameraId, marker, expected, backlogBeforeMs],
  );
}

/** A file that was there before the camera, as it was then. */
export interface PassedOver extends FileFacts {
  readonly path: string;
}

export function passOver(db: Writer, cameraId: CameraId, files: readonly PassedOver[]): void {
  db.transaction(() => {
    for (const { path, bytes, mtimeMs, inode } of files)
      db.run(
        'INSERT OR REPLACE INTO passed_over (camera_id, path, bytes, mtime_ms, inode) VALUES (?, ?, ?, ?, ?)',
        ...[cameraId, path, bytes, mtimeMs, inode],
      );
  });
}

export function passedOver(db: Reader, cameraId: CameraId): PassedOver[] {
  return db.all<PassedOver>(
    'SELECT path, bytes, mtime_ms AS mtimeMs, inode FROM passed_over WHERE camera_id = ?',
    cameraId,
  );
}

/** Files still passed over: one that changed since was taken. */
export function countPassedOver(db: Reader, cameraId: CameraId): number {
  return (
    db.value<number>(
      `SELECT count(*) FROM passed_over p WHERE p.camera_id = ?
         AND NOT EXISTS (SELECT 1 FROM sighting s WHERE s.path = p.path AND s.replaced_at_ms IS NULL)`,
      cameraId,
    ) ?? 0
  );
}

/** The backlog is wanted after all: the next scan takes it. */
export function takePassedOver(db: Writer, cameraId: CameraId): void {
  db.run('DELETE FROM passed_over WHERE camera_id = ?', cameraId);
}
