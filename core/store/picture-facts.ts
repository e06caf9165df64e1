import type { CameraId, ImageId, LineId } from '#core/domain/ids.ts';
import type { EditableFact, FactInputs, PictureFacts } from '#core/domain/picture-facts.ts';
import type { Reader, Writer } from './handle.ts';

/** The file a picture was admitted from, and what clocks say of it. */
export interface PictureOrigin {
  readonly imageId: ImageId;
  readonly cameraId: CameraId;
  readonly path: string;
  readonly exifAtMs: number | null;
  readonly fileAtMs: number;
  readonly seenAtMs: number;
}

/** What is derived of a picture, as it is stored. */
export interface PictureMeta extends PictureFacts {
  readonly imageId: ImageId;
  readonly cameraId: CameraId;
  readonly name: string;
  readonly stem: string;
  readonly exifAtMs: number | null;
  readonly matched: boolean | null;
}

/** Stores what was derived of a picture in place of what was before. */
export function storePictureMeta(db: Writer, meta: PictureMeta): void {
  const { imageId, cameraId, name, stem, exifAtMs, matched, takenAtMs, takenSource } = meta;
  const { lot, lotSource, serial, serialSource, shift, shiftSource, line, camera } = meta;
  db.run(
    `INSERT OR REPLACE INTO image_meta (image_id, camera_id, name, stem, exif_at_ms, matched, lot, lot_source, serial,
       serial_source, shift, shift_source, line, camera, taken_source)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    ...[imageId, cameraId, name, stem, exifAtMs, matched === null ? null : Number(matched), lot, lotSource, serial],
    ...[serialSource, shift, shiftSource, line, camera, takenSource],
  );
  db.run('UPDATE image SET taken_at_ms = ?1 WHERE id = ?2 AND taken_at_ms <> ?1', takenAtMs, imageId);
}

/**
 * Origins of pictures, by id. Rows of an older schema have no EXIF time of their own: there, a time taken that is not the
 * file's can only have come from EXIF.
 */
const origins = `
  SELECT i.id AS imageId, i.camera_id AS cameraId, s.path,
    CASE WHEN m.image_id IS NOT NULL THEN m.exif_at_ms
         WHEN s.taken_at_ms <> CAST(round(s.mtime_ms) AS INTEGER) THEN s.taken_at_ms END AS exifAtMs,
    CASE WHEN m.image_id IS NOT NULL AND m.exif_at_ms IS NULL THEN s.taken_at_ms ELSE s.mtime_ms END AS fileAtMs,
    i.seen_at_ms AS seenAtMs
  FROM image i
  JOIN sighting s ON s.id = (SELECT min(id) FROM sighting WHERE image_id = i.id)
  LEFT JOIN image_meta m ON m.image_id = i.id`;

/** The next pictures of a camera in order of arrival. */
export function originsAfter(db: Reader, cameraId: CameraId, afterId: number, limit: number): PictureOrigin[] {
  const sql = `${origins} WHERE i.camera_id = ? AND i.id > ? ORDER BY i.id LIMIT ?`;
  return db.all<PictureOrigin>(sql, cameraId, afterId, limit);
}

export function originsOf(db: Reader, imageIds: readonly ImageId[]): PictureOrigin[] {
  return db.all<PictureOrigin>(
    `${origins} WHERE i.id IN (SELECT value FROM json_each(?)) ORDER BY i.id`,
    JSON.stringify(imageIds),
  );
}

/** The pictures of a camera that a side-car calls by these names. */
export function originsOfStems(db: Reader, cameraId: CameraId, stems: readonly string[]): PictureOrigin[] {
  const ids = db.all<{ id: ImageId }>(
    'SELECT image_id AS id FROM image_meta WHERE camera_id = ? AND stem IN (SELECT value FROM json_each(?))',
    cameraId,
    JSON.stringify(stems),
  );
  return originsOf(
    db,
    ids.map(({ id }) => id),
  );
}

export interface Redo {
  readonly cameraId: CameraId;
  readonly afterId: number;
}

/** A camera whose pictures are to be derived anew; null where all are done. */
export function nextRedo(db: Reader): Redo | null {
  const sql = 'SELECT camera_id AS cameraId, after_id AS afterId FROM meta_redo ORDER BY camera_id LIMIT 1';
  return db.one<Redo>(sql) ?? null;
}

export function isRedoing(db: Reader, cameraId: CameraId): boolean {
  return db.value('SELECT 1 FROM meta_redo WHERE camera_id = ?', cameraId) !== undefined;
}

/** How far a camera's pictures are derived anew; null: all. */
export function setRedo(db: Writer, cameraId: CameraId, afterId: number | null): void {
  if (afterId === null) db.run('DELETE FROM meta_redo WHERE camera_id = ?', cameraId);
  else db.run('UPDATE meta_redo SET after_id = ? WHERE camera_id = ?', afterId, cameraId);
}

/** What people put right of a picture: the newest word on each fact, without those taken back. */
export function standingEdits(db: Reader, imageId: ImageId): FactInputs['edits'] {
  const rows = db.all<{ field: EditableFact; new: string | null }>(
    `SELECT field, new FROM meta_edit e WHERE image_id = ?
       AND id = (SELECT max(id) FROM meta_edit WHERE image_id = e.image_id AND field = e.field)`,
    imageId,
  );
  const standing = rows.flatMap(({ field, new: value }) => (value === null ? [] : [[field, value] as const]));
  const { takenAt, ...texts } = Object.fromEntries(standing) as Partial<Record<EditableFact, string>>;
  return { ...texts, ...(takenAt !== undefined && { takenAtMs: Number(takenAt) }) };
}

/** Adds what a person said of a fact. `value`: null takes back, empty says that there is none; times in ms. */
export function addEdit(
  db: Writer,
  edit: { imageId: ImageId; field: EditableFact; old: string; value: string | null; who: string; atMs: number },
): void {
  const { imageId, field, old, value, who, atMs } = edit;
  db.run(
    'INSERT INTO meta_edit (image_id, field, old, new, who, at_ms) VALUES (?, ?, ?, ?, ?, ?)',
    ...[imageId, field, old, value, who, atMs],
  );
}

export type StoredFacts = PictureFacts & { readonly cameraId: CameraId; readonly lineId: LineId };

const facts = `SELECT m.camera_id AS cameraId, c.line_id AS lineId, m.lot, m.lot_source AS lotSource, m.serial,
    m.serial_source AS serialSource, m.shift, m.shift_source AS shiftSource, m.line, m.camera,
    i.taken_at_ms AS takenAtMs, m.taken_source AS takenSource
  FROM image_meta m JOIN image i ON i.id = m.image_id JOIN camera c ON c.id = m.camera_id`;

/** What is known of a picture; null while it has not been derived. */
export function storedFacts(db: Reader, imageId: ImageId): StoredFacts | null {
  return db.one<StoredFacts>(`${facts} WHERE m.image_id = ?`, imageId) ?? null;
}

/** How many of a camera's pictures have their time from each source. */
export function takenSourceCounts(
  db: Reader,
  cameraId: CameraId,
): { source: PictureFacts['takenSource']; n: number }[] {
  return db.all(
    'SELECT taken_source AS source, count(*) AS n FROM image_meta WHERE camera_id = ? GROUP BY taken_source ORDER BY n DESC',
    cameraId,
  );
}
