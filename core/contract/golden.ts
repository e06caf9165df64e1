import * as v from 'valibot';

/*
 * The daily golden check: pictures whose verdicts are known are judged anew each morning, by the whole way that every picture goes.
 */

const id = v.pipe(v.number(), v.integer(), v.minValue(1));
const count = v.pipe(v.number(), v.integer(), v.minValue(0));
const atMs = v.pipe(v.number(), v.integer());
const verdict = v.picklist(['ok', 'review', 'reject']);

/** pass: must be let through; stop: must be flagged, for review or as NG. */
export const expectations = ['pass', 'stop'] as const;
export const goldenParts = ['good', 'defect', 'near'] as const;
/** incomplete: a picture could not be read, so that the check is still due. */
export const goldenOutcomes = ['passed', 'warned', 'failed', 'incomplete'] as const;
export const pictureOutcomes = ['same', 'drifted', 'changed', 'missing'] as const;
/** What was done before the verdicts were trusted again. */
export const clearings = ['repaired', 'rescored', 'reviewed', 'set_was_wrong'] as const;

/** Good pictures and defects that a set has at least. */
export const FEWEST_GOLDEN = 3;
export const MOST_GOLDEN = 60;

export const GoldenState = v.object({
  /** none: no set was fixed; due: not checked today, or other marks, model or area since; failed: until a person clears it. */
  state: v.picklist(['none', 'due', 'passed', 'warned', 'failed']),
  /** Why a check is due though one was done before. */
  why: v.nullable(v.picklist(['new_day', 'model', 'marks', 'area', 'incomplete'])),
  checkedAtMs: v.nullable(atMs),
  running: v.boolean(),
  /** Verdicts that are not trusted, from the last passed check on, and since when. */
  untrusted: count,
  sinceMs: v.nullable(atMs),
});
export type GoldenState = v.InferOutput<typeof GoldenState>;

export const GoldenPicture = v.object({
  id,
  expected: v.picklist(expectations),
  part: v.picklist(goldenParts),
  classId: v.nullable(id),
  score: v.number(),
  verdict,
});
export type GoldenPicture = v.InferOutput<typeof GoldenPicture>;

export const GoldenCheckView = v.object({
  id,
  day: v.string(),
  outcome: v.picklist(goldenOutcomes),
  who: v.string(),
  atMs,
});
export type GoldenCheckView = v.InferOutput<typeof GoldenCheckView>;

const result = v.object({
  id,
  outcome: v.picklist(pictureOutcomes),
  score: v.nullable(v.number()),
  verdict: v.nullable(verdict),
});

export const GoldenView = v.object({
  set: v.nullable(
    v.object({
      id,
      tolerance: v.number(),
      reason: v.string(),
      who: v.string(),
      atMs,
      pictures: v.array(GoldenPicture),
    }),
  ),
  /** The newest check of the set, picture by picture. */
  last: v.nullable(v.object({ ...GoldenCheckView.entries, results: v.array(result) })),
  /** Newest first. */
  history: v.array(GoldenCheckView),
  clearings: v.array(v.object({ atMs, who: v.string(), reason: v.string(), done: v.picklist(clearings) })),
});
export type GoldenView = v.InferOutput<typeof GoldenView>;

export const GoldenChecked = v.object({ outcome: v.picklist(goldenOutcomes) });

/** Labelled pictures that would make a good set, and more to choose from. */
export const GoldenProposal = v.object({
  pictures: v.array(v.object({ ...GoldenPicture.entries, proposed: v.boolean() })),
});
export type GoldenProposal = v.InferOutput<typeof GoldenProposal>;

const reason = v.pipe(v.string(), v.trim(), v.minLength(1), v.maxLength(400));

export const goldenInputs = {
  fix: v.object({
    pictures: v.pipe(
      v.array(v.object({ id, expected: v.picklist(expectations) })),
      v.maxLength(MOST_GOLDEN),
      v.check((rows) => new Set(rows.map((row) => row.id)).size === rows.length, 'a picture twice'),
    ),
    tolerance: v.optional(v.pipe(v.number(), v.minValue(0.001), v.maxValue(0.5)), 0.05),
    reason,
  }),
  clear: v.object({ reason, done: v.picklist(clearings), rescore: v.optional(v.boolean(), false) }),
  affected: v.object({
    /** Rows below this id. */
    beforeId: v.optional(id),
    limit: v.optional(v.pipe(count, v.maxValue(500)), 60),
  }),
};
