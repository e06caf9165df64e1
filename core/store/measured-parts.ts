import type { JobId, ModelId } from '#core/domain/ids.ts';
import type { Reader, Writer } from './handle.ts';

export interface MeasuredPart {
  readonly jobId: JobId;
  readonly modelId: ModelId;
  readonly part: string;
  readonly result: unknown;
}

/** Keeps what one part of a measurement found. */
export function addMeasuredPart(db: Writer, { jobId, modelId, part, result }: MeasuredPart, atMs: number): void {
  db.run(
    'INSERT INTO measured_part (job_id, model_id, part, result, at_ms) VALUES (?, ?, ?, ?, ?)',
    ...[jobId, modelId, part, JSON.stringify(result), atMs],
  );
}

/** What a measurement has found so far, by the names of its parts. */
export function measuredParts(db: Reader, jobId: JobId): Map<string, unknown> {
  const rows = db.all<{ part: string; result: string }>(
    'SELECT part, result FROM measured_part WHERE job_id = ?',
    jobId,
  );
  return new Map(rows.map(({ part, result }) => [part, JSON.parse(result) as unknown]));
}

/** The newest measurement of a model that came to its end, and when; null before the first. */
export function newestMeasurement(
  db: Reader,
  modelId: ModelId,
): { readonly jobId: JobId; readonly atMs: number } | null {
  const sql = `SELECT j.id AS jobId, j.finished_at_ms AS atMs FROM job j WHERE j.state = 'done'
    AND j.id IN (SELECT job_id FROM measured_part WHERE model_id = ?) ORDER BY j.id DESC LIMIT 1`;
  return db.one(sql, modelId) ?? null;
}

/** Of pictures: their camera, what the picture check measured of each and who compares it with what is normal. */
export interface GatedPicture {
  readonly id: number;
  readonly cameraId: number;
  readonly mean: number;
  readonly contrast: number;
  readonly sharpness: number;
  /** null: admitted before that was measured. */
  readonly sharpnessMiddle: number | null;
  readonly clippedLow: number;
  readonly clippedHigh: number;
  readonly shiftX: number | null;
  readonly shiftY: number | null;
  readonly shiftPeak: number | null;
  readonly widthPx: number;
  readonly heightPx: number;
}

export function gatedPictures(db: Reader, ids: readonly number[]): GatedPicture[] {
  return db.all<GatedPicture>(
    `SELECT i.id, i.camera_id AS cameraId, i.width AS widthPx, i.height AS heightPx, q.mean, q.contrast, q.sharpness,
       q.sharpness_middle AS sharpnessMiddle, q.clipped_low AS clippedLow, q.clipped_high AS clippedHigh,
       q.shift_x AS shiftX, q.shift_y AS shiftY, q.shift_peak AS shiftPeak
     FROM image i JOIN quality q ON q.image_id = i.id WHERE i.id IN (SELECT value FROM json_each(?))`,
    JSON.stringify(ids),
  );
}
