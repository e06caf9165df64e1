import * as v from 'valibot';
import { Regions } from './engine.ts';
import { atMs, count, id, ImageView, locale, share } from './views.ts';

/*
 * The defect book: limit samples of each class.
 */

/** limit_ng: bad, but only just. limit_ok: still good. typical: what the class looks like. */
export const sampleRoles = ['limit_ng', 'limit_ok', 'typical'] as const;
export type SampleRole = (typeof sampleRoles)[number];

export const sampleNote = v.pipe(v.string(), v.trim(), v.maxLength(200), v.regex(/^[^\p{Cc}]*$/u));

/** A square, in pixels of the picture; null: the whole picture. */
const crop = v.nullable(v.object({ x: count, y: count, side: count }));

const pictureFacts = v.pick(ImageView, ['id', 'width', 'height', 'fileName']);

export const SampleView = v.object({
  id,
  role: v.picklist(sampleRoles),
  note: v.string(),
  who: v.string(),
  atMs,
  image: pictureFacts,
  regions: Regions,
  crop,
  /** What the picture is labelled as today; null: it no longer is. */
  classId: v.nullable(id),
  /** Its file is no longer there. */
  gone: v.boolean(),
  /** Of a limit that is bad: the same place of the good picture that looks most like it; null where there is none. */
  beside: v.nullable(v.object({ image: pictureFacts, crop })),
});
export type SampleView = v.InferOutput<typeof SampleView>;

/** A limit sample of another line, shown at /borrowed/:id; nothing is learnt from it. */
export const BorrowedView = v.object({
  ...{ id, role: v.picklist(sampleRoles), note: v.string(), who: v.string(), atMs },
  ...{ width: count, height: count, regions: Regions },
  line: v.string(),
});
export type BorrowedView = v.InferOutput<typeof BorrowedView>;

/** One line of the book's history. */
export const BookChange = v.object({
  what: v.picklist(['added', 'removed']),
  classId: id,
  imageId: id,
  role: v.picklist(sampleRoles),
  /** The note of what was added, the reason why it was removed. */
  note: v.string(),
  who: v.string(),
  atMs,
});
export type BookChange = v.InferOutput<typeof BookChange>;

export const DefectBook = v.object({
  /** How many changes it has had. */
  version: count,
  changedAtMs: v.nullable(atMs),
  /** Classes in use, in their order. */
  classes: v.array(
    v.object({
      ...{ classId: id, description: v.string(), samples: v.array(SampleView) },
      borrowed: v.array(BorrowedView),
    }),
  ),
  /** Newest first. */
  history: v.array(BookChange),
});
export type DefectBook = v.InferOutput<typeof DefectBook>;

/** near_mark: its score lies nearest to the mark. look_alike: a good and a bad one that look most alike. middle: in the middle of its class. */
export const proposalReasons = ['near_mark', 'look_alike', 'middle'] as const;

export const SampleProposal = v.object({
  role: v.picklist(sampleRoles),
  why: v.picklist(proposalReasons),
  image: ImageView,
  /** Of `near_mark`. */
  score: v.nullable(share),
});
export type SampleProposal = v.InferOutput<typeof SampleProposal>;

export const bookInputs = {
  add: v.object({
    imageId: id,
    classId: id,
    role: v.picklist(sampleRoles),
    note: v.optional(sampleNote, ''),
    /** Where to look; absent: as the label says. */
    regions: v.optional(Regions),
  }),
  remove: v.object({ sampleId: id, reason: sampleNote }),
  propose: v.object({ classId: id, limit: v.optional(v.pipe(count, v.maxValue(24)), 4) }),
  print: v.object({ locale, classId: v.optional(id) }),
};
