import { AppError } from '../contract/errors.ts';
import { measuredFigures, type RobustnessState } from '../contract/robustness.ts';
import type { Core } from '../core.ts';
import { forAll } from '../domain/marks-for.ts';
import type { ModelId } from '../domain/ids.ts';
import { costOf } from '../domain/robustness-plan.ts';
import { hasFile } from '../jobs/model-files.ts';
import { expectedPace, expectedSeconds, planFor } from '../jobs/robustness-plan.ts';
import { marksFor } from '../review/compare.ts';
import { checkLearning } from '../rights.ts';
import { listClasses } from '../store/classes.ts';
import { newestAreaId } from '../store/inspection-areas.ts';
import { listJobs } from '../store/jobs.ts';
import { getModel, type ModelRow } from '../store/models.ts';
import { measurablePictures, robustnessOf, type FixedPlan, type RobustnessView } from '../store/robustness.ts';
import { marksInForce, withEntry } from '../store/thresholds.ts';
import type { Implementer } from './base.ts';
import { marksBasisOf } from './models.ts';

/** The plan is the same that the job then makes. */
const SEED = 1;
/** So many times as many defects as were measured by are another basis. */
const MORE_DEFECTS = 1.5;

/** What a model bears, and what measuring it costs. */
export function robustnessCalls(os: Implementer, core: Core) {
  const { store, jobs } = core;

  const known = (id: number): ModelRow => {
    const model = getModel(store.read, id as ModelId);
    if (model === null) throw new AppError('not_found', { modelId: id });
    return model;
  };

  /** A candidate is read by the marks that it would get. */
  const marksOf = (modelId: ModelId) => {
    const inForce = marksInForce(store.read, modelId);
    const common = marksFor(store.read, modelId, () => marksBasisOf(store.read, modelId));
    return common === null ? inForce : withEntry(inForce, forAll, common);
  };

  const staleOf = (view: RobustnessView, plan: FixedPlan | null): 'area' | 'pictures' | null => {
    if (newestAreaId(store.read) > view.areasThrough) return 'area';
    const now = plan?.defects.length ?? 0;
    return now >= view.clean.missed.denominator * MORE_DEFECTS && now > 0 ? 'pictures' : null;
  };

  const stateOf = (model: ModelRow): RobustnessState => {
    const pictures = measurablePictures(store.read, model.id);
    const plan = planFor(store.read, model.id, SEED, pictures);
    const view = robustnessOf(store.read, model.id, marksOf(model.id));
    const names = new Map(listClasses(store.read).map(({ id, name }) => [Number(id), name]));
    const count = (isDefect: boolean, heldOut: boolean): number =>
      pictures.filter((one) => one.isDefect === isDefect && (one.heldOut || !heldOut)).length;
    return {
      modelId: model.id,
      card: view && { ...measuredFigures(view), stale: staleOf(view, plan) },
      offer: plan && {
        basis: plan.basis,
        defects: plan.defects.length,
        good: plan.sets.flat().length - plan.defects.length,
        teachings: costOf(plan).teachings,
        kinds: plan.kinds.map(({ classId }) => names.get(classId) ?? String(classId)),
        seconds: expectedSeconds(plan, expectedPace(store.read, model.id)),
      },
      have: {
        ...{ defects: count(true, false), good: count(false, false) },
        ...{ heldOutDefects: count(true, true), heldOutGood: count(false, true) },
      },
      usable: hasFile(core, model),
    };
  };

  return {
    robustness: {
      get: os.robustness.get.handler(({ input }) => stateOf(known(input.modelId))),
      start: os.robustness.start.handler(({ input }) => {
        const model = known(input.modelId);
        if (!hasFile(core, model)) throw new AppError('model_gone', { model: model.id });
        const open = listJobs(store.read).some(
          ({ kind, modelId, state }) =>
            kind === 'evaluate' && modelId !== null && ['queued', 'running', 'paused'].includes(state),
        );
        if (open) throw new AppError('job_running', { job: 'evaluate' });
        const plan = planFor(store.read, model.id, SEED);
        if (plan === null) throw new AppError('robustness_too_few');
        // Said at once, not only by the job that would fail of it.
        if (costOf(plan).teachings > 0) checkLearning(core);
        return { jobId: jobs.start('evaluate', { modelId: model.id, seed: SEED }) };
      }),
    },
  };
}
