import type { Core } from '../core.ts';
import { AppError } from '../contract/errors.ts';
import type { FreezePlanView, ModelEntry } from '../contract/models.ts';
import { planFreeze, type FreezeParts, type FreezePlan } from '../domain/freeze-plan.ts';
import type { ImageId, ModelId } from '../domain/ids.ts';
import { Random } from '../domain/random.ts';
import { entryOfEach } from '../domain/marks-for.ts';
import { figuresOf } from '../domain/model-comparison.ts';
import type { ScoreColumns } from '../contract/views.ts';
import { hasFile } from '../jobs/model-files.ts';
import { thresholdAims } from '../report/aims.ts';
import { gatherInputs } from '../report/inputs.ts';
import { forChoosing } from '../report/judged.ts';
import { lineFactsOf } from '../report/sections.ts';
import { compareWithActive, marksFor, type MarksBasis } from '../review/compare.ts';
import { ensureMarks, startScoring } from '../stages.ts';
import { correctionsLearnt } from '../store/corrections.ts';
import { freezable, freeze, frozenSets, frozenView, unfreeze } from '../store/frozen.ts';
import type { Reader } from '../store/handle.ts';
import { setTakt } from '../store/live.ts';
import { candidateModel, modelUses, setAsideModel, takeModel, type ModelUse } from '../store/model-use.ts';
import { getModel, listModels, type ModelRow } from '../store/models.ts';
import type { MarksEntry } from '../store/marks-table.ts';
import { scoreColumns } from '../store/scores.ts';
import { marksInForce, newestThreshold } from '../store/thresholds.ts';
import { knownCamera, noteOf, type Implementer } from './base.ts';

/** The same plan is frozen that was shown. */
const PLAN_SEED = 11;
/** Newest models whose figures on test rows are read. */
const WITH_FIGURES = 20;

/** A model's figures on the test rows, each at the marks that count for it. */
function testFigures({ cameras, kinds, ...columns }: ScoreColumns, marks: readonly MarksEntry[]) {
  const marksOf = entryOfEach({ cameras, kinds }, marks);
  const judged = [...columns.ids.keys()].filter((at) => columns.sources[at] === 'test' && columns.labels[at] !== -1);
  return figuresOf(
    judged.map((at) => columns.scores[at] ?? 0),
    judged.map((at) => columns.labels[at] === 1),
    judged.flatMap((at) => marksOf[at] ?? []),
  );
}

/** What marks of a model are proposed from. */
export const marksBasisOf = (db: Reader, modelId: ModelId): MarksBasis => ({
  choosing: forChoosing(scoreColumns(db, modelId)),
  line: lineFactsOf(gatherInputs(db).inputs, true),
  maxEscape: thresholdAims(db).maxEscape,
});

export function modelCalls(os: Implementer, core: Core) {
  const { store, person, now } = core;
  const note = noteOf(core);
  const by = (reason: string) => ({ reason, who: person(), atMs: now() });

  const known = (id: number): ModelRow => {
    const model = getModel(store.read, id as ModelId);
    if (model === null) throw new AppError('not_found', { modelId: id });
    return model;
  };
  const basisOf = (modelId: ModelId) => (): MarksBasis => marksBasisOf(store.read, modelId);

  const entry = (
    model: ModelRow,
    uses: readonly ModelUse[],
    figures: boolean,
    candidate: ModelId | null,
  ): ModelEntry => {
    const own = uses.filter(({ modelId }) => modelId === model.id);
    const wasUsed = own.some(({ how }) => how !== 'set_aside');
    const threshold = newestThreshold(store.read, model.id);
    const marks = threshold === null ? null : { review: threshold.review, reject: threshold.reject };
    const each = marksInForce(store.read, model.id);
    const columns = figures && marks !== null ? scoreColumns(store.read, model.id) : null;
    return {
      id: model.id,
      createdAtMs: model.createdAtMs,
      who: model.who,
      labels: model.labels,
      mode: model.card.mode,
      state: model.active ? 'in_use' : model.id === candidate ? 'candidate' : wasUsed ? 'former' : 'set_aside',
      usable: hasFile(core, model),
      corrections: correctionsLearnt(store.read, model.id, each),
      marks,
      test: columns?.sources.includes('test') ? testFigures(columns, each) : null,
      uses: own.map(({ how, who, reason, atMs }) => ({ how, who, reason, atMs })),
    };
  };

  const plan = (parts: FreezeParts): FreezePlan => planFreeze(freezable(store.read), parts, new Random(PLAN_SEED));
  const shown = ({ imageIds: _, ...rest }: FreezePlan): FreezePlanView => rest;

  return {
    models: {
      list: os.models.list.handler(() => {
        const uses = modelUses(store.read);
        const candidate = candidateModel(store.read)?.id ?? null;
        return {
          models: listModels(store.read).map((model, at) => entry(model, uses, at < WITH_FIGURES, candidate)),
          frozen: frozenView(store.read),
        };
      }),
      compare: os.models.compare.handler(({ input }) => {
        const model = known(input.modelId);
        const view = compareWithActive(store.read, model.id, basisOf(model.id));
        // A comparison that was cut off, or a former model that never saw these pictures.
        const begun = view.result !== null || view.flips.of > 0 || core.jobs.pending('score');
        if (!begun && view.unscored > 0 && hasFile(core, model)) core.jobs.start('score', { modelId: model.id });
        return view;
      }),
      use: os.models.use.handler(({ input }) => {
        const { modelId, marks, reason } = input;
        const model = known(modelId);
        if (!hasFile(core, model)) throw new AppError('model_gone', { model: model.id });
        const wanted = marks ?? marksFor(store.read, model.id, basisOf(model.id));
        const own = newestThreshold(store.read, model.id);
        const asBefore = own !== null && wanted?.review === own.review && wanted.reject === own.reject;
        const taken = store.write.transaction(() => {
          note('models.use', { model: model.id, reason, ...(wanted !== null && { ...wanted }) });
          return takeModel(store.write, { modelId: model.id, marks: asBefore ? null : wanted, ...by(reason) });
        });
        ensureMarks(core);
        startScoring(core);
        core.live.warm();
        core.changed();
        return taken;
      }),
      setAside: os.models.setAside.handler(({ input }) => {
        const model = known(input.modelId);
        if (candidateModel(store.read)?.id !== model.id) throw new AppError('not_found', { modelId: model.id });
        store.write.transaction(() => {
          note('models.set_aside', { model: model.id, reason: input.reason });
          setAsideModel(store.write, { modelId: model.id, ...by(input.reason) });
        });
        core.changed();
        return {};
      }),
      plan: os.models.plan.handler(({ input }) => shown(plan(input.parts))),
      freeze: os.models.freeze.handler(({ input }) => {
        const { imageIds, defects, good } = plan(input.parts);
        if (defects === 0 || good === 0) throw new AppError('needs_labels', { have: imageIds.length, need: 2 });
        store.write.transaction(() => {
          note('models.freeze', { defects, good, reason: input.reason });
          freeze(store.write, imageIds as ImageId[], by(input.reason));
        });
        core.changed();
        return {};
      }),
      unfreeze: os.models.unfreeze.handler(({ input }) => {
        if (frozenSets(store.read).length === 0) throw new AppError('not_found', { what: 'frozen' });
        store.write.transaction(() => {
          note('models.unfreeze', { reason: input.reason });
          unfreeze(store.write, by(input.reason));
        });
        core.changed();
        return {};
      }),
      setTakt: os.models.setTakt.handler(({ input }) => {
        const { id } = knownCamera(core, input.cameraId);
        store.write.transaction(() => {
          note('models.set_takt', { camera: id, seconds: input.seconds ?? 0 });
          setTakt(store.write, id, input.seconds, { who: person(), atMs: now() });
        });
        core.changed();
        return {};
      }),
    },
  };
}
