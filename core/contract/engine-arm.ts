import * as v from 'valibot';

/*
 * What the engine is asked for, and answers, when one encoder's worth with a line's own labels is measured.
 */

const count = v.pipe(v.number(), v.integer(), v.minValue(0));
const path = v.pipe(v.string(), v.minLength(1), v.maxLength(4096));
const maybe = v.nullable(v.number());

export const ArmInput = v.object({
  checkpoint: path,
  /** random: the same network untrained, its statistics calibrated on the line's pictures. */
  start: v.picklist(['pretrained', 'random']),
  imagesFile: path,
  classes: v.array(v.string()),
  /** null: every class is a kind of defect. */
  goodClass: v.nullable(count),
  /** Defects of a draw, or of each kind where no class is good. */
  ks: v.pipe(v.array(v.pipe(count, v.minValue(1))), v.minLength(1)),
  draws: v.pipe(count, v.minValue(1)),
  /** Of the held-out parts and the draws: each encoder gets the same. */
  seed: v.pipe(count, v.maxValue(0xffffffff)),
});

const Figures = v.object({ auroc: maybe, averagePrecision: maybe, balancedAccuracy: maybe });

export const ArmEvent = v.variant('kind', [
  v.object({ kind: v.literal('progress'), phase: v.string(), done: count, total: count }),
  v.object({
    kind: v.literal('done'),
    /** By k; without figures where there are too few labels for it. */
    rows: v.array(v.object({ k: count, labels: count, figures: v.array(Figures) })),
    /** Labelled pictures that were held out, and how many of them show a defect. */
    tested: count,
    defects: count,
    failed: v.array(v.object({ id: count, code: v.string() })),
  }),
]);
export type ArmEvent = v.InferOutput<typeof ArmEvent>;
