import { createHash } from 'node:crypto';
import * as v from 'valibot';
import { InspectionArea as AreaSchema, type AreaVersion } from '#core/contract/inspection-area.ts';
import type { CameraId } from '#core/domain/ids.ts';
import type { InspectionArea, UsedArea } from '#core/domain/inspection-area.ts';
import type { Reader, Writer } from './handle.ts';

/** Adds a version, which is the camera's from then on. */
export function addArea(
  db: Writer,
  version: Omit<AreaVersion, 'id'> & { readonly cameraId: CameraId },
): AreaVersion['id'] {
  const { cameraId, area, reason, who, atMs } = version;
  return db.run(
    'INSERT INTO inspection_area (camera_id, area, reason, who, at_ms) VALUES (?, ?, ?, ?, ?)',
    ...[cameraId, JSON.stringify(area), reason, who, atMs],
  ).id;
}

/** Versions of a camera's area, newest first. */
export function listAreas(db: Reader, cameraId: CameraId, limit = 100): AreaVersion[] {
  return db
    .all<Omit<AreaVersion, 'area'> & { area: string }>(
      `SELECT id, area, reason, who, at_ms AS atMs FROM inspection_area WHERE camera_id = ? ORDER BY id DESC LIMIT ?`,
      ...[cameraId, limit],
    )
    .map((row) => ({ ...row, area: v.parse(AreaSchema, JSON.parse(row.area)) }));
}

/**
 * An area as pictures are read by it. Null for one that says "everything": its pictures are read as those of a camera
 * that never had one.
 */
export function usedArea(area: InspectionArea): UsedArea | null {
  if (area.region === null && area.ignore.length === 0) return null;
  return { key: createHash('sha256').update(JSON.stringify(area)).digest('hex').slice(0, 16), area };
}

const stored = (area: string): UsedArea | null => usedArea(v.parse(AreaSchema, JSON.parse(area)));

/** By what a camera's pictures are read now; null: its whole picture is inspected. */
export function currentArea(db: Reader, cameraId: CameraId): UsedArea | null {
  const sql = 'SELECT area FROM inspection_area WHERE camera_id = ? ORDER BY id DESC LIMIT 1';
  const area = db.value<string>(sql, cameraId);
  return area === undefined ? null : stored(area);
}

/** By what every camera's pictures are read now; a camera whose whole picture is inspected is not among them. */
export function currentAreas(db: Reader): ReadonlyMap<CameraId, UsedArea> {
  const rows = db.all<{ cameraId: CameraId; area: string }>(
    `SELECT camera_id AS cameraId, area FROM inspection_area
     WHERE id IN (SELECT max(id) FROM inspection_area GROUP BY camera_id)`,
  );
  return new Map(
    rows.flatMap(({ cameraId, area }) => {
      const used = stored(area);
      return used === null ? [] : [[cameraId, used] as const];
    }),
  );
}

/** The newest version of any camera; 0 before the first. */
export function newestAreaId(db: Reader): number {
  return db.value<number>('SELECT max(id) FROM inspection_area') ?? 0;
}

/** Watched cameras whose pictures are read by another area than when version `through` was the newest of all. */
export function camerasWithOtherArea(db: Reader, through: number): { readonly id: CameraId; readonly name: string }[] {
  const whole = JSON.stringify({ region: null, ignore: [] } satisfies InspectionArea);
  const newest = (bound: string): string =>
    `coalesce((SELECT area FROM inspection_area v WHERE v.camera_id = c.id ${bound} ORDER BY v.id DESC LIMIT 1), ?1)`;
  return db.all(
    `SELECT c.id, c.name FROM camera c
     WHERE c.removed_at_ms IS NULL AND ${newest('')} <> ${newest('AND v.id <= ?2')} ORDER BY c.id`,
    ...[whole, through],
  );
}
