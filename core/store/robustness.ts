import { disturbanceKinds, type Disturbance } from '#core/domain/disturbance.ts';
import type { ImageId, JobId, ModelId } from '#core/domain/ids.ts';
import type { IdRanges } from '#core/domain/id-ranges.ts';
import { entryFor, type MarksFor } from '#core/domain/marks-for.ts';
import {
  conditionFigures,
  disturbancesSay,
  leftOutFigures,
  type Grade,
  type RobustnessFigures,
} from '#core/domain/robustness.ts';
import type { MeasurablePicture, RobustnessPlan } from '#core/domain/robustness-plan.ts';
import type { Marks } from '#core/domain/threshold.ts';
import type { Reader } from './handle.ts';
import { pictureRows } from './images.ts';
import { measuredParts, newestMeasurement } from './measured-parts.ts';
import { marksInForce } from './thresholds.ts';

/** The plan of a measurement as it was fixed, and from which pictures. */
export interface FixedPlan extends RobustnessPlan {
  readonly pxFactor: RobustnessFigures['pxFactor'];
  /** The newest inspected area of any camera. */
  readonly areasThrough: number;
}

/** Picture, score, likeliest kind, whether it shows a defect, whether the picture check would keep it out. */
type RobustnessRow = readonly [number, number, number | null, boolean, boolean | null];

/** What one condition found on one set of pictures. */
export interface RobustnessPart {
  readonly disturbance: Disturbance | null;
  readonly rows: readonly RobustnessRow[];
}

/** What a model said that was taught without a kind: picture, score, anomaly part, whether it is of that kind. */
export interface LeftOutPart {
  readonly classId: number;
  readonly rows: readonly (readonly [number, number, number | null, boolean])[];
}

/** By which the parts of a measurement are stored. */
export const PLAN_PART = 'plan';
export const conditionPart = (set: number, condition: string): string => `${set}/${condition}`;
export const kindPart = (classId: number): string => `kind:${classId}`;

/**
 * Pictures that somebody judged singly, with what the model's teaching read of them. `heldOut`: no picture of theirs was among those that
 * it read; of a model from before that was recorded, labelled test rows only.
 */
export function measurablePictures(db: Reader, modelId: ModelId): MeasurablePicture[] {
  const read = db.value<string>('SELECT pictures FROM learnt_from WHERE model_id = ?', modelId);
  const ranges = read === undefined ? null : (JSON.parse(read) as IdRanges);
  const taught = (id: number): boolean => ranges?.some(([first, last]) => first <= id && id <= last) ?? false;
  const ids = db
    .all<{ id: ImageId }>(
      `SELECT l.image_id AS id FROM judged_label l JOIN class c ON c.id = l.class_id WHERE c.retired_at_ms IS NULL`,
    )
    .map(({ id }) => id);
  const teaches = new Set(pictureRows(db, { use: 'learn', ids }).map(({ id }) => id));
  const rows = pictureRows(db, { use: 'all', ids });
  const taughtGroups = new Set(rows.flatMap(({ id, group }) => (taught(id) ? [group] : [])));
  return rows.flatMap(({ id, group, split, classId, isDefect }) =>
    classId === null || isDefect === null
      ? []
      : [
          {
            ...{ id, group, classId, isDefect, teaches: teaches.has(id) },
            heldOut: ranges === null ? split === 'test' : !taught(id) && !taughtGroups.has(group),
          },
        ],
  );
}

/** How long the teaching of a model took; null: not known. */
export function teachingSeconds(db: Reader, modelId: ModelId): number | null {
  const ms = db.value<number | null>(
    `SELECT j.finished_at_ms - j.started_at_ms FROM learnt_from l JOIN job j ON j.id = l.job_id WHERE l.model_id = ?`,
    modelId,
  );
  return typeof ms === 'number' && ms > 0 ? ms / 1000 : null;
}

export interface RobustnessView extends RobustnessFigures {
  readonly jobId: JobId;
  readonly atMs: number;
  /** The newest inspected area of any camera when it was measured. */
  readonly areasThrough: number;
}

/** Rows of the pictures that every condition has: one that was deleted meanwhile counts nowhere. */
function complete(parts: readonly RobustnessPart[]): RobustnessPart[] {
  const times = new Map<number, number>();
  for (const { rows } of parts) for (const [id] of rows) times.set(id, (times.get(id) ?? 0) + 1);
  const byCondition = Map.groupBy(parts, ({ disturbance: one }) => (one === null ? '' : `${one.kind}:${one.amount}`));
  const all = byCondition.size;
  return [...byCondition.values()].map((same) => ({
    disturbance: same[0]?.disturbance ?? null,
    rows: same.flatMap(({ rows }) => rows.filter(([id]) => times.get(id) === all)),
  }));
}

/**
 * A model's newest whole measurement of robustness; null before the first and without marks.
 *
 * @param marks by which it is read; absent: those in force for the model now
 */
export function robustnessOf(
  db: Reader,
  modelId: ModelId,
  marks: readonly (Marks & MarksFor)[] = marksInForce(db, modelId),
): RobustnessView | null {
  const newest = newestMeasurement(db, modelId);
  if (newest === null || marks.length === 0) return null;
  const stored = measuredParts(db, newest.jobId);
  const plan = stored.get(PLAN_PART) as FixedPlan;
  const cameras = new Map(
    db
      .all<{ id: number; cameraId: number }>(
        'SELECT id, camera_id AS cameraId FROM image WHERE id IN (SELECT value FROM json_each(?))',
        JSON.stringify(plan.sets.flat()),
      )
      .map(({ id, cameraId }) => [id, cameraId]),
  );
  const judged = ({ rows }: RobustnessPart) =>
    rows.flatMap(([id, score, classId, isDefect, keptOut]) => {
      const entry = entryFor(marks, { cameraId: cameras.get(id) ?? 0, classId });
      return entry === null ? [] : [{ id, isDefect, score, review: entry.review, keptOut }];
    });
  const parts = complete([...stored].flatMap(([name, part]) => (/^\d+\//.test(name) ? [part as RobustnessPart] : [])));
  const clean = parts.find(({ disturbance }) => disturbance === null);
  if (clean === undefined) return null;
  const grades = parts
    .flatMap((part): Grade[] =>
      part.disturbance === null ? [] : [{ ...part.disturbance, ...conditionFigures(judged(part)) }],
    )
    .sort((a, b) => disturbanceKinds.indexOf(a.kind) - disturbanceKinds.indexOf(b.kind) || a.amount - b.amount);
  const cleanRows = judged(clean);
  const stopped = new Set(cleanRows.flatMap(({ id, score, review }) => (score >= review ? [id] : [])));
  const names = new Map(
    db.all<{ id: number; name: string }>('SELECT id, name FROM class').map(({ id, name }) => [id, name]),
  );
  const nameOf = (classId: number): string => names.get(classId) ?? String(classId);
  const kinds = plan.kinds.flatMap(({ classId }): RobustnessFigures['kinds'][number][] => {
    const part = stored.get(kindPart(classId)) as LeftOutPart | undefined;
    if (part === undefined) return [];
    const pictures = part.rows.map(([, score, anomaly, isDefect]) => ({ score, anomaly, isDefect }));
    const allowed = part.rows.filter(([id, , , isDefect]) => !isDefect && stopped.has(id)).length;
    return [{ name: nameOf(classId), ...leftOutFigures(pictures, allowed) }];
  });
  const undisturbed = conditionFigures(cleanRows);
  return {
    ...{ jobId: newest.jobId, atMs: newest.atMs, basis: plan.basis },
    ...{ pxFactor: plan.pxFactor, areasThrough: plan.areasThrough },
    ...{ clean: undisturbed, grades, says: disturbancesSay(undisturbed, grades), kinds },
    tooFew: plan.tooFew.map(({ classId, pictures }) => ({ name: nameOf(classId), pictures })),
  };
}
