import type { CameraId, CheckpointId, ImageId, ModelId } from '#core/domain/ids.ts';
import type { DriftMeasure } from '#core/domain/drift/measures.ts';
import type { Reader } from './handle.ts';

/** A picture as a measure's tests read it, in order of arrival. */
export interface DriftRow {
  readonly imageId: ImageId;
  readonly takenAtMs: number;
  readonly part: string | null;
  /** The measure has a value of it; otherwise `waiting` tells whether one is still to come. */
  readonly there: 0 | 1;
  readonly waiting: 0 | 1;
  /** The measure's numbers as they are stored; their meaning is the measure's. */
  readonly a: number | null;
  readonly b: number | null;
}

export type DriftSource = {
  readonly cameraId: CameraId;
  readonly measure: DriftMeasure;
  readonly checkpointId: CheckpointId | null;
  readonly modelId: ModelId | null;
};

const part = `coalesce(s.group_key, CASE WHEN m.serial IS NOT NULL THEN 'part:' || json_array(m.lot, m.serial) END)`;
const readable = `i.path IS NOT NULL
  AND NOT EXISTS (SELECT 1 FROM quarantine b WHERE b.path = i.path AND b.resolved_at_ms IS NULL)`;
const flagged = `(v.image_id IS NOT NULL AND v.model_id = x.model_id)`;

/** How far a picture is moved may be believed: see LEAST_PEAK of core/domain/quality-baseline.ts. */
const PEAK = 0.18;

/** Of each measure: what is joined, whether it has a value, whether one is to come, and its numbers. */
const measured: Readonly<
  Record<DriftMeasure, readonly [join: string, there: string, waiting: string, a: string, b?: string]>
> = {
  brightness: ['', 'q.image_id IS NOT NULL', '0', 'q.mean'],
  sharpness: ['', 'q.image_id IS NOT NULL', '0', 'q.sharpness'],
  colour: ['', 'q.red IS NOT NULL', '0', 'q.red', 'q.blue'],
  framing: ['', `coalesce(q.shift_peak, 0) >= ${PEAK}`, '0', 'q.shift_x', 'q.shift_y'],
  look: [
    'LEFT JOIN embedding x ON x.checkpoint_id = ?4 AND x.image_id = i.id',
    'x.image_id IS NOT NULL',
    readable,
    'NULL',
  ],
  scores: ['', 'x.image_id IS NOT NULL', readable, 'coalesce(x.own_score, x.score)'],
  flags: ['', flagged, readable, 'v.flagged'],
  kinds: [
    '',
    `${flagged} AND v.flagged = 1 AND x.likely_class IS NOT NULL`,
    `x.image_id IS NULL AND ${readable}`,
    'x.likely_class',
  ],
};

const judged = `LEFT JOIN score x ON x.model_id = ?4 AND x.image_id = i.id
  LEFT JOIN current_verdict v ON v.image_id = i.id`;

/** The camera's pictures after one of them. */
export function driftRows(db: Reader, source: DriftSource, after: number, limit: number): DriftRow[] {
  const { cameraId, measure, checkpointId, modelId } = source;
  const [join, there, waiting, a, b = 'NULL'] = measured[measure];
  const ofModel = measure === 'scores' || measure === 'flags' || measure === 'kinds';
  return db.all<DriftRow>(
    `SELECT i.id AS imageId, i.taken_at_ms AS takenAtMs, ${part} AS part, ${there} AS there,
       NOT (${there}) AND ${waiting} AS waiting, ${a} AS a, ${b} AS b
     FROM image i LEFT JOIN quality q ON q.image_id = i.id LEFT JOIN image_meta m ON m.image_id = i.id
     LEFT JOIN image_split s ON s.image_id = i.id ${ofModel ? judged : join}
     WHERE i.camera_id = ?1 AND i.id > ?2 ORDER BY i.id LIMIT ?3`,
    ...[cameraId, after, limit, ofModel ? modelId : measure === 'look' ? checkpointId : null],
  );
}

/** The camera's newest picture; 0 before the first. */
export function newestPicture(db: Reader, cameraId: CameraId): number {
  return db.value<number>('SELECT id FROM image WHERE camera_id = ? ORDER BY id DESC LIMIT 1', cameraId) ?? 0;
}

/** The camera's newest picture when its model was taken into use; earlier ones may have taught it. */
export function newestWhenTaken(db: Reader, cameraId: CameraId, modelId: ModelId): number {
  return (
    db.value<number>(
      `SELECT id FROM image WHERE camera_id = ?1 AND seen_at_ms <= coalesce(
         (SELECT max(at_ms) FROM model_use WHERE model_id = ?2 AND how <> 'set_aside'),
         (SELECT created_at_ms FROM model WHERE id = ?2)) ORDER BY id DESC LIMIT 1`,
      ...[cameraId, modelId],
    ) ?? 0
  );
}

/** The `n`-th picture of a camera after one of them; null where there are fewer. */
export function pictureAfter(db: Reader, cameraId: CameraId, after: number, n: number): number | null {
  const sql = 'SELECT id FROM image WHERE camera_id = ? AND id > ? ORDER BY id LIMIT 1 OFFSET ?';
  return db.value<number>(sql, cameraId, after, n - 1) ?? null;
}

/** The first picture of any camera whose colour was measured; null before there was one. */
export function firstColoured(db: Reader): number | null {
  return db.value<number | null>('SELECT min(image_id) FROM quality WHERE red IS NOT NULL') ?? null;
}

/** Whether the camera's newest picture has a colour. */
export function isColoured(db: Reader, cameraId: CameraId): boolean {
  const sql = 'SELECT red FROM quality WHERE image_id = (SELECT max(id) FROM image WHERE camera_id = ?)';
  return (db.value<number | null>(sql, cameraId) ?? null) !== null;
}

/** Flagged pictures of a camera after one of them: no fewer than tell of a kind. */
export function countFlaggedAfter(db: Reader, cameraId: CameraId, after: number): number {
  return (
    db.value<number>(
      `SELECT count(*) FROM current_verdict v JOIN image i ON i.id = v.image_id
       WHERE v.flagged = 1 AND v.image_id > ? AND i.camera_id = ?`,
      ...[after, cameraId],
    ) ?? 0
  );
}

/** The camera's picture so many before the newest; 0 where there are not so many. */
export function pictureBack(db: Reader, cameraId: CameraId, n: number): number {
  return (
    db.value<number>('SELECT id FROM image WHERE camera_id = ? ORDER BY id DESC LIMIT 1 OFFSET ?', cameraId, n) ?? 0
  );
}
