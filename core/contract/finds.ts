import { eventIterator, oc } from '@orpc/contract';
import * as v from 'valibot';
import { Regions } from './engine.ts';
import { ErrorView } from './error-view.ts';
import { atMs, count, id, ImageView, locale, MarksFor, share } from './views.ts';

/*
 * Defects that somebody found further down: entered with or without a picture, what looks like them among what passed, and from
 * which mark on they would have been caught.
 */

const base = oc.errors({ APP: { status: 422, data: ErrorView } });
const saved = v.object({ savedAtMs: atMs });
/** One line; empty where nothing is known. */
const word = v.optional(v.pipe(v.string(), v.trim(), v.maxLength(80), v.regex(/^[^\p{Cc}]*$/u)), '');
const note = v.optional(v.pipe(v.string(), v.trim(), v.maxLength(400), v.regex(/^[^\p{Cc}]*$/u)), '');

export const findPlaces = ['line', 'next_process', 'shipping', 'customer'] as const;
export const answerWords = ['is', 'is_not', 'hold', 'open'] as const;

/** Which passed pictures; absent or empty: whichever. */
export const PassedFilter = v.object({
  text: word,
  lot: word,
  serial: word,
  shift: word,
  cameraId: v.optional(id),
  fromMs: v.optional(atMs),
  toMs: v.optional(atMs),
});
export type PassedFilter = v.InferInput<typeof PassedFilter>;

export const NewFind = v.object({
  imageId: v.nullable(id),
  classId: v.nullable(id),
  regions: v.optional(Regions),
  parts: v.optional(v.pipe(count, v.minValue(1), v.maxValue(100_000)), 1),
  place: v.picklist(findPlaces),
  foundAtMs: atMs,
  lot: word,
  serial: word,
  fromMs: v.optional(v.nullable(atMs), null),
  toMs: v.optional(v.nullable(atMs), null),
  costYen: v.optional(v.nullable(v.pipe(v.number(), v.finite(), v.minValue(0), v.maxValue(1e12))), null),
  note,
});
export type NewFind = v.InferInput<typeof NewFind>;

export const FindView = v.object({
  id,
  imageId: v.nullable(id),
  classId: v.nullable(id),
  parts: count,
  place: v.picklist(findPlaces),
  foundAtMs: atMs,
  lot: v.string(),
  serial: v.string(),
  fromMs: v.nullable(atMs),
  toMs: v.nullable(atMs),
  costYen: v.nullable(v.number()),
  note: v.string(),
  who: v.string(),
  atMs,
  withdrawn: v.boolean(),
  /** It stops new pictures that look like it. */
  watched: v.boolean(),
  /** A mark was proposed and taken to the threshold. */
  drafted: v.boolean(),
  /** Its picture is an example of the kind now. */
  taught: v.boolean(),
  answered: v.object({ is: count, isNot: count, hold: count }),
  flagged: count,
  flaggedGood: count,
  /** How the watching came out on pictures known to be good; null where it does not watch. */
  watch: v.nullable(v.object({ examples: count, good: count, goodFlagged: count })),
});
export type FindView = v.InferOutput<typeof FindView>;

/** Passed pictures like a find, the most alike first, that nobody has answered yet. */
export const AlikeList = v.object({
  /** Compared with the examples, and how many there are in the range; the others have no embedding yet. */
  compared: count,
  of: count,
  items: v.array(ImageView),
  /** A marked place is compared beside the whole pictures; only whole pictures, though a place is marked; nobody marked one. */
  by: v.picklist(['place', 'whole', 'unmarked']),
  /** Still open in all. */
  open: count,
  answered: v.object({ is: count, isNot: count, hold: count }),
  /** How many of the open ones are expected to be like the find; null before enough answers. */
  expected: v.nullable(v.number()),
});
export type AlikeList = v.InferOutput<typeof AlikeList>;

export const LookEvent = v.variant('kind', [
  v.object({ kind: v.literal('progress'), done: count, total: count }),
  v.object({ kind: v.literal('done'), list: AlikeList }),
]);
export type LookEvent = v.InferOutput<typeof LookEvent>;

const rate = v.object({
  numerator: count,
  denominator: count,
  value: v.nullable(share),
  lower95: share,
  upper95: share,
});
const estimate = v.object({ value: v.nullable(v.number()), lower95: v.number(), upper95: v.number() });

/** From which mark on a find and what looks like it would have been stopped, and what that costs. */
export const MarkProposal = v.object({
  /** proposed: worth trying. costly: it would stop more good parts than is reasonable. caught: the marks stop it already. unscored. */
  verdict: v.picklist(['proposed', 'costly', 'caught', 'unscored']),
  score: v.nullable(v.number()),
  review: v.number(),
  /** The mark in force. */
  active: v.number(),
  reject: v.number(),
  /** What that mark is for, and how that is called; the figures count its pictures only. */
  for: MarksFor,
  camera: v.nullable(v.string()),
  kind: v.nullable(v.string()),
  /** The find and its confirmed look-alikes with a score, and how many of them the proposed mark stops. */
  finds: count,
  caught: count,
  /** Good parts stopped for a look, by the mark in force and by the proposed one. */
  before: rate,
  after: rate,
  /** More good parts looked at in a shift, and yen a month for that. */
  morePerShift: estimate,
  moreYenPerMonth: estimate,
});
export type MarkProposal = v.InferOutput<typeof MarkProposal>;

const find = v.object({ findId: id });

const sinceReasons = ['golden', 'audit', 'month'] as const;
/** Why a search begins where it does. */
export type FindSince = (typeof sinceReasons)[number];

export const findsContract = {
  /** Pictures that passed, newest first. */
  passed: base
    .input(
      v.object({
        filter: PassedFilter,
        beforeId: v.optional(id),
        limit: v.optional(v.pipe(count, v.maxValue(500)), 200),
      }),
    )
    .output(v.object({ rows: v.array(ImageView), total: count })),
  /** The same by suspicion: like the kind's examples where it has any, else by score; `known`: somebody has seen that lot and serial. */
  ranked: base
    .input(v.object({ filter: PassedFilter, classId: v.nullable(id) }))
    .output(
      v.object({ rows: v.array(ImageView), total: count, by: v.picklist(['likeness', 'score']), known: v.boolean() }),
    ),
  add: base.input(NewFind).output(v.object({ findId: id, savedAtMs: atMs })),
  list: base.output(v.object({ finds: v.array(FindView), falseFlagLimit: share })),
  say: base
    .input(
      v.object({ ...find.entries, says: v.picklist(['withdrawn', 'restored', 'watched', 'unwatched', 'drafted']) }),
    )
    .output(saved),
  /** Share of good pictures that a find may stop at most; each find is measured again. */
  setLimit: base.input(v.object({ falseFlagLimit: v.pipe(share, v.maxValue(0.2)) })).output(saved),
  /** Compares every passed picture of a range with a find, telling how far it is; ended by closing it. */
  look: base.input(v.object({ ...find.entries, filter: PassedFilter })).output(eventIterator(LookEvent)),
  /**
   * Where a range begins if nobody says: when what passes was last known to be good before the part's picture was taken (golden check,
   * audit), else the start of the active model, at most 30 days ago.
   */
  since: base.input(find).output(v.object({ fromMs: atMs, because: v.picklist(sinceReasons) })),
  /** The list comes back in its new order; null where nothing was looked at before. */
  answer: base
    .input(v.object({ ...find.entries, imageId: id, says: v.picklist(answerWords) }))
    .output(v.object({ savedAtMs: atMs, list: v.nullable(AlikeList) })),
  proposal: base.input(find).output(MarkProposal),
  /** Lots and serials to be set apart, as a table and as a page; fetched by name from /export/:fileName. */
  export: base
    .input(v.object({ ...find.entries, locale }))
    .output(v.object({ pictures: count, csv: v.string(), html: v.string() })),
};
