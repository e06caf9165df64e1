import * as v from 'valibot';
import { sharedReasons } from '#core/domain/shared-subset.ts';
import { atMs, count, id, ImageView, name, QueueItem, reason, share } from './views.ts';

/*
 * Two people judge the same pictures, neither seeing what the other or anybody before has said.
 */

export const sides = ['a', 'b'] as const;
export type Side = (typeof sides)[number];

export const RoundView = v.object({
  id,
  personA: v.string(),
  personB: v.string(),
  /** The same person twice. */
  repeat: v.boolean(),
  /** Pictures that were wanted, and that there were. */
  asked: count,
  pictures: count,
  /** Of those, not answered by both and without a file now. */
  gone: count,
  answeredA: count,
  answeredB: count,
  /** open: answers are missing. done: both are through. stopped: a person ended it. */
  state: v.picklist(['open', 'done', 'stopped']),
  startedAtMs: atMs,
  /** What both answered; null while one is not through, lest the other be led. */
  agreed: v.nullable(v.object({ agreed: count, pictures: count, kappa: v.nullable(v.number()) })),
});
export type RoundView = v.InferOutput<typeof RoundView>;

const interval = v.nullable(v.object({ lower: v.number(), upper: v.number() }));
const table = {
  table: v.array(v.array(count)),
  pictures: count,
  agreed: count,
  agreedByChance: v.number(),
  kappa: v.nullable(v.number()),
  kappa95: interval,
};

export const DisagreementView = v.object({
  image: ImageView,
  /** null: cannot tell. */
  a: v.nullable(id),
  b: v.nullable(id),
  /** escape: one says good, the other NG. kind: NG both, of different kinds. unsure: one cannot tell. */
  kind: v.picklist(['escape', 'kind', 'unsure']),
  why: v.picklist(sharedReasons),
  /** What was decided since; null: open. */
  resolution: v.nullable(v.object({ classId: id, who: v.string(), reason: v.string(), atMs })),
});
export type DisagreementView = v.InferOutput<typeof DisagreementView>;

export const AgreementResult = v.object({
  round: RoundView,
  /** Only pictures of which both could tell; `table` is [a][b] by `answers`. */
  okNg: v.object({
    answers: v.array(v.picklist(['ok', 'ng'])),
    ...table,
    meaning: v.picklist(['aligned', 'partly', 'apart', 'too_few']),
    /** Of what one called NG (OK), how much the other did, too. */
    ngAgreed: v.nullable(share),
    okAgreed: v.nullable(share),
    /** Exact 95 % interval of the share of pictures on which they agree. */
    agreed95: v.object({ lower: share, upper: share }),
  }),
  /** Every answer: class by class, null for "cannot tell". */
  classes: v.object({ answers: v.array(v.nullable(id)), ...table }),
  /** Worst first. */
  disagreements: v.array(DisagreementView),
  /** Pictures on which both agree and that nobody has labelled. */
  agreedUnlabelled: count,
});
export type AgreementResult = v.InferOutput<typeof AgreementResult>;

const roundId = { roundId: id };
const side = { side: v.picklist(sides) };
export const fewestShared = 10;

export const agreementInputs = {
  begin: v.object({
    personA: name,
    personB: name,
    repeat: v.optional(v.boolean(), false),
    size: v.optional(v.pipe(count, v.minValue(fewestShared), v.maxValue(200)), 40),
    seed: v.optional(count),
  }),
  next: v.object({ ...roundId, ...side, limit: v.optional(count, 11) }),
  /** classId null: cannot tell. */
  answer: v.object({
    ...roundId,
    ...side,
    imageId: id,
    classId: v.nullable(id),
    durationMs: v.optional(count),
  }),
  side: v.object({ ...roundId, ...side }),
  picture: v.object({ ...roundId, ...side, imageId: id }),
  round: v.object(roundId),
  resolve: v.object({ ...roundId, imageId: id, classId: id, reason }),
};

export const AgreementQueue = v.object({ items: v.array(QueueItem) });
