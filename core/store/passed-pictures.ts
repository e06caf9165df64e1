import type { CameraId, ImageId } from '#core/domain/ids.ts';
import { stillThere } from './forget.ts';
import type { Reader } from './handle.ts';

/** Which passed pictures; absent: whichever. `text` is sought in the file's name, lot and serial. */
export interface PassedFilter {
  readonly text?: string | undefined;
  readonly lot?: string | undefined;
  readonly serial?: string | undefined;
  readonly shift?: string | undefined;
  readonly cameraId?: CameraId | undefined;
  /** From and to when it was taken, both included. */
  readonly fromMs?: number | undefined;
  readonly toMs?: number | undefined;
}

/** A text as LIKE seeks it: what a person typed has no wild cards. */
const anywhere = (text: string): string => `%${text.replaceAll(/[\\%_]/g, (sign) => `\\${sign}`)}%`;

/** `?1` … `?7` are {@link valuesOf}. Judged OK by the marks and by no person; `x` is the picture's row. */
const passed = `FROM current_verdict v JOIN image x ON x.id = v.image_id
  LEFT JOIN image_meta m ON m.image_id = v.image_id
  LEFT JOIN current_label k ON k.image_id = v.image_id
  WHERE v.flagged = 0 AND k.image_id IS NULL AND ${stillThere('v')}
    AND (?1 IS NULL OR x.file_name LIKE ?1 ESCAPE '\\' OR m.lot LIKE ?1 ESCAPE '\\' OR m.serial LIKE ?1 ESCAPE '\\')
    AND (?2 IS NULL OR m.lot = ?2) AND (?3 IS NULL OR m.serial = ?3) AND (?4 IS NULL OR m.shift = ?4)
    AND (?5 IS NULL OR x.camera_id = ?5) AND (?6 IS NULL OR x.taken_at_ms >= ?6) AND (?7 IS NULL OR x.taken_at_ms <= ?7)`;

function valuesOf({ text, lot, serial, shift, cameraId, fromMs, toMs }: PassedFilter) {
  return [
    ...[text ? anywhere(text) : null, lot || null, serial || null, shift || null],
    ...[cameraId ?? null, fromMs ?? null, toMs ?? null],
  ];
}

/** One page of passed pictures, newest first, and how many there are in all. */
export function passedPage(
  db: Reader,
  filter: PassedFilter,
  page: { readonly beforeId?: ImageId | undefined; readonly limit: number },
): { ids: ImageId[]; total: number } {
  const values = valuesOf(filter);
  const rows = db.all<{ id: ImageId }>(
    `SELECT v.image_id AS id ${passed} AND v.image_id < ?8 ORDER BY v.image_id DESC LIMIT ?9`,
    ...[...values, page.beforeId ?? Number.MAX_SAFE_INTEGER, page.limit],
  );
  return { ids: rows.map(({ id }) => id), total: countPassed(db, filter) };
}

export function countPassed(db: Reader, filter: PassedFilter): number {
  return db.value<number>(`SELECT count(*) ${passed}`, ...valuesOf(filter)) ?? 0;
}

/** Passed pictures by suspicion: the score of the active model, the highest first. */
export function mostSuspicious(db: Reader, filter: PassedFilter, limit: number): ImageId[] {
  return db
    .all<{ id: ImageId }>(
      `SELECT v.image_id AS id ${passed} ORDER BY v.score DESC, v.image_id LIMIT ?8`,
      ...[...valuesOf(filter), limit],
    )
    .map(({ id }) => id);
}

/** Every passed picture of a filter, in order of arrival. */
export function passedIds(db: Reader, filter: PassedFilter): ImageId[] {
  return db
    .all<{ id: ImageId }>(`SELECT v.image_id AS id ${passed} ORDER BY v.image_id`, ...valuesOf(filter))
    .map(({ id }) => id);
}

/** Whether any picture at all is of a lot or a serial. */
export function isKnownPart(db: Reader, lot: string, serial: string): boolean {
  if (lot === '' && serial === '') return true;
  const sql = `SELECT 1 FROM image_meta WHERE (?1 = '' OR lot = ?1) AND (?2 = '' OR serial = ?2) LIMIT 1`;
  return db.value(sql, lot, serial) !== undefined;
}

export interface PartRow {
  readonly imageId: ImageId;
  readonly lot: string;
  readonly serial: string;
  readonly shift: string;
  readonly camera: string;
  readonly fileName: string;
  readonly takenAtMs: number;
}

/** Which part each picture shows, as far as that is known. */
export function partRows(db: Reader, ids: readonly ImageId[]): PartRow[] {
  return db.all<PartRow>(
    `SELECT i.id AS imageId, coalesce(m.lot, '') AS lot, coalesce(m.serial, '') AS serial, coalesce(m.shift, '') AS shift,
       c.name AS camera, i.file_name AS fileName, i.taken_at_ms AS takenAtMs
     FROM image i JOIN camera c ON c.id = i.camera_id LEFT JOIN image_meta m ON m.image_id = i.id
     WHERE i.id IN (SELECT value FROM json_each(?))`,
    JSON.stringify(ids),
  );
}
