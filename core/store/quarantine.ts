import type { CameraId, ImageId } from '#core/domain/ids.ts';
import type { ErrorData, ErrorParams } from '#core/contract/errors.ts';
import type { FileFacts } from './images.ts';
import type { Reader, Writer } from './handle.ts';

export interface QuarantineRow {
  readonly id: number;
  readonly cameraId: CameraId;
  readonly fileName: string;
  readonly path: string;
  readonly error: ErrorData;
  readonly tries: number;
  readonly atMs: number;
}

export interface BrokenFile extends FileFacts {
  readonly cameraId: CameraId;
  readonly path: string;
  readonly fileName: string;
  readonly error: ErrorData;
  readonly atMs: number;
}

/** Puts a file that cannot be used on the list, or counts one more try when it is there already. Returns the tries. */
export function quarantineFile(db: Writer, file: BrokenFile): number {
  const { cameraId, path, fileName, error, bytes, mtimeMs, inode, atMs } = file;
  return db.transaction(() => {
    db.run(
      `INSERT INTO quarantine (camera_id, path, file_name, code, params, bytes, mtime_ms, inode, at_ms)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
       ON CONFLICT (path) WHERE resolved_at_ms IS NULL DO UPDATE SET code = excluded.code, params = excluded.params,
         bytes = excluded.bytes, mtime_ms = excluded.mtime_ms, inode = excluded.inode, at_ms = excluded.at_ms,
         tries = tries + 1`,
      ...[cameraId, path, fileName, error.code, JSON.stringify(error.params), bytes, mtimeMs, inode, atMs],
    );
    return db.value<number>('SELECT tries FROM quarantine WHERE path = ? AND resolved_at_ms IS NULL', path) ?? 0;
  });
}

/** Puts an admitted picture that later could not be read (by the engine, say) on the list. */
export function quarantineImage(db: Writer, imageId: ImageId, error: ErrorData, atMs: number): void {
  const file = db.one<Omit<BrokenFile, 'error' | 'atMs'>>(
    `SELECT s.camera_id AS cameraId, s.path, i.file_name AS fileName, s.bytes, s.mtime_ms AS mtimeMs, s.inode
     FROM image i JOIN sighting s ON s.image_id = i.id AND s.path = i.path AND s.replaced_at_ms IS NULL WHERE i.id = ?`,
    imageId,
  );
  if (file !== undefined) quarantineFile(db, { ...file, error, atMs });
}

export function isQuarantined(db: Reader, path: string): boolean {
  return db.value<number>('SELECT 1 FROM quarantine WHERE path = ? AND resolved_at_ms IS NULL', path) === 1;
}

/** How many broken files there are, of one camera or of all. */
export function countQuarantined(db: Reader, cameraId: CameraId | null = null): number {
  const sql = 'SELECT count(*) FROM quarantine WHERE resolved_at_ms IS NULL AND (?1 IS NULL OR camera_id = ?1)';
  return db.value<number>(sql, cameraId) ?? 0;
}

/** Broken files, newest first, of one camera or of all. `beforeId`: only older ones. */
export function listQuarantine(
  db: Reader,
  limit: number,
  cameraId: CameraId | null = null,
  beforeId: number = Number.MAX_SAFE_INTEGER,
): QuarantineRow[] {
  return db
    .all<{
      id: number;
      cameraId: CameraId;
      fileName: string;
      path: string;
      code: ErrorData['code'];
      params: string;
      tries: number;
      atMs: number;
    }>(
      `SELECT id, camera_id AS cameraId, file_name AS fileName, path, code, params, tries, at_ms AS atMs FROM quarantine
       WHERE resolved_at_ms IS NULL AND (?1 IS NULL OR camera_id = ?1) AND id < ?3 ORDER BY id DESC LIMIT ?2`,
      cameraId,
      limit,
      beforeId,
    )
    .map(({ code, params, ...row }) => ({ ...row, error: { code, params: JSON.parse(params) as ErrorParams } }));
}
