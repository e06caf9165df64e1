import { stratifiedGroupFolds } from '#core/domain/group-split.ts';
import { Random } from '#core/domain/random.ts';
import { parts } from '#engine/learn/anomaly.ts';
import { goodOnlyFigures } from '#engine/learn/arm-evidence.ts';
import type { ArmEvidence } from '#engine/learn/arm-evidence.ts';
import { drawFewLabels } from '#engine/learn/few-label-draws.ts';
import { headFeatures, headStandard } from '#engine/learn/head.ts';
import { metricOf, toMetric } from '#engine/learn/metric.ts';
import { openTensorFlow } from '#engine/tf.ts';
import type { Bench, BenchContext } from './bench.ts';
import { wanted } from './bench.ts';
import { learntSet, resultOf, trainLines } from './ours/learnt-set.ts';
import type { Asked } from './ours/learnt-set.ts';
import { pictureSet, realSet } from './pictures.ts';
import type { PictureSet } from './pictures.ts';
import { rowOf } from './row.ts';
import type { Row } from './row.ts';

/*
 * What each part of the learning is worth: the figures with all parts beside those without one. Measured on held-out groups of the
 * train rows, because it is by these figures that parts stay or go; test rows are not touched. Budgets are steps, not minutes, so
 * that a busy machine gives the same figures.
 */

const SETS = ['magnetic_tile', 'ball_screw', 'steel_xsdd'];
const STEPS = { full: 600, quick: 4 };
const FOLDS = 3;
const KS = [10];
const DRAWS = 8;
const NOTE = `ablation: ${STEPS.full} steps, k = ${KS.join()}, ${DRAWS} draws, one of ${FOLDS} group-wise folds of train rows measures; runs are folds`;

/** Ways to pretrain, by what is left out or put in the place of the default. */
const objectives: Readonly<Record<string, Asked>> = {
  'without the mask task': { maskWeight: 0 },
  'without the contrast': { contrastWeight: 0 },
  'NT-Xent in place of contrast against damage': { objective: 'nt_xent' },
  'DCL in place of contrast against damage': { objective: 'dcl' },
};

/** One number a measure, as it is called in a row. */
type Measures = Readonly<Record<string, number | null>>;

export const ablation: Bench = async (context) => {
  await openTensorFlow();
  const found = context.quick
    ? [await pictureSet('', context.workDir, true)]
    : await Promise.all(SETS.map((name) => realSet(name)));
  const sets = found.filter((set) => set !== undefined);
  return wanted(context, {
    objective: () => compare(context, sets, byObjective),
    reading: () => compare(context, sets, byReading),
  });
};

/** Figures with all parts, then without each one; of one fold. */
type Comparison = (context: BenchContext, set: PictureSet, fold: number) => Promise<Map<string, Measures>>;

const ALL = 'all parts';

async function compare(context: BenchContext, sets: readonly PictureSet[], by: Comparison): Promise<Row[]> {
  const rows: Row[] = [];
  for (const set of sets) {
    const folds: Map<string, Measures>[] = [];
    for (let fold = 0; fold < Math.min(FOLDS, context.runs ?? 1); fold++) folds.push(await by(context, set, fold));
    const first = folds[0];
    for (const name of [...(first?.keys() ?? [])].filter((key) => key !== ALL)) {
      for (const measure of Object.keys(first?.get(ALL) ?? {})) {
        const of = (key: string) => folds.map((one) => one.get(key)?.[measure] ?? null);
        rows.push(
          rowOf({
            what: `${set.name}, ${measure}`,
            unit: '',
            better: 'more',
            ours: of(ALL),
            peer: of(name),
            peerName: name,
            note: NOTE,
          }),
        );
      }
    }
  }
  return rows;
}

const byObjective: Comparison = async (context, set, fold) => {
  const found = new Map<string, Measures>();
  for (const [name, config] of [[ALL, {}] as const, ...Object.entries(objectives)]) {
    found.set(name, await measured(await learnt(context, set, fold, config)));
    context.say(`${set.name}, fold ${fold + 1}: ${name} done`);
  }
  return found;
};

/** Everything that is decided after the pretraining: one encoder, read with and without each part. */
const byReading: Comparison = async (context, set, fold) => {
  const arm = await learnt(context, set, fold, {});
  const found = new Map([[ALL, await measured(arm)]]);
  const { evidence, goodOnly, seen } = arm;
  const { features, goodClass } = evidence;
  const withFeatures = (changed: typeof features): ArmEvidence => {
    const metric = metricOf(changed);
    return { ...arm, evidence: { ...evidence, features: changed, metric, whitened: toMetric(metric, changed) } };
  };
  if (goodClass !== null) {
    const plain = headFeatures(seen.pooled, headStandard(seen.pooled, null));
    found.set('without the suspicious patch in the head', await measured(withFeatures(plain)));
    found.set(
      'without the anomaly',
      await measured({ ...arm, goodOnly: null, evidence: { ...evidence, parts: null } }),
    );
  }
  const identity = Float64Array.from({ length: features.columns ** 2 }, (_, at) =>
    at % (features.columns + 1) === 0 ? 1 : 0,
  );
  const metric = { columns: features.columns, factor: identity };
  found.set(
    'without the metric of all pictures',
    await measured({ ...arm, evidence: { ...evidence, metric, whitened: features } }),
  );
  if (goodClass === null)
    found.set(
      'without what the head says of unlabelled pictures',
      await measured({ ...arm, evidence: { ...evidence, pool: [] } }),
    );
  if (!goodOnly || !evidence.parts) return found;
  for (const part of parts) {
    // A part that says the same of every picture changes no order.
    const silent = { [part]: new Float64Array(seen.rows.length) };
    const without: ArmEvidence = {
      ...arm,
      goodOnly: { ...goodOnly, parts: { ...goodOnly.parts, ...silent } },
      evidence: { ...evidence, parts: { ...evidence.parts, ...silent } },
    };
    found.set(`without the anomaly part ${part}`, await measured(without));
  }
  context.say(`${set.name}, fold ${fold + 1}: reading done`);
  return found;
};

/** Pretrains on all folds but one and looks at all. */
function learnt(
  { workDir, quick, seed }: BenchContext,
  set: PictureSet,
  fold: number,
  asked: Asked,
): Promise<ArmEvidence> {
  const folds = stratifiedGroupFolds(
    trainLines(set).map(({ group, class: label }) => ({ group, label })),
    FOLDS,
    new Random(1),
  );
  const steps = quick ? STEPS.quick : STEPS.full;
  return learntSet(set, (at) => folds[at] === fold, { workDir, seed, config: { steps, ...asked } });
}

async function measured({ labelled, evidence, goodOnly }: ArmEvidence): Promise<Measures> {
  const [train, test] = [
    labelled.filter(({ split }) => split === 'train'),
    labelled.filter(({ split }) => split === 'test'),
  ];
  const { signal } = new AbortController();
  const plan = { ks: KS, draws: DRAWS, seed: 1 };
  const [row] = await resultOf(drawFewLabels(evidence, train, test, plan, signal, 'pretrained'));
  const figures = row?.figures ?? [];
  const isKinds = evidence.goodClass === null;
  const values = figures.map((one) => (isKinds ? one.balancedAccuracy : one.auroc)).filter((value) => value !== null);
  const mean = values.length > 0 ? values.reduce((sum, value) => sum + value, 0) / values.length : null;
  const few = { [`k = ${KS.join()}, ${isKinds ? 'balanced accuracy' : 'AUROC'}`]: mean };
  return goodOnly ? { ...few, 'good only, AUROC': goodOnlyFigures(goodOnly, test, evidence.goodClass).auroc } : few;
}
