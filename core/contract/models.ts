import * as v from 'valibot';
import { freezeParts } from '#core/domain/freeze-plan.ts';
import { retrainReasons } from '#core/domain/retrain.ts';
import { ModelCard } from './engine.ts';

/*
 * The models that were taught, which of them judges, and the pictures by which two are compared.
 */

const id = v.pipe(v.number(), v.integer(), v.minValue(1));
const count = v.pipe(v.number(), v.integer(), v.minValue(0));
const atMs = v.pipe(v.number(), v.integer());
const share = v.pipe(v.number(), v.minValue(0), v.maxValue(1));
const verdict = v.picklist(['ok', 'review', 'reject']);
/** Why, in a person's words: not empty, since nobody remembers a year later. */
const why = v.pipe(v.string(), v.trim(), v.minLength(1), v.maxLength(400));

export const Marks = v.pipe(
  v.object({ review: share, reject: share }),
  v.check(({ review, reject }) => review <= reject, 'review lies above reject'),
);

/** A counted share with its interval (core/domain/interval.ts). */
export const RateView = v.object({
  value: v.nullable(v.number()),
  lower95: v.number(),
  upper95: v.number(),
  atMost95: v.number(),
  numerator: v.number(),
  denominator: v.number(),
});

const Figures = v.object({
  missed: RateView,
  stopped: RateView,
  auroc: v.nullable(v.object({ value: v.number(), lower: v.number(), upper: v.number() })),
});

const Discordance = v.object({ onlyCandidateRight: count, onlyActiveRight: count, p: v.number() });

export const ComparisonView = v.object({
  modelId: id,
  activeId: id,
  /** none: no picture was judged that neither model was taught with. */
  basis: v.picklist(['test', 'fresh', 'none']),
  /** Of the compared pictures, how many the model in use was taught with: its cross-validation counts for them. */
  heldOut: count,
  /** Pictures that the candidate has yet to score. */
  unscored: count,
  marks: v.object({ active: v.nullable(Marks), candidate: v.nullable(Marks) }),
  /** How many cameras and kinds have marks of their own by each. */
  ownMarks: v.object({ active: count, candidate: count }),
  /** null with basis none, or while a model has no marks. */
  result: v.nullable(
    v.object({
      active: Figures,
      candidate: Figures,
      defects: Discordance,
      good: Discordance,
      auroc: v.nullable(v.object({ value: v.number(), lower: v.number(), upper: v.number() })),
      says: v.picklist(['better', 'not_worse', 'worse', 'cannot_tell']),
      defectsNeeded: count,
    }),
  ),
  /** Verdicts of the newest pictures that would be others, highest scores first. */
  flips: v.object({
    of: count,
    total: count,
    rows: v.array(v.object({ imageId: id, from: verdict, to: verdict })),
  }),
});
export type ComparisonView = v.InferOutput<typeof ComparisonView>;

export const modelStates = ['in_use', 'candidate', 'former', 'set_aside'] as const;

export const ModelEntry = v.object({
  id,
  createdAtMs: atMs,
  who: v.string(),
  labels: count,
  mode: ModelCard.entries.mode,
  state: v.picklist(modelStates),
  /** Its file is there, so that it can judge. */
  usable: v.boolean(),
  /** Corrections that it was taught with and no model before it, and how many of them its cross-validation gets right. */
  corrections: v.object({ learnt: count, right: count }),
  marks: v.nullable(Marks),
  /** On test rows at its marks; null where there are none or nothing was scored. */
  test: v.nullable(Figures),
  /** When it was taken, taken again or set aside, newest first. */
  uses: v.array(
    v.object({ how: v.picklist(['first', 'used', 'back', 'set_aside']), who: v.string(), reason: v.string(), atMs }),
  ),
});
export type ModelEntry = v.InferOutput<typeof ModelEntry>;

export const FreezePlanView = v.object({
  defects: count,
  good: count,
  drawn: count,
  left: v.object({ defects: count, good: count }),
  escapesAtMost: share,
});
export type FreezePlanView = v.InferOutput<typeof FreezePlanView>;

export const FrozenView = v.object({
  sets: v.array(v.object({ id, reason: v.string(), who: v.string(), atMs, pictures: count })),
  /** Labelled test rows, those of a manifest included. */
  test: v.object({ defects: count, good: count, escapesAtMost: share }),
});
export type FrozenView = v.InferOutput<typeof FrozenView>;

/** What waits to be taught, and whether teaching anew is proposed. */
export const TeachingState = v.object({
  /** Labels and corrections since the newest teaching. */
  labels: count,
  corrections: count,
  /** Of the newest model: corrections that it learnt, and how many its cross-validation gets right. */
  learnt: v.nullable(v.object({ modelId: id, learnt: count, right: count })),
  candidateId: v.nullable(id),
  /** Empty where nothing says that it would help, or a candidate waits, or something is being learnt. */
  because: v.array(v.picklist(retrainReasons)),
});
export type TeachingState = v.InferOutput<typeof TeachingState>;

/** How long a camera's pictures wait for their verdict. */
export const LiveView = v.object({
  cameraId: id,
  takt: v.nullable(v.number()),
  /** null while none was judged as it came. */
  wait: v.nullable(v.object({ pictures: count, medianSeconds: v.number(), p95Seconds: v.number(), unclear: count })),
});
export type LiveView = v.InferOutput<typeof LiveView>;

export const modelInputs = {
  model: v.object({ modelId: id }),
  /** Without marks those that it had when it was last in use. */
  use: v.object({ modelId: id, marks: v.optional(Marks), reason: why }),
  setAside: v.object({ modelId: id, reason: why }),
  plan: v.object({ parts: v.picklist(freezeParts) }),
  freeze: v.object({ parts: v.picklist(freezeParts), reason: why }),
  unfreeze: v.object({ reason: why }),
  takt: v.object({ cameraId: id, seconds: v.nullable(v.pipe(v.number(), v.minValue(0.1), v.maxValue(3600))) }),
};
