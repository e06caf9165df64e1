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

/*
 * Settings of the outputs that write files or post; those of the field (MQTT, OPC UA) are in outputs-field.ts. What is secret is in
 * none of them.
 */

/** A folder of this computer or of a share. */
const folder = v.pipe(v.string(), v.trim(), v.minLength(1), v.maxLength(4096));

export const FolderSettings = v.object({
  folder,
  /** lines: JSON Lines, a file for each production day. pictures: copies, sorted into ok, hold and ng. */
  as: v.picklist(['lines', 'pictures']),
  /** Of pictures: the camera's own bytes with all that they carry, instead of a picture encoded anew. */
  originals: v.optional(v.boolean(), false),
});
export type FolderSettings = v.InferOutput<typeof FolderSettings>;

/** Columns of a table for a production system, by the field of the message that each shows. */
export const csvColumns = [
  'id',
  'sequence',
  'at',
  'type',
  'line',
  'camera',
  'verdict',
  'by',
  'picture',
  'sha256',
  'file',
  'takenAt',
  'lot',
  'serial',
  'score',
  'review',
  'reject',
  'defect',
  'model',
  'threshold',
  'alarm',
  'state',
  'words',
] as const;
export type CsvColumn = (typeof csvColumns)[number];

export const CsvSettings = v.object({
  folder,
  columns: v.pipe(
    v.array(v.picklist(csvColumns)),
    v.minLength(1),
    v.check((columns) => new Set(columns).size === columns.length, 'a column twice'),
  ),
  delimiter: v.picklist([',', ';', '\t']),
  encoding: v.picklist(['utf-8', 'utf-8-bom', 'shift_jis']),
  header: v.boolean(),
  /** day: one file for each production day. batch: a new file each time, there under its name only when it is whole. */
  files: v.picklist(['day', 'batch']),
});
export type CsvSettings = v.InferOutput<typeof CsvSettings>;

export const WebhookSettings = v.object({
  url: v.pipe(
    v.string(),
    v.trim(),
    v.maxLength(2000),
    v.check((text) => {
      const url = URL.parse(text);
      // A name and password in the address would be in every log on the way.
      return url !== null && ['https:', 'http:'].includes(url.protocol) && url.username === '' && url.password === '';
    }, 'an address that begins with https://'),
  ),
  /** The person knows that anybody on the way can read and change what is sent without TLS. */
  plain: v.optional(v.boolean(), false),
  /** Several messages in one request, as `{"messages": […]}`. */
  batch: v.boolean(),
  timeLimitSeconds: v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(120)),
  /** The plant's own certificate authority: a PEM file; empty: those that Node knows. */
  caFile: v.pipe(v.string(), v.trim(), v.maxLength(4096)),
});
export type WebhookSettings = v.InferOutput<typeof WebhookSettings>;
