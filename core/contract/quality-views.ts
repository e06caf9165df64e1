import * as v from 'valibot';
import { qualityMeasures, qualityReasons } from '../domain/quality.ts';
import { atMs, count, id } from './views.ts';

/*
 * A camera's picture quality as its page shows it. Steps: 0 is the middle of what is normal, ±1 where a warning begins, ±3 where a
 * picture is of no use; negative is too little.
 */

const level = v.picklist(['ok', 'warn', 'reject']);

export const MeasureView = v.object({
  measure: v.picklist(qualityMeasures),
  /** Worst of the newest 50; null: cannot be judged at this camera. */
  light: v.nullable(level),
  /** The camera's pictures differ so much in it anyway that only gross faults show. */
  coarse: v.boolean(),
  /** How many of the newest 50 are off, and how many of them were judged. */
  off: count,
  judged: count,
  /**
   * The newest 50 in the middle, and what is normal. sharpness, exposure, contrast: as a factor of normal. clipping: share of
   * pixels. framing: share of a side. null where there is no such number.
   */
  now: v.nullable(v.number()),
  normal: v.nullable(v.number()),
  /** Of each picture of `pictures`, in the same order; null: not judged. */
  steps: v.array(v.nullable(v.number())),
  /** The pictures that are furthest off, worst first. */
  worst: v.array(id),
});
export type MeasureView = v.InferOutput<typeof MeasureView>;

export const QualityView = v.object({
  /** The comparison in use; null before the camera's first picture. */
  baseline: v.nullable(
    v.object({
      /** The camera's first is 1; each time a person lets it learn anew counts one more. */
      version: count,
      reason: v.string(),
      who: v.string(),
      atMs,
      /** Pictures it has learnt from so far, and how many it will learn from. */
      pictures: count,
      of: count,
      /** Pictures still needed before anything can be judged; 0: it judges. */
      needed: count,
    }),
  ),
  /** The newest pictures since then, oldest first. */
  pictures: v.array(v.object({ id, atMs })),
  measures: v.array(MeasureView),
  /** A picture in the middle of what is normal. */
  normalPicture: v.nullable(id),
  repeats: v.object({
    /** What tells a repeat here; null: the camera's pictures look too much alike, or too few are known. */
    by: v.nullable(v.picklist(['hash', 'embedding'])),
    /** Among `pictures`. */
    found: count,
    newest: v.array(v.object({ id, of: id })),
  }),
});
export type QualityView = v.InferOutput<typeof QualityView>;

/** A picture that is kept out of training, or that a person let in after all. */
export const KeptOutView = v.object({
  id,
  fileName: v.string(),
  takenAtMs: atMs,
  reasons: v.array(v.picklist(qualityReasons)),
  says: v.nullable(v.picklist(['use', 'reject'])),
});
export type KeptOutView = v.InferOutput<typeof KeptOutView>;
