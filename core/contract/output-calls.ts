import { oc } from '@orpc/contract';
import * as v from 'valibot';
import { ErrorView } from './error-view.ts';
import { OutputTarget, outputKinds, type OutputKind } from './output-kinds.ts';
import { failReasons, OutMessage } from './outputs.ts';

/*
 * Outputs as the window sees and sets them.
 */

const id = v.pipe(v.number(), v.integer(), v.minValue(1));
const count = v.pipe(v.number(), v.integer(), v.minValue(0));
const atMs = v.pipe(v.number(), v.integer());
const name = v.pipe(v.string(), v.trim(), v.minLength(1), v.maxLength(80), v.regex(/^[^\p{Cc}]+$/u));

/** What an output tells: message key `outputs.about.<about>`. */
export const outputAbout = ['verdict', 'decision', 'alarm'] as const;
export type OutputAbout = (typeof outputAbout)[number];

const plan = {
  name,
  about: v.pipe(v.array(v.picklist(outputAbout)), v.minLength(1)),
  /** Most messages a second. */
  rate: v.pipe(v.number(), v.minValue(0.1), v.maxValue(1000)),
  /** Delivered messages stay in the delivery log that long. */
  keepDays: v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(365)),
};
export const OutputPlan = v.object(plan);
export type OutputPlan = v.InferOutput<typeof OutputPlan>;

export const OutputTrouble = v.object({
  sinceMs: atMs,
  reason: v.picklist(failReasons),
  /** What the receiver or the system said. */
  detail: v.string(),
  tries: count,
  /** null: it is being tried. */
  nextTryAtMs: v.nullable(atMs),
});
export type OutputTrouble = v.InferOutput<typeof OutputTrouble>;

/** How an output stands: part of the state of the app. */
export const OutputState = v.object({
  id,
  name: v.string(),
  kind: v.picklist(Object.keys(outputKinds) as OutputKind[]),
  paused: v.boolean(),
  /** Messages that the receiver does not have. */
  waiting: count,
  /** When the oldest of them was put in. */
  waitingSinceMs: v.nullable(atMs),
  /** When the last delivery was acknowledged. */
  deliveredAtMs: v.nullable(atMs),
  trouble: v.nullable(OutputTrouble),
  /** Messages that found no room any more, since the last that did. */
  missed: count,
});
export type OutputState = v.InferOutput<typeof OutputState>;

/** An output with all that can be set. */
export const OutputView = v.object({
  id,
  ...plan,
  target: OutputTarget,
  /** Names of the secrets that are there; never what they are. */
  secrets: v.array(v.string()),
});
export type OutputView = v.InferOutput<typeof OutputView>;

/** Newly typed secrets; what is empty or absent stays as it is. */
const secrets = v.record(v.pipe(v.string(), v.maxLength(40)), v.pipe(v.string(), v.maxLength(4096)));
export type TypedSecrets = v.InferOutput<typeof secrets>;

const Draft = v.object({
  /** The output that is changed; null: a new one. */
  outputId: v.nullable(id),
  target: OutputTarget,
  secrets,
});

/** A message of an output with what became of it. */
export const DeliveryRow = v.object({
  /** The message's sequence. */
  id,
  message: OutMessage,
  putAtMs: atMs,
  /** null: it waits. */
  endedAtMs: v.nullable(atMs),
  /** discarded: a person left it out. */
  state: v.picklist(['waiting', 'delivered', 'discarded']),
});
export type DeliveryRow = v.InferOutput<typeof DeliveryRow>;

/** A time in which an output did not deliver; `untilMs` null: it lasts. */
export const OutputOutage = v.object({
  ...OutputTrouble.entries,
  untilMs: v.nullable(atMs),
});
export type OutputOutage = v.InferOutput<typeof OutputOutage>;

const base = oc.errors({ APP: { status: 422, data: ErrorView } });
const nothing = v.object({});
const one = v.object({ outputId: id });

export const outputsContract = {
  list: base.output(v.object({ outputs: v.array(OutputView) })),
  add: base.input(v.object({ plan: OutputPlan, ...Draft.entries })).output(v.object({ outputId: id })),
  set: base.input(v.object({ plan: OutputPlan, ...Draft.entries, outputId: id })).output(nothing),
  pause: base.input(v.object({ outputId: id, paused: v.boolean() })).output(nothing),
  /** What waits is not delivered any more. */
  remove: base.input(one).output(nothing),
  /** Tries again at once. */
  tryNow: base.input(one).output(nothing),
  /** Leaves waiting messages out for good: the first alone, or all that wait. */
  discard: base
    .input(v.object({ outputId: id, which: v.picklist(['first', 'all']) }))
    .output(v.object({ discarded: count })),
  /** Sends one message that says it is a test, past the outbox. `failed` null: the receiver has it. */
  test: base.input(Draft).output(
    v.object({
      milliseconds: count,
      failed: v.nullable(v.object({ reason: v.picklist(failReasons), detail: v.string() })),
    }),
  ),
  /** What a receiver gets, to the letter, by settings that are not kept yet. */
  preview: base.input(v.object({ target: OutputTarget })).output(v.object({ text: v.string() })),
  log: base
    .input(v.object({ outputId: id, beforeId: v.optional(id), limit: v.optional(v.pipe(count, v.maxValue(500)), 100) }))
    .output(v.object({ rows: v.array(DeliveryRow), total: count, outages: v.array(OutputOutage) })),
};
