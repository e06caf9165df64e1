import * as v from 'valibot';
import { disturbanceKinds } from '../domain/disturbance.ts';
import { disturbanceSayings, type RobustnessFigures } from '../domain/robustness.ts';
import { RateView } from './models.ts';

/*
 * What a model bears: its figures on pictures that were disturbed, and on kinds that it was not taught.
 */

const id = v.pipe(v.number(), v.integer(), v.minValue(1));
const count = v.pipe(v.number(), v.integer(), v.minValue(0));
const area = v.nullable(v.object({ value: v.number(), lower: v.number(), upper: v.number() }));
const range = v.object({ low: v.number(), high: v.number() });
const basis = v.picklist(['held_out', 'folds']);

const figures = {
  missed: RateView,
  stopped: RateView,
  missedAlone: RateView,
  stoppedAlone: RateView,
  keptOut: RateView,
  auroc: area,
  balancedAccuracy: v.nullable(v.number()),
};
const kind = v.picklist(disturbanceKinds);

const name = v.pipe(v.string(), v.maxLength(400));
const figuresEntries = {
  basis,
  pxFactor: range,
  clean: v.object(figures),
  grades: v.pipe(v.array(v.object({ kind, amount: v.number(), ...figures })), v.maxLength(100)),
  says: v.pipe(
    v.array(
      v.object({
        kind,
        says: v.picklist(disturbanceSayings),
        safe: v.nullable(v.number()),
        harmful: v.nullable(v.object({ amount: v.number(), ...figures })),
      }),
    ),
    v.maxLength(100),
  ),
  kinds: v.pipe(
    v.array(v.object({ name, found: RateView, stopped: RateView, auroc: area, unusual: area })),
    v.maxLength(1000),
  ),
  tooFew: v.pipe(v.array(v.object({ name, pictures: count })), v.maxLength(1000)),
  atMs: v.pipe(v.number(), v.integer()),
};

/** As core/domain/robustness.ts has them, with when they were measured. */
export const RobustnessMeasured = v.object(figuresEntries);
export type RobustnessMeasured = v.InferOutput<typeof RobustnessMeasured>;

/** Figures without what only the store needs. */
export const measuredFigures = (view: RobustnessFigures & { readonly atMs: number }): RobustnessMeasured => ({
  ...{ atMs: view.atMs, basis: view.basis, pxFactor: view.pxFactor, clean: view.clean },
  ...{ grades: [...view.grades], says: [...view.says], kinds: [...view.kinds], tooFew: [...view.tooFew] },
});

export const RobustnessCard = v.object({
  ...figuresEntries,
  /** area: pictures are read by another inspected area now. pictures: far more are there to measure by. */
  stale: v.nullable(v.picklist(['area', 'pictures'])),
});
export type RobustnessCard = v.InferOutput<typeof RobustnessCard>;

/** What measuring would rest on and cost, said before it begins. */
const RobustnessOffer = v.object({
  basis,
  defects: count,
  good: count,
  /** How many models are taught for it, and of which kinds it is asked whether they are found untaught. */
  teachings: count,
  kinds: v.array(v.string()),
  seconds: range,
});

export const RobustnessState = v.object({
  modelId: id,
  /** null: not measured yet, or there are no marks to read it by. */
  card: v.nullable(RobustnessCard),
  /** null: too few judged pictures. */
  offer: v.nullable(RobustnessOffer),
  /** Judged pictures that could measure. */
  have: v.object({ defects: count, good: count, heldOutDefects: count, heldOutGood: count }),
  /** Its file is there. */
  usable: v.boolean(),
});
export type RobustnessState = v.InferOutput<typeof RobustnessState>;

export const robustnessInputs = { model: v.object({ modelId: id }) };
