import type { CameraId, ImageId } from '#core/domain/ids.ts';
import type { MeasuredPicture, QualityLevel } from '#core/domain/quality.ts';
import type { UsedArea } from '#core/domain/inspection-area.ts';
import type { DefectRegion } from '#core/contract/engine.ts';
import { frozenGroups } from './frozen.ts';
import { groupKey } from './groups.ts';
import type { Reader, Writer } from './handle.ts';
import { currentArea, currentAreas } from './inspection-areas.ts';
import { regionsOf } from './labels.ts';

/** Numbers measured on a picture and what they were judged to mean. */
export interface QualityRow extends Omit<MeasuredPicture, 'widthPx' | 'heightPx'> {
  /** null while the camera has no baseline. */
  readonly verdict: QualityLevel | null;
  readonly reasons: readonly string[];
}

/** A file as the folder scan saw it. */
export interface FileFacts {
  readonly bytes: number;
  readonly mtimeMs: number;
  readonly inode: number;
}

/** A decoded page of a file that is to be admitted. */
export interface AdmittedPicture extends FileFacts {
  readonly cameraId: CameraId;
  readonly path: string;
  readonly fileName: string;
  readonly sha256: string;
  readonly page: number;
  readonly width: number;
  readonly height: number;
  readonly channels: 1 | 3;
  readonly phash: string;
  readonly takenAtMs: number;
  readonly seenAtMs: number;
  readonly quality: QualityRow;
}

export interface Admission {
  readonly imageId: ImageId;
  /** new: bytes never seen; duplicate: known bytes at another place; touched: the same bytes at the same place. */
  readonly outcome: 'new' | 'duplicate' | 'touched';
}

/** Other bytes took this place: its former picture keeps its rows and, if it was seen elsewhere too, a file to read. */
function replaceSighting(db: Writer, sighting: { id: number; imageId: number }, atMs: number): void {
  db.run('UPDATE sighting SET replaced_at_ms = ? WHERE id = ?', atMs, sighting.id);
  const elsewhere = db.value<string>(
    'SELECT path FROM sighting WHERE image_id = ? AND replaced_at_ms IS NULL ORDER BY id DESC LIMIT 1',
    sighting.imageId,
  );
  db.run('UPDATE image SET path = ? WHERE id = ?', elsewhere ?? null, sighting.imageId);
}

function insertImage(db: Writer, picture: AdmittedPicture): number {
  const { sha256, page, cameraId, path, fileName, width, height, channels, phash, takenAtMs, seenAtMs } = picture;
  const imageId = db.run(
    `INSERT INTO image (sha256, page, camera_id, path, file_name, width, height, channels, phash, taken_at_ms, seen_at_ms)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    ...[sha256, page, cameraId, path, fileName, width, height, channels, phash, takenAtMs, seenAtMs],
  ).id;
  const { verdict, reasons, sharpness, sharpnessMiddle, mean, clippedLow, clippedHigh, contrast } = picture.quality;
  const { x = null, y = null, peak = null } = picture.quality.shift ?? {};
  const { red = null, blue = null } = picture.quality.tint ?? {};
  db.run(
    `INSERT INTO quality (image_id, verdict, reasons, sharpness, sharpness_middle, mean, clipped_low, clipped_high, contrast,
       shift_x, shift_y, shift_peak, red, blue) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    ...[imageId, verdict, JSON.stringify(reasons), sharpness, sharpnessMiddle, mean, clippedLow, clippedHigh, contrast],
    ...[x, y, peak, red, blue],
  );
  return imageId;
}

/**
 * Registers a picture by its bytes. The same bytes at another place are one more sighting of the same picture; other bytes
 * at a known place are a new picture. A quarantine entry of that place is settled.
 */
export function admitPicture(db: Writer, picture: AdmittedPicture): Admission {
  return db.transaction(() => {
    const { cameraId, path, page, bytes, mtimeMs, inode, sha256, takenAtMs, seenAtMs } = picture;
    db.run(
      'UPDATE quarantine SET resolved_at_ms = ? WHERE path = ? AND resolved_at_ms IS NULL',
      picture.seenAtMs,
      picture.path,
    );
    const known = db.value<number>('SELECT id FROM image WHERE sha256 = ? AND page = ?', sha256, page);
    const here = db.one<{ id: number; imageId: number }>(
      'SELECT id, image_id AS imageId FROM sighting WHERE path = ? AND page = ? AND replaced_at_ms IS NULL',
      path,
      page,
    );
    if (here !== undefined && here.imageId === known) {
      db.run(
        'UPDATE sighting SET bytes = ?, mtime_ms = ?, inode = ?, camera_id = ? WHERE id = ?',
        ...[bytes, mtimeMs, inode, cameraId, here.id],
      );
      return { imageId: here.imageId as ImageId, outcome: 'touched' };
    }
    if (here !== undefined) replaceSighting(db, here, seenAtMs);
    const imageId = known ?? insertImage(db, picture);
    // Bytes that were deleted lose their place as they come (a trigger): known, though this database had no row of them.
    const isNew = known === undefined && db.value('SELECT path FROM image WHERE id = ?', imageId) !== null;
    db.run(
      `INSERT INTO sighting (image_id, camera_id, path, page, bytes, mtime_ms, inode, taken_at_ms, seen_at_ms, duplicate)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
      ...[imageId, cameraId, path, page, bytes, mtimeMs, inode, takenAtMs, seenAtMs, isNew ? 0 : 1],
    );
    // Of a deleted picture a trigger takes the place away again: the same bytes are known, and never come back.
    if (known !== undefined) db.run('UPDATE image SET path = ? WHERE id = ?', path, known);
    return { imageId: imageId as ImageId, outcome: isNew ? 'new' : 'duplicate' };
  });
}

/** A file that the store has seen before, whether admitted or quarantined. */
export interface KnownFile extends FileFacts {
  readonly path: string;
  /** How often a broken file was tried; 0 for an admitted one. */
  readonly tries: number;
}

/** Every file known below a camera's folder, so that a scan opens only what is new or has changed. */
export function knownFiles(db: Reader, cameraId: CameraId): KnownFile[] {
  return db.all<KnownFile>(
    `SELECT path, bytes, mtime_ms AS mtimeMs, inode, 0 AS tries FROM sighting
     WHERE camera_id = ?1 AND replaced_at_ms IS NULL AND page = 0
     UNION ALL
     SELECT path, bytes, mtime_ms, inode, tries FROM quarantine WHERE camera_id = ?1 AND resolved_at_ms IS NULL`,
    cameraId,
  );
}

export interface PictureFile {
  readonly path: string | null;
  readonly page: number;
  readonly sha256: string;
  readonly width: number;
  readonly height: number;
  /** As the file has them. */
  readonly channels: 1 | 3;
  /** By what it is read now; null: whole. */
  readonly area: UsedArea | null;
}

/** Where a picture's bytes are, and what they must hash to; `path` null once other bytes took every place they had. */
export function pictureFile(db: Reader, imageId: ImageId): PictureFile | null {
  const sql = 'SELECT path, page, sha256, width, height, channels, camera_id AS cameraId FROM image WHERE id = ?';
  const row = db.one<Omit<PictureFile, 'area'> & { cameraId: CameraId }>(sql, imageId);
  if (row === undefined) return null;
  const { cameraId, ...file } = row;
  return { ...file, area: currentArea(db, cameraId) };
}

/** The picture whose bytes are at a path now (of a multi-page file: its first page). */
export function imageAtPath(db: Reader, path: string): ImageId | null {
  const sql = 'SELECT image_id FROM sighting WHERE path = ? AND replaced_at_ms IS NULL ORDER BY page LIMIT 1';
  return (db.value<number>(sql, path) ?? null) as ImageId | null;
}

export interface PictureRow {
  readonly id: ImageId;
  readonly path: string;
  readonly page: number;
  /** Of the file's bytes. */
  readonly sha256: string;
  readonly width: number;
  readonly height: number;
  /** As the file has them. */
  readonly channels: 1 | 3;
  /** By what it is read now; null: whole. */
  readonly area: UsedArea | null;
  /** Pictures of one group show the same part. */
  readonly group: string;
  readonly split: 'train' | 'test' | null;
  /** null: unlabelled, or set aside. */
  readonly classId: number | null;
  readonly isDefect: boolean | null;
  /** Where the labelled defect is; empty where nobody said. */
  readonly regions: readonly DefectRegion[];
}

export interface PictureSelection {
  /**
   * learn: everything but test rows and what shows the same part as a frozen one, pictures that a person keeps out or whose data set is set apart, and those of rejected quality that nobody labelled or let
   * in. all: every readable picture. known: those, too, that nobody can read any more; `path` is empty where other bytes took
   * every place they had.
   */
  readonly use: 'learn' | 'all' | 'known';
  /** Only pictures without an embedding of this checkpoint. */
  readonly notEmbeddedBy?: number;
  /** Only pictures that this model has not scored itself. */
  readonly notScoredBy?: number;
  /** Only pictures of this class. */
  readonly classId?: number;
  /** Only these. */
  readonly ids?: readonly ImageId[];
}

/** Pictures with a file that nobody has failed to read since: a broken one is not handed out again and again. */
const readable = `i.path IS NOT NULL
  AND NOT EXISTS (SELECT 1 FROM quarantine b WHERE b.path = i.path AND b.resolved_at_ms IS NULL)`;

/** A score `x` that is the finished model's own: one that was held out from it says nothing of its verdict. */
const byItself = "(x.source = 'scored' OR x.own_score IS NOT NULL)";

/**
 * The pictures that the engine is given, in order of arrival.
 */
export function pictureRows(db: Reader, selection: PictureSelection): PictureRow[] {
  const { use, notEmbeddedBy = null, notScoredBy = null, classId = null, ids } = selection;
  // A condition that an index serves is left out where it is not asked for: a picture that just came must not cost a look at all.
  const rows = db.all<
    Omit<PictureRow, 'area' | 'isDefect' | 'regions'> & {
      cameraId: CameraId;
      isDefect: 0 | 1 | null;
      regions: string | null;
    }
  >(
    `SELECT i.id, i.camera_id AS cameraId, coalesce(i.path, '') AS path, i.page, i.sha256, i.width, i.height, i.channels, ${groupKey} AS "group", s.split,
            l.class_id AS classId, 1 - c.is_good AS isDefect, said.regions
     FROM image i
     LEFT JOIN image_split s ON s.image_id = i.id
     LEFT JOIN image_meta m ON m.image_id = i.id
     LEFT JOIN quality q ON q.image_id = i.id
     LEFT JOIN current_quality_word w ON w.image_id = i.id
     LEFT JOIN current_label l ON l.image_id = i.id
     LEFT JOIN label said ON said.id = l.label_id
     LEFT JOIN class c ON c.id = l.class_id
     WHERE (?1 = 'known' OR (${readable}))
       AND (?1 <> 'learn' OR (coalesce(s.split, '') <> 'test' AND CASE w.says WHEN 'use' THEN 1 WHEN 'reject' THEN 0
         ELSE coalesce(q.verdict, '') <> 'reject' OR l.class_id IS NOT NULL END
         AND i.camera_id NOT IN (SELECT r.camera_id FROM current_data_right r WHERE r.word = 'apart')))
       AND (?2 IS NULL OR NOT EXISTS (SELECT 1 FROM embedding e WHERE e.checkpoint_id = ?2 AND e.image_id = i.id))
       AND (?3 IS NULL OR NOT EXISTS (SELECT 1 FROM score x WHERE x.model_id = ?3 AND x.image_id = i.id AND ${byItself}))
       AND (?4 IS NULL OR l.class_id = ?4)
       ${ids === undefined ? '' : 'AND i.id IN (SELECT value FROM json_each(?5))'}
     ORDER BY i.id`,
    ...[use, notEmbeddedBy, notScoredBy, classId, ids === undefined ? null : JSON.stringify(ids)],
  );
  const areas = currentAreas(db);
  // Another picture of a frozen part would teach what is to be measured.
  const frozen = use === 'learn' ? frozenGroups(db) : null;
  const wanted = frozen === null || frozen.size === 0 ? rows : rows.filter(({ group }) => !frozen.has(group));
  return wanted.map(({ cameraId, ...row }) => ({
    ...row,
    area: areas.get(cameraId) ?? null,
    isDefect: row.isDefect === null ? null : row.isDefect === 1,
    regions: regionsOf(row.regions),
  }));
}

/** How many readable pictures a checkpoint has not embedded, or a model has not scored. */
export function countPictures(
  db: Reader,
  missing: { readonly notEmbeddedBy: number } | { readonly notScoredBy: number },
): number {
  const [table, id] =
    'notScoredBy' in missing
      ? [`score x WHERE ${byItself} AND x.model_id`, missing.notScoredBy]
      : ['embedding x WHERE x.checkpoint_id', missing.notEmbeddedBy];
  return (
    db.value<number>(
      `SELECT count(*) FROM image i WHERE ${readable}
         AND NOT EXISTS (SELECT 1 FROM ${table} = ? AND x.image_id = i.id)`,
      id,
    ) ?? 0
  );
}

/** A camera's newest readable pictures, newest first. */
export function recentPictures(
  db: Reader,
  cameraId: CameraId,
  limit: number,
): { readonly id: ImageId; readonly width: number; readonly height: number }[] {
  return db.all(
    `SELECT i.id, i.width, i.height FROM image i WHERE i.camera_id = ? AND ${readable} ORDER BY i.id DESC LIMIT ?`,
    ...[cameraId, limit],
  );
}
