import * as v from 'valibot';
import { LearntView } from './retention.ts';

/*
 * What was deleted, for ever: kept as a row, and as a file beside the database.
 */

const count = v.pipe(v.number(), v.integer(), v.minValue(0));
const atMs = v.pipe(v.number(), v.integer());

/** What was deleted, by whose order, and what is left of it where. */
export const Certificate = v.object({
  number: v.pipe(count, v.minValue(1)),
  dataSet: v.string(),
  cameraId: count,
  order: v.object({
    id: count,
    who: v.string(),
    atMs,
    dueAtMs: atMs,
    reason: v.string(),
    byRule: v.boolean(),
    originals: v.boolean(),
    /** What went although it was in use: words of `keptReasons`. */
    even: v.array(v.string()),
  }),
  beganAtMs: atMs,
  doneAtMs: atMs,
  version: v.string(),
  bytes: count,
  /** Came to be in use between the order and the deletion, and stayed. */
  kept: count,
  /** Derived rows and files by kind. */
  derived: v.record(v.string(), count),
  learnt: v.array(LearntView),
  /** Copies of the database from before: they still hold the derived rows, and never a picture. */
  backups: v.array(v.object({ name: v.string(), atMs })),
  /** Files that people took out before: what is in them is not touched. */
  exports: count,
  pictures: v.array(
    v.object({
      sha256: v.pipe(v.string(), v.regex(/^[0-9a-f]{64}$/)),
      page: count,
      /** Where the file lies below the camera's folder; of several places all, with " | " between. */
      fileName: v.string(),
      takenAtMs: v.number(),
      /** What became of the camera's own file; null: it was left to the person. */
      original: v.nullable(v.picklist(['removed', 'absent', 'changed', 'unsafe', 'unreachable', 'shared'])),
    }),
  ),
});
export type Certificate = v.InferOutput<typeof Certificate>;
