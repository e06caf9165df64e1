import * as v from 'valibot';
import { driftDirections, driftMeasures } from '../domain/drift/measures.ts';
import { sizeOf } from '../domain/drift/units.ts';
import type { ErrorView } from './error-view.ts';

/*
 * Drift: a camera's pictures, or what the model says of them, are otherwise than they were. Who says so is a test (core/domain/drift);
 * what is done about it is a person's word.
 */

const id = v.pipe(v.number(), v.integer(), v.minValue(1));
const count = v.pipe(v.number(), v.integer(), v.minValue(0));
const atMs = v.pipe(v.number(), v.integer());

/** mended: the camera is as it was. new_normal: it is meant to be so. false_alarm: nothing is otherwise. */
export const driftAnswers = ['mended', 'new_normal', 'false_alarm'] as const;
export type DriftAnswer = (typeof driftAnswers)[number];

/** Why a measure is not judged yet; message key `drift.not.<why>`. */
export const notJudged = [
  'no_pictures',
  'no_colour',
  'no_frame',
  'no_encoder',
  'no_model',
  'no_marks',
  'learning',
] as const;
export type NotJudged = (typeof notJudged)[number];

export const DriftAlarm = v.object({
  id,
  cameraId: id,
  camera: v.string(),
  measure: v.picklist(driftMeasures),
  direction: v.picklist(driftDirections),
  /** kind_up: which kind; null: one that was not there before. */
  kind: v.nullable(v.string()),
  /** In the middle of both windows, in the measure's own unit: mean grey, sharpness, shares. null: it has none. */
  before: v.nullable(v.number()),
  after: v.nullable(v.number()),
  /** Since when, as far as it can be told, and when it was certain. */
  sinceMs: atMs,
  atMs,
  /** Pictures from the middle of both windows. */
  beforeImageId: v.nullable(id),
  afterImageId: v.nullable(id),
});
export type DriftAlarm = v.InferOutput<typeof DriftAlarm>;

/** A standing alarm as a warning, whose words are `error.drift_found`. */
export function driftWarning(alarm: DriftAlarm): ErrorView {
  const { camera, cameraId, measure, direction, kind, before, after, sinceMs } = alarm;
  const size = sizeOf(measure, before, after) ?? 0;
  const params = { camera, cameraId, direction, kind: kind ?? '', size, before: before ?? 0, after: after ?? 0 };
  return { code: 'drift_found', params: { ...params, since: sinceMs } };
}

/** Cameras of which something stands, each with the first of its changes. */
export function driftedCameras(alarms: readonly DriftAlarm[]): DriftAlarm[] {
  return [...Map.groupBy(alarms, ({ cameraId }) => cameraId).values()].flatMap((own) =>
    own.toSorted((a, b) => a.sinceMs - b.sinceMs).slice(0, 1),
  );
}

export const DriftMeasureView = v.object({
  measure: v.picklist(driftMeasures),
  /** drifted: until a person answers. */
  state: v.picklist(['steady', 'drifted', 'not_judged']),
  why: v.nullable(v.picklist(notJudged)),
  /** Pictures that tell what is normal, and how many it takes. */
  pictures: count,
  of: count,
  /** Means of some successive pictures, oldest first, and where nine in ten pictures of the reference lie; null: nothing to draw. */
  chart: v.nullable(
    v.object({
      points: v.array(v.object({ atMs, value: v.number() })),
      low: v.number(),
      middle: v.number(),
      high: v.number(),
    }),
  ),
});
export type DriftMeasureView = v.InferOutput<typeof DriftMeasureView>;

export const DriftView = v.object({
  measures: v.array(DriftMeasureView),
  alarms: v.array(DriftAlarm),
  /** What to do while something stands; message keys `drift.do.…`, `drift.retrain.…`, `drift.evidence.…`. */
  advice: v.nullable(
    v.object({
      actions: v.array(v.string()),
      retrain: v.picklist(['camera_first', 'teach', 'judge_first']),
      for: v.array(v.string()),
      against: v.array(v.string()),
    }),
  ),
  /** Former answers, newest first. */
  answers: v.array(v.object({ id, how: v.picklist(driftAnswers), reason: v.string(), who: v.string(), atMs })),
});
export type DriftView = v.InferOutput<typeof DriftView>;

export const driftInputs = {
  camera: v.object({ cameraId: id }),
  clear: v.object({
    cameraId: id,
    /** The newest alarm that the person saw: one that came meanwhile stands. */
    through: id,
    how: v.picklist(driftAnswers),
    reason: v.pipe(v.string(), v.trim(), v.minLength(1), v.maxLength(400)),
  }),
};
