import * as v from 'valibot';
import { Regions } from './engine.ts';
import { name, reason } from './views.ts';

/*
 * What crosses with a person's judgement of a picture, while teaching and while reviewing.
 */

const count = v.pipe(v.number(), v.integer(), v.minValue(0));
const id = v.pipe(v.number(), v.integer(), v.minValue(1));

/** How long the person looked and how many keys and clicks it took: ease of correction is measured, not guessed. */
const effort = { durationMs: v.optional(count), keystrokes: v.optional(count), clicks: v.optional(count) };

/** How a window says which judgement it sends, and what it had on show. */
const sending = {
  /** Made by the window: what is sent twice with one token, because the answer was lost, is recorded once. */
  token: v.optional(v.pipe(v.string(), v.uuid())),
  /** The label that the window showed; null: none. Absent: it does not matter. */
  seen: v.optional(v.nullable(id)),
  /** Who judged: nothing is recorded in anybody else's name, whoever is signed in by the time it arrives. Absent: it does not matter. */
  who: v.optional(name),
};

/** What is looked through under review; untrusted: passed while the golden check said that verdicts cannot be trusted. */
export const reviewQueues = ['flagged', 'audit', 'untrusted'] as const;
export type ReviewQueueName = (typeof reviewQueues)[number];

/** classId null: set aside. */
export const judgingInputs = {
  label: v.object({ imageId: id, classId: v.nullable(id), regions: v.optional(Regions), ...effort, ...sending }),
  decide: v.object({
    imageId: id,
    queue: v.picklist(['flagged', 'audit', 'missed']),
    classId: v.nullable(id),
    reason: v.optional(reason),
    ...effort,
    ...sending,
  }),
};

/** Somebody's word on a picture that came in while another window had the picture on show. */
const OtherWord = v.object({
  labelId: id,
  classId: v.nullable(id),
  who: v.string(),
  atMs: v.pipe(v.number(), v.integer()),
});
export type OtherWord = v.InferOutput<typeof OtherWord>;

/** The judgement is on the disk. `between`: what it replaced without the person having seen it; both are kept. */
export const Recorded = v.object({
  savedAtMs: v.pipe(v.number(), v.integer()),
  labelId: id,
  between: v.nullable(OtherWord),
});
export type Recorded = v.InferOutput<typeof Recorded>;

/** What taking back or putting back changed: the picture on which it was said; null: there was nothing. */
export const Stepped = v.object({ imageId: v.nullable(id) });

/** What one label took: medians over the newest that were measured. */
export const LabelEffort = v.object({
  actions: count,
  medianDurationMs: v.nullable(v.number()),
  medianKeystrokes: v.nullable(v.number()),
  medianClicks: v.nullable(v.number()),
});
export type LabelEffort = v.InferOutput<typeof LabelEffort>;
