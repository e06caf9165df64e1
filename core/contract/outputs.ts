import * as v from 'valibot';

/*
 * What leaves for the line: verdicts and alarms, in one form for every kind of output. Field names are fixed: receivers are
 * programmed against them, so fields are added, never renamed. No person's name leaves.
 */

const text = v.pipe(v.string(), v.maxLength(500));
const id = v.pipe(v.number(), v.integer(), v.minValue(1));
/** ISO 8601 in UTC, with milliseconds. */
const instant = v.pipe(v.string(), v.isoTimestamp());

const common = {
  version: v.literal(1),
  /** Of this message for ever, however often it is delivered: what a receiver has had with this id, it may leave out. */
  id: v.pipe(v.string(), v.uuid()),
  /** Rises by one with each message of an output. */
  sequence: id,
  at: instant,
  line: text,
  /** null: of the whole line. */
  camera: v.nullable(text),
};

export const VerdictMessage = v.object({
  ...common,
  type: v.literal('verdict'),
  verdict: v.picklist(['ok', 'hold', 'ng']),
  /** person: the word of somebody who looked, which comes after the model's and stands in its place. */
  by: v.picklist(['model', 'person']),
  picture: v.object({ id, sha256: v.pipe(v.string(), v.hash(['sha256'])), file: text }),
  takenAt: v.nullable(instant),
  lot: v.nullable(text),
  serial: v.nullable(text),
  /** 0 to 1, as the marks are; null where no model had scored it. */
  score: v.nullable(v.number()),
  marks: v.nullable(v.object({ review: v.number(), reject: v.number() })),
  /** The kind of defect that a person named, or that the model takes it for. */
  defect: v.nullable(text),
  model: v.nullable(id),
  threshold: v.nullable(id),
});
export type VerdictMessage = v.InferOutput<typeof VerdictMessage>;

export const AlarmMessage = v.object({
  ...common,
  type: v.literal('alarm'),
  /** The code of what is wrong, as in the words of the app. */
  alarm: text,
  state: v.picklist(['raised', 'cleared']),
  /** In the language of the app when it was raised. */
  words: v.pipe(v.string(), v.maxLength(2000)),
});
export type AlarmMessage = v.InferOutput<typeof AlarmMessage>;

export const OutMessage = v.variant('type', [VerdictMessage, AlarmMessage]);
export type OutMessage = v.InferOutput<typeof OutMessage>;

/** Why a delivery failed; what to do about it is said in words (`outputfail.<reason>`). */
export const failReasons = [
  /** No address, no route, nobody listens, or the connection broke. */
  'unreachable',
  /** The receiver was reached and did not answer within the limit. */
  'timed_out',
  /** Its certificate is not trusted, has run out, or is another host's. */
  'certificate',
  /** Name, password or key were not accepted. */
  'credentials',
  /** The receiver answered that it will not take it: 4xx, a refused topic, a wrong node. */
  'refused',
  /** The port is taken by another program, or this computer has no such address. */
  'cannot_listen',
  /** The receiver answered that it cannot take it now: 5xx, 429, quota. */
  'busy',
  'folder_missing',
  'folder_readonly',
  'disk_full',
] as const;
export type FailReason = (typeof failReasons)[number];
