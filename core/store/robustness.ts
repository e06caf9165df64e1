import type { Disturbance } from '#core/domain/disturbance.ts';
import type { ImageId, ModelId } from '#core/domain/ids.ts';
import { entryFor } from '#core/domain/marks-for.ts';
import {
  conditionFigures,
  disturbancesSay,
  type ConditionFigures,
  type DisturbanceSays,
  type Grade,
} from '#core/domain/robustness.ts';
import type { IdRanges } from '#core/domain/id-ranges.ts';
import type { Reader } from './handle.ts';
import { measuredParts, newestMeasurement } from './measured-parts.ts';
import { marksInForce } from './thresholds.ts';

/** Picture, score, likeliest kind, whether it shows a defect, whether the picture check would keep it out. */
export type RobustnessRow = readonly [number, number, number | null, boolean, boolean | null];

/** What one condition found. */
export interface RobustnessPart {
  readonly disturbance: Disturbance | null;
  readonly rows: readonly RobustnessRow[];
}

/** So many held-out pictures are enough for the exact intervals to be narrow, and take minutes. */
const MOST_PICTURES = 400;

/**
 * Labelled pictures that somebody judged singly and that neither a model nor its choice of marks was taught with: no picture of which any
 * part was among those that its teaching read. Of a model from before that was recorded, labelled test rows only. Defects first.
 */
export function heldOutFrom(db: Reader, modelId: ModelId): ImageId[] {
  const read = db.value<string>('SELECT pictures FROM learnt_from WHERE model_id = ?', modelId);
  const ranges = read === undefined ? null : (JSON.parse(read) as IdRanges);
  const taught = (id: number): boolean => ranges?.some(([first, last]) => first <= id && id <= last) ?? false;
  return db
    .all<{ id: ImageId; test: 0 | 1 }>(
      `SELECT l.image_id AS id, coalesce(p.split, '') = 'test' AS test FROM judged_label l
       JOIN class c ON c.id = l.class_id LEFT JOIN image_split p ON p.image_id = l.image_id
       ORDER BY c.is_good, l.image_id`,
    )
    .filter(({ id, test }) => (ranges === null ? test === 1 : !taught(id)))
    .slice(0, MOST_PICTURES)
    .map(({ id }) => id);
}

export interface RobustnessView {
  readonly atMs: number;
  readonly clean: ConditionFigures;
  readonly grades: readonly Grade[];
  readonly says: readonly DisturbanceSays[];
}

/** A model's newest whole measurement of robustness at the marks in force now; null before the first and without marks. */
export function robustnessOf(db: Reader, modelId: ModelId): RobustnessView | null {
  const newest = newestMeasurement(db, modelId);
  const marks = marksInForce(db, modelId);
  if (newest === null || marks.length === 0) return null;
  const cameras = new Map(
    db
      .all<{ id: number; cameraId: number }>('SELECT id, camera_id AS cameraId FROM image')
      .map(({ id, cameraId }) => [id, cameraId]),
  );
  const figures = ({ rows }: RobustnessPart): ConditionFigures =>
    conditionFigures(
      rows.flatMap(([id, score, classId, isDefect, keptOut]) => {
        const entry = entryFor(marks, { cameraId: cameras.get(id) ?? 0, classId });
        return entry === null ? [] : [{ isDefect, score, review: entry.review, keptOut }];
      }),
    );
  const parts = [...measuredParts(db, newest.jobId).values()] as RobustnessPart[];
  const clean = parts.find(({ disturbance }) => disturbance === null);
  if (clean === undefined) return null;
  const grades = parts
    .flatMap((part): Grade[] => (part.disturbance === null ? [] : [{ ...part.disturbance, ...figures(part) }]))
    .sort((a, b) => a.amount - b.amount);
  const undisturbed = figures(clean);
  return { atMs: newest.atMs, clean: undisturbed, grades, says: disturbancesSay(undisturbed, grades) };
}
