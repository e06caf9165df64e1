import type { CameraId } from '#core/domain/ids.ts';
import type { SideCarFacts } from '#core/domain/picture-facts.ts';
import type { ErrorData, ErrorParams } from '#core/contract/errors.ts';
import type { Reader, Writer } from './handle.ts';
import type { FileFacts } from './images.ts';

/** A side-car as last read. `path` relative to the camera's folder. */
export interface SideCarFile extends FileFacts {
  readonly path: string;
}

export interface SideCarRow extends SideCarFacts {
  readonly stem: string;
}

const columns = 'lot, serial, line, camera, shift, taken_at_ms AS takenAtMs';

export function knownSideCars(db: Reader, cameraId: CameraId): SideCarFile[] {
  const sql = 'SELECT path, bytes, mtime_ms AS mtimeMs, inode FROM side_car WHERE camera_id = ?';
  return db.all<SideCarFile>(sql, cameraId);
}

/** The number of a side-car, made where it is new; it counts as unread until {@link settleSideCar}. */
export function openSideCar(db: Writer, cameraId: CameraId, path: string): number {
  db.run(
    `INSERT INTO side_car (camera_id, path, bytes, mtime_ms, inode, params, at_ms) VALUES (?, ?, -1, 0, 0, '{}', 0)
     ON CONFLICT DO NOTHING`,
    cameraId,
    path,
  );
  return db.value<number>('SELECT id FROM side_car WHERE camera_id = ? AND path = ?', cameraId, path) ?? 0;
}

/** A side-car was read, with what was wrong with it. */
export function settleSideCar(db: Writer, id: number, file: FileFacts, error: ErrorData | null, atMs: number): void {
  db.run(
    'UPDATE side_car SET bytes = ?, mtime_ms = ?, inode = ?, code = ?, params = ?, at_ms = ? WHERE id = ?',
    ...[file.bytes, file.mtimeMs, file.inode, error?.code ?? null, JSON.stringify(error?.params ?? {}), atMs, id],
  );
}

export function sideCarRows(db: Reader, id: number): SideCarRow[] {
  return db.all<SideCarRow>(`SELECT stem, ${columns} FROM side_car_row WHERE side_car_id = ?`, id);
}

export function putSideCarRow(db: Writer, id: number, cameraId: CameraId, row: SideCarRow): void {
  db.run(
    `INSERT OR REPLACE INTO side_car_row (side_car_id, camera_id, stem, lot, serial, line, camera, shift, taken_at_ms)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    ...[id, cameraId, row.stem, row.lot, row.serial, row.line, row.camera, row.shift, row.takenAtMs],
  );
}

export function dropSideCarRow(db: Writer, id: number, stem: string): void {
  db.run('DELETE FROM side_car_row WHERE side_car_id = ? AND stem = ?', id, stem);
}

/** What side-cars say of a picture, fact by fact: one of its own (JSON) before a list (CSV), the newer before the older. */
export function sideCarFacts(db: Reader, cameraId: CameraId, stem: string): SideCarFacts | null {
  const rows = db.all<SideCarFacts>(
    `SELECT ${columns} FROM side_car_row r JOIN side_car s ON s.id = r.side_car_id
     WHERE r.camera_id = ? AND r.stem = ? ORDER BY s.path LIKE '%.csv', s.id DESC`,
    cameraId,
    stem,
  );
  const first = <K extends keyof SideCarFacts>(key: K): SideCarFacts[K] | null =>
    rows.find((row) => row[key] !== null)?.[key] ?? null;
  return rows.length === 0
    ? null
    : {
        ...{ lot: first('lot'), serial: first('serial'), line: first('line'), camera: first('camera') },
        ...{ shift: first('shift'), takenAtMs: first('takenAtMs') },
      };
}

export interface BrokenSideCar {
  readonly path: string;
  readonly error: ErrorData;
}

/** Side-cars that could not be read, or not wholly, newest first, and how many there are. */
export function brokenSideCars(
  db: Reader,
  cameraId: CameraId,
  limit: number,
): { rows: BrokenSideCar[]; total: number } {
  const rows = db.all<{ path: string; code: ErrorData['code']; params: string }>(
    'SELECT path, code, params FROM side_car WHERE camera_id = ? AND code IS NOT NULL ORDER BY id DESC LIMIT ?',
    cameraId,
    limit,
  );
  return {
    rows: rows.map(({ path, code, params }) => ({
      path,
      error: { code, params: JSON.parse(params) as ErrorParams },
    })),
    total: db.value<number>('SELECT count(*) FROM side_car WHERE camera_id = ? AND code IS NOT NULL', cameraId) ?? 0,
  };
}

/** How many side-cars were read. */
export function sideCarCount(db: Reader, cameraId: CameraId): number {
  return db.value<number>('SELECT count(*) FROM side_car WHERE camera_id = ? AND code IS NULL', cameraId) ?? 0;
}

/** A broken side-car is gone from the disk: nothing more to be said of it. What it did say stays. */
export function forgetFault(db: Writer, cameraId: CameraId, path: string): void {
  db.run("UPDATE side_car SET code = NULL, params = '{}' WHERE camera_id = ? AND path = ?", cameraId, path);
}
