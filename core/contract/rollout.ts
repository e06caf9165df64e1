import * as v from 'valibot';
import { sampleNote } from './book.ts';
import { ErrorView } from './error-view.ts';
import { LineKeys, lineSections } from './line-file.ts';

/*
 * From line to line: what a copy of this line would hold, what another line's file would change here, and whether its encoder pays.
 */

const id = v.pipe(v.number(), v.integer(), v.minValue(1));
const count = v.pipe(v.number(), v.integer(), v.minValue(0));
const atMs = v.pipe(v.number(), v.integer());
const section = v.picklist(lineSections);
const sections = v.pipe(v.array(section), v.maxLength(lineSections.length));

/** What an item is about; message keys `rollout.kind.<kind>` and `rollout.value.<kind>`. */
const planKinds = [
  'class',
  'sample',
  'camera',
  'area',
  'files',
  'pattern',
  'shifts',
  'audited',
  'aims',
  'currency',
  'cost',
  'autoScore',
  'autoTeach',
  'keys',
  'encoder',
] as const;
/** Why something cannot be taken over; message key `rollout.why.<why>`. */
const planWhys = [
  'meaning',
  'retired',
  'no_class',
  'no_camera',
  'too_small',
  'pattern',
  'shifts',
  'currency',
  'counted',
  'refused',
] as const;

const Values = v.record(v.string(), v.union([v.string(), v.number()]));
export const PlanItem = v.object({
  section,
  kind: v.picklist(planKinds),
  /** Of the class, camera or input; empty where the kind says it all. */
  name: v.string(),
  /** What holds here; null: nothing yet. */
  now: v.nullable(Values),
  said: Values,
  change: v.picklist(['new', 'same', 'differs', 'blocked']),
  why: v.nullable(v.picklist(planWhys)),
});
export type PlanItem = v.InferOutput<typeof PlanItem>;

/** What a copy of this line would hold. */
export const RolloutContents = v.object({
  line: v.string(),
  sections: v.array(
    v.object({
      section,
      /** null: it is one thing. */
      n: v.nullable(count),
      /** Why it cannot go. */
      error: v.nullable(ErrorView),
    }),
  ),
  /** Whose parts the pictures show; they are asked before pictures or what was learnt from them leave. */
  customers: v.array(v.string()),
  /** Limit samples that stay here since nobody cleared their pictures or people are in them. */
  samplesKept: count,
  taken: v.array(
    v.object({
      line: v.string(),
      name: v.string(),
      sections: v.array(v.string()),
      changed: count,
      who: v.string(),
      atMs,
    }),
  ),
});
export type RolloutContents = v.InferOutput<typeof RolloutContents>;

export const RolloutPreview = v.object({
  line: v.string(),
  createdAtMs: atMs,
  /** The file that was looked at. */
  sha256: v.string(),
  /** What the file holds. */
  sections,
  /** Of the file, each with the camera here that is to be like it. */
  cameras: v.array(v.object({ name: v.string(), cameraId: v.nullable(id) })),
  items: v.array(PlanItem),
});
export type RolloutPreview = v.InferOutput<typeof RolloutPreview>;

const Figure = v.object({ mean: v.number(), low: v.number(), high: v.number() });
const Arm = v.picklist(['copied', 'own', 'random']);
export const TransferRow = v.object({
  /** Labels of each kind. */
  k: count,
  /** All labels of one draw. */
  labels: count,
  draws: count,
  arms: v.array(v.object({ arm: Arm, figure: Figure })),
  /** Against each other arm. */
  says: v.array(v.object({ than: Arm, says: v.picklist(['better', 'worse', 'unclear']), difference: Figure })),
});
export type TransferRow = v.InferOutput<typeof TransferRow>;

/** What the encoder of another line is worth with this line's labels. */
export const TransferView = v.object({
  checkpointId: id,
  /** Of the file or line that it came from. */
  from: v.string(),
  /** The newest measurement, whole or not; null before the first. */
  jobId: v.nullable(id),
  /** The newest whole one. */
  result: v.nullable(
    v.object({
      atMs,
      measure: v.picklist(['auroc', 'balanced']),
      /** Labelled pictures that were measured by in each draw, on average. */
      tested: count,
      defects: count,
      rows: v.array(TransferRow),
    }),
  ),
});
export type TransferView = v.InferOutput<typeof TransferView>;

const path = v.pipe(v.string(), v.trim(), v.minLength(1), v.maxLength(4096));
const cameras = v.pipe(
  v.array(v.object({ name: v.pipe(v.string(), v.maxLength(200)), cameraId: v.nullable(id) })),
  v.maxLength(100),
);
const from = { path, sections: v.optional(sections), cameras: v.optional(cameras), keys: v.optional(LineKeys, {}) };

export const rolloutInputs = {
  /** `agreed`: the customers whose parts the pictures show agree. `keys`: those of this window that are not the usual ones. */
  write: v.object({ sections: v.pipe(sections, v.minLength(1)), agreed: v.boolean(), keys: v.optional(LineKeys, {}) }),
  preview: v.object(from),
  /** `sha256`: of the file that a person looked at. */
  take: v.object({ ...from, sections: v.pipe(sections, v.minLength(1)), sha256: v.string() }),
  measure: v.object({ checkpointId: id }),
  removeSample: v.object({ sampleId: id, reason: sampleNote }),
};

export const RolloutTaken = v.object({
  changed: count,
  /** The encoder is being taken in. */
  jobId: v.nullable(id),
  /** For the window that asked; null: as they are. */
  keys: v.nullable(LineKeys),
});
