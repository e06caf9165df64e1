import * as v from 'valibot';
import { locales } from './locales.ts';

/*
 * How long pictures are kept, orders to delete them, and what was deleted.
 */

const id = v.pipe(v.number(), v.integer(), v.minValue(1));
const count = v.pipe(v.number(), v.integer(), v.minValue(0));
const atMs = v.pipe(v.number(), v.integer());
const reason = v.pipe(v.string(), v.trim(), v.minLength(1), v.maxLength(400));

/**
 * Why a picture is kept though its time is over, unless a person says that it goes even so. labelled: a person said what it shows. samples:
 * a limit sample or a golden picture. frozen: a test picture. waiting: a person is still to judge it.
 */
export const keptReasons = ['labelled', 'samples', 'frozen', 'waiting'] as const;
export type KeptReason = (typeof keptReasons)[number];

const Even = v.pipe(v.array(v.picklist(keptReasons)), v.maxLength(keptReasons.length));

export const RetentionRule = v.object({
  /** Days after a picture came; null: not by age. */
  keepDays: v.nullable(v.pipe(count, v.minValue(1), v.maxValue(36_500))),
  /** When the last day of its right is over. */
  byRight: v.boolean(),
  even: Even,
  originals: v.boolean(),
});
export type RetentionRule = v.InferOutput<typeof RetentionRule>;

/** Which pictures of a data set: those that came so many days ago or earlier; null: all. */
const scope = {
  cameraId: id,
  olderThanDays: v.nullable(v.pipe(count, v.maxValue(36_500))),
  even: Even,
  originals: v.boolean(),
};
export const DeletionScope = v.object(scope);
export type DeletionScope = v.InferOutput<typeof DeletionScope>;

export const LearntView = v.object({
  kind: v.picklist(['encoder', 'model']),
  id,
  atMs,
  inUse: v.boolean(),
  /** null: it is not recorded which pictures it learnt from; it may be any. */
  pictures: v.nullable(count),
});
export type LearntView = v.InferOutput<typeof LearntView>;

export const DeletionPreview = v.object({
  pictures: count,
  /** Of the cameras' files. */
  bytes: count,
  kinds: v.array(v.object({ classId: v.nullable(id), name: v.string(), pictures: count })),
  /** What stays though its time is over; a picture may be there for several reasons. */
  kept: v.object(v.entriesFromList(keptReasons, count)),
  keptPictures: count,
  examples: v.array(id),
  learnt: v.array(LearntView),
  /** A paused pretraining that could not go on. */
  pausedJob: v.nullable(id),
});
export type DeletionPreview = v.InferOutput<typeof DeletionPreview>;

export const DeletionOrder = v.object({
  id,
  cameraId: id,
  dataSet: v.string(),
  byRule: v.boolean(),
  pictures: count,
  /** Not deleted yet. */
  left: count,
  originals: v.boolean(),
  reason: v.string(),
  who: v.string(),
  atMs,
  dueAtMs: atMs,
  /** waiting: can be called off. held: it is due, and waits for a learning that uses the pictures. */
  state: v.picklist(['waiting', 'held', 'running']),
});
export type DeletionOrder = v.InferOutput<typeof DeletionOrder>;

export const CertificateEntry = v.object({
  number: id,
  dataSet: v.string(),
  pictures: count,
  who: v.string(),
  doneAtMs: atMs,
});
export type CertificateEntry = v.InferOutput<typeof CertificateEntry>;

export const RetentionView = v.object({
  sets: v.array(
    v.object({
      cameraId: id,
      name: v.string(),
      pictures: count,
      keepUntil: v.string(),
      rule: v.nullable(v.object({ ...RetentionRule.entries, who: v.string(), atMs })),
    }),
  ),
  orders: v.array(DeletionOrder),
  /** The newest first, for ever. */
  certificates: v.array(CertificateEntry),
  /** Days between an order and the deletion. */
  delayDays: count,
});
export type RetentionView = v.InferOutput<typeof RetentionView>;

export const retentionInputs = {
  rule: v.object({ cameraId: id, rule: RetentionRule, reason }),
  order: v.object({ ...scope, reason }),
  cancel: v.object({ deletionId: id, reason }),
  certificate: v.object({ number: id, locale: v.picklist(locales) }),
};
