import type { CameraId, ImageId } from '#core/domain/ids.ts';
import type { MeasuredPicture, QualityReason, QualityVerdict } from '#core/domain/quality.ts';
import type { QualityBaseline } from '#core/domain/quality-baseline.ts';
import { addDriftClear, standingDrift } from './drift.ts';
import type { Reader, Writer } from './handle.ts';

/** Since when a camera's pictures are compared with what, and who wanted it so. */
export interface BaselineRow {
  readonly id: number;
  /** Later pictures teach it. */
  readonly afterImageId: number;
  /** Empty for a camera's first one, as is `who`. */
  readonly reason: string;
  readonly who: string;
  readonly atMs: number;
}

/** The camera's baselines, newest first. */
export function listBaselines(db: Reader, cameraId: CameraId): BaselineRow[] {
  return db.all<BaselineRow>(
    `SELECT id, after_image_id AS afterImageId, reason, who, at_ms AS atMs FROM quality_baseline
     WHERE camera_id = ? ORDER BY id DESC`,
    cameraId,
  );
}

export function newestBaseline(db: Reader, cameraId: CameraId): BaselineRow | null {
  return (
    db.one<BaselineRow>(
      `SELECT id, after_image_id AS afterImageId, reason, who, at_ms AS atMs FROM quality_baseline
       WHERE camera_id = ? ORDER BY id DESC LIMIT 1`,
      cameraId,
    ) ?? null
  );
}

/**
 * Begins a baseline that the camera's pictures from now on teach; what the former one was still learning from is dropped, and drift that
 * was told against it is answered.
 */
export function beginBaseline(
  db: Writer,
  baseline: { readonly cameraId: CameraId; readonly reason: string; readonly who: string; readonly atMs: number },
): BaselineRow {
  return db.transaction(() => {
    const { cameraId, reason, who, atMs } = baseline;
    const newest = db.value<number>('SELECT max(id) FROM image WHERE camera_id = ?', cameraId) ?? 0;
    dropCopies(db, cameraId);
    const alarmsThrough = standingDrift(db, cameraId).at(-1)?.id;
    if (alarmsThrough !== undefined)
      addDriftClear(db, { cameraId, alarmsThrough, how: 'new_normal', throughImageId: newest, reason, who, atMs });
    const { id } = db.run(
      'INSERT INTO quality_baseline (camera_id, after_image_id, reason, who, at_ms) VALUES (?, ?, ?, ?, ?)',
      ...[cameraId, newest, reason, who, atMs],
    );
    return { id, afterImageId: newest, reason, who, atMs };
  });
}

/** What a baseline has learnt, and the mean picture that shifts are measured against. */
export interface NormalRow {
  readonly baseline: QualityBaseline;
  /** Normalised greys of the mean copy; `null` where framing cannot be compared. */
  readonly reference: Float32Array | null;
}

export function normalOf(db: Reader, baselineId: number): NormalRow | null {
  const row = db.one<{ normal: string; reference: Uint8Array | null }>(
    'SELECT normal, reference FROM quality_normal WHERE baseline_id = ?',
    baselineId,
  );
  if (row === undefined) return null;
  // Copied: a blob need not begin where four bytes do.
  const reference = row.reference === null ? null : new Float32Array(Uint8Array.from(row.reference).buffer);
  return { baseline: JSON.parse(row.normal) as QualityBaseline, reference };
}

export function saveNormal(db: Writer, baselineId: number, { baseline, reference }: NormalRow, atMs: number): void {
  db.run(
    'INSERT OR REPLACE INTO quality_normal (baseline_id, normal, reference, at_ms) VALUES (?, ?, ?, ?)',
    ...[baselineId, JSON.stringify(baseline), reference && new Uint8Array(reference.buffer), atMs],
  );
}

interface StoredMeasures extends Omit<MeasuredPicture, 'shift'> {
  readonly id: ImageId;
  readonly shiftX: number | null;
  readonly shiftY: number | null;
  readonly shiftPeak: number | null;
}

const measured = `i.id, i.width AS widthPx, i.height AS heightPx, q.mean, q.contrast, q.sharpness,
  q.sharpness_middle AS sharpnessMiddle, q.clipped_low AS clippedLow, q.clipped_high AS clippedHigh,
  q.shift_x AS shiftX, q.shift_y AS shiftY, q.shift_peak AS shiftPeak`;

function toPicture<T extends StoredMeasures>({ shiftX, shiftY, shiftPeak, ...row }: T) {
  const moved = shiftX !== null && shiftY !== null && shiftPeak !== null;
  return { ...row, shift: moved ? { x: shiftX, y: shiftY, peak: shiftPeak } : null };
}

/** A picture that teaches a baseline. */
export interface TeachingPicture {
  readonly id: ImageId;
  readonly measures: MeasuredPicture;
  readonly phash: string;
  /** Small grey copy. */
  readonly copy: Uint8Array;
}

/** The pictures that teach the camera's newest baseline, oldest first; none once it is finished. */
export function teachingPictures(db: Reader, cameraId: CameraId, limit: number): TeachingPicture[] {
  return db
    .all<StoredMeasures & { phash: string; copy: Uint8Array }>(
      `SELECT ${measured}, i.phash, c.copy FROM quality_copy c
       JOIN image i ON i.id = c.image_id JOIN quality q ON q.image_id = i.id
       WHERE i.camera_id = ? ORDER BY i.id LIMIT ?`,
      cameraId,
      limit,
    )
    .map((row) => {
      const { id, phash, copy, ...measures } = toPicture(row);
      return { id, phash, copy, measures };
    });
}

export function keepCopy(db: Writer, imageId: ImageId, copy: Uint8Array): void {
  db.run('INSERT OR REPLACE INTO quality_copy (image_id, copy) VALUES (?, ?)', imageId, copy);
}

export function dropCopies(db: Writer, cameraId: CameraId): void {
  db.run('DELETE FROM quality_copy WHERE image_id IN (SELECT id FROM image WHERE camera_id = ?)', cameraId);
}

/** Writes down a picture's verdict again, by a baseline that knows more. */
export function judgeAgain(
  db: Writer,
  imageId: ImageId,
  { level, reasons, shift }: QualityVerdict & Pick<MeasuredPicture, 'shift'>,
): void {
  db.run(
    'UPDATE quality SET verdict = ?, reasons = ?, shift_x = ?, shift_y = ?, shift_peak = ? WHERE image_id = ?',
    ...[level, JSON.stringify(reasons), shift?.x ?? null, shift?.y ?? null, shift?.peak ?? null, imageId],
  );
}

/** Perceptual hashes of the camera's newest pictures, oldest first. */
export function recentHashes(db: Reader, cameraId: CameraId, limit: number): { id: ImageId; phash: string }[] {
  return db
    .all<{ id: ImageId; phash: string }>(
      'SELECT id, phash FROM image WHERE camera_id = ? ORDER BY id DESC LIMIT ?',
      cameraId,
      limit,
    )
    .reverse();
}

export interface RepeatRow {
  readonly imageId: ImageId;
  /** The earlier picture that it looks like. */
  readonly ofImageId: ImageId;
  readonly foundBy: 'hash' | 'embedding';
}

export function addRepeats(db: Writer, rows: readonly RepeatRow[]): void {
  for (const { imageId, ofImageId, foundBy } of rows)
    db.run(
      'INSERT OR REPLACE INTO image_repeat (image_id, of_image_id, found_by) VALUES (?, ?, ?)',
      ...[imageId, ofImageId, foundBy],
    );
}

/** Forgets the hints that embeddings gave from a picture of a camera on: a new encoder sees with other eyes. */
export function forgetEmbeddingRepeats(db: Writer, cameraId: CameraId, fromImageId: ImageId): void {
  db.run(
    `DELETE FROM image_repeat WHERE found_by = 'embedding' AND image_id >= ?
     AND image_id IN (SELECT id FROM image WHERE camera_id = ?)`,
    fromImageId,
    cameraId,
  );
}

/** Up to which angle of two embeddings a picture of the camera is a repeat; `null`: not known, or not to be told. */
export function embeddingLimit(db: Reader, cameraId: CameraId): number | null {
  return db.value<number>('SELECT angle FROM repeat_limit WHERE camera_id = ?', cameraId) ?? null;
}

export function setEmbeddingLimit(db: Writer, cameraId: CameraId, angle: number | null): void {
  db.run('INSERT OR REPLACE INTO repeat_limit (camera_id, angle) VALUES (?, ?)', cameraId, angle);
}

/** Newest first. */
export function listRepeats(db: Reader, cameraId: CameraId, fromImageId: number): RepeatRow[] {
  return db.all<RepeatRow>(
    `SELECT r.image_id AS imageId, r.of_image_id AS ofImageId, r.found_by AS foundBy
     FROM image_repeat r JOIN image i ON i.id = r.image_id WHERE i.camera_id = ? AND r.image_id >= ? ORDER BY r.image_id DESC`,
    cameraId,
    fromImageId,
  );
}

/** A picture's numbers. */
export type RecentPicture = MeasuredPicture & { readonly id: ImageId; readonly atMs: number };

/** The camera's newest pictures since a baseline began, oldest first. */
export function recentQuality(
  db: Reader,
  cameraId: CameraId,
  { afterImageId }: Pick<BaselineRow, 'afterImageId'>,
  limit: number,
): RecentPicture[] {
  return db
    .all<StoredMeasures & { atMs: number }>(
      `SELECT ${measured}, i.taken_at_ms AS atMs FROM image i JOIN quality q ON q.image_id = i.id
       WHERE i.camera_id = ? AND i.id > ? AND q.sharpness_middle IS NOT NULL ORDER BY i.id DESC LIMIT ?`,
      ...[cameraId, afterImageId, limit],
    )
    .reverse()
    .map(toPicture);
}

export type QualityWord = 'use' | 'reject' | 'judged';

/** What a person says of a picture's use; `judged` hands it back to the gate. */
export function sayQuality(
  db: Writer,
  word: { readonly imageId: ImageId; readonly says: QualityWord; readonly who: string; readonly atMs: number },
): void {
  const { imageId, says, who, atMs } = word;
  db.run('INSERT INTO quality_word (image_id, says, who, at_ms) VALUES (?, ?, ?, ?)', imageId, says, who, atMs);
}

/** A picture that the gate or a person kept out of training, or that a person let in after all. */
export interface KeptOutRow {
  readonly imageId: ImageId;
  readonly fileName: string;
  readonly takenAtMs: number;
  readonly reasons: readonly QualityReason[];
  readonly says: 'use' | 'reject' | null;
}

// Both conditions on the verdict: SQLite uses the partial index only where its own one is spelled out.
const keptOut = `FROM (SELECT image_id FROM quality WHERE verdict IN ('warn', 'reject') AND verdict = 'reject'
    UNION SELECT image_id FROM current_quality_word) k
  JOIN image i ON i.id = k.image_id JOIN quality q ON q.image_id = i.id
  LEFT JOIN current_quality_word w ON w.image_id = i.id WHERE i.camera_id = ?`;

/** Pictures of a camera that are kept out of training now. */
export function countKeptOut(db: Reader, cameraId: CameraId): number {
  return db.value<number>(`SELECT count(*) ${keptOut} AND coalesce(w.says, q.verdict) = 'reject'`, cameraId) ?? 0;
}

/** Newest first, and how many are kept out in all: those let in are listed and not counted. */
export function listKeptOut(db: Reader, cameraId: CameraId, limit: number): { rows: KeptOutRow[]; total: number } {
  const rows = db.all<Omit<KeptOutRow, 'reasons'> & { reasons: string }>(
    `SELECT i.id AS imageId, i.file_name AS fileName, i.taken_at_ms AS takenAtMs, q.reasons, w.says ${keptOut}
     ORDER BY i.id DESC LIMIT ?`,
    cameraId,
    limit,
  );
  return {
    rows: rows.map((row) => ({ ...row, reasons: JSON.parse(row.reasons) as QualityReason[] })),
    total: countKeptOut(db, cameraId),
  };
}
