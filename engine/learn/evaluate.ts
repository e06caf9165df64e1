import type { EvaluateEvent, ImageRow, LabelEfficiencyRow, Representation } from '#core/contract/engine.ts';
import { AppError } from '#core/contract/errors.ts';
import { drawLabels } from '#core/domain/group-split.ts';
import type { Drawable } from '#core/domain/group-split.ts';
import { auroc, averagePrecision } from '#core/domain/metrics.ts';
import { Random } from '#core/domain/random.ts';
import { loadEncoder } from '../checkpoint.ts';
import type { Encoder } from '../encoder.ts';
import { readImagesFile } from '../images-file.ts';
import { openTensorFlow } from '../tf.ts';
import type { InputOf } from '../work.ts';
import { anomalyOf, earnedWeights, fitAnomalyScale } from './anomaly.ts';
import type { PartValues } from './anomaly.ts';
import { untrainedTwin } from './arm.ts';
import { figuresOf, learnFrozen, summarise } from './few-labels.ts';
import type { Evidence } from './evidence.ts';
import type { Figures } from './few-labels.ts';
import { headFeatures, headStandard } from './head.ts';
import type { Failed } from './look.ts';
import { besideRandom, measureShots } from './measure-shots.ts';
import type { ShotsFound } from './measure-shots.ts';
import { metricOf } from './metric.ts';
import { SAMPLE_ROWS } from './patch-bank.ts';
import { breathe, progress } from './progress.ts';
import { buildReference, compareAll, groupOf } from './reference.ts';
import type { Reference } from './reference.ts';
import { taughtRows } from './regions.ts';
import { representationOf } from './representation.ts';
import type { Labelled } from './representation.ts';
import { survey } from './survey.ts';
import type { PatchSample, Survey } from './survey.ts';

/*
 * What did pretraining bring? Both arms (pretrained, and the same network with random weights) go through the same steps with
 * the same rows, draws and seeds: features → representation scores; good pictures only → anomaly; few labels → label
 * efficiency. Test rows only measure.
 */

type Input = InputOf<'evaluate'>;

/** Good pictures drawn beside each defect in a row of few labels. */
const GOOD_FACTOR = 3;
/** Rows of at most so many are there even where fewer are labelled. */
const ALWAYS_DRAWN = 20;
/** Share of groups that measure where no row is for testing. */
const HELD_OUT_SHARE = 0.3;

interface ArmResult {
  readonly representation: Representation;
  readonly anomaly: { readonly auroc: number | null; readonly averagePrecision: number | null };
  readonly shots: readonly ShotsFound[];
  /** By k, one entry per draw. */
  readonly draws: readonly { readonly labels: number; readonly figures: readonly Figures[] }[];
}

/**
 * Rows without any test split get one by group, so that good-only and few-label figures never measure on a group they saw.
 * Unlabelled rows stay on the training side.
 */
function withSplit(rows: readonly ImageRow[], seed: number): ImageRow[] {
  if (rows.some(({ split }) => split === 'test')) return rows.map((row) => ({ ...row, split: row.split ?? 'train' }));
  const labelled = rows.filter(({ classIndex }) => classIndex !== undefined);
  const groups = new Random(seed).shuffle([...new Set(labelled.map(groupOf))].sort());
  const held = new Set(groups.slice(0, Math.round(groups.length * HELD_OUT_SHARE)));
  return rows.map((row) => ({
    ...row,
    split: row.classIndex !== undefined && held.has(groupOf(row)) ? 'test' : 'train',
  }));
}

/**
 * Compares the checkpoint's encoder with a random start.
 *
 * @throws AppError `needs_labels` when fewer than two pictures are labelled; `checkpoint_broken`, `not_found`; the signal's reason
 */
export async function* evaluate(input: Input, signal: AbortSignal): AsyncGenerator<EvaluateEvent> {
  await openTensorFlow();
  const rows = await readImagesFile(input.imagesFile);
  const labelled = rows.filter(({ classIndex }) => classIndex !== undefined);
  if (labelled.length < 2) throw new AppError('needs_labels', { have: labelled.length, need: 2 });
  const failed: Failed[] = [];
  const encoder = await loadEncoder(input.checkpoint);
  try {
    const pretrained = yield* measureArm(encoder, rows, input, failed, signal, 'pretrained');
    const twin = await untrainedTwin(encoder, rows, input.seed, signal);
    let random: ArmResult;
    try {
      random = yield* measureArm(twin, rows, input, [], signal, 'random');
    } finally {
      twin.dispose();
    }
    const labelEfficiency = input.ks.map((k, at): LabelEfficiencyRow => {
      const [ours, theirs] = [pretrained.draws[at], random.draws[at]];
      return {
        k,
        labels: ours?.labels ?? 0,
        draws: ours?.figures.length ?? 0,
        pretrained: summarise(ours?.figures ?? []),
        randomInit: summarise(theirs?.figures ?? []),
      };
    });
    yield {
      kind: 'done',
      pretrained: pretrained.representation,
      randomInit: random.representation,
      anomaly: pretrained.anomaly,
      anomalyRandomInit: random.anomaly,
      labelEfficiency: labelEfficiency.filter(({ draws }) => draws > 0),
      fewShot: besideRandom(pretrained.shots, random.shots),
      failed,
    };
  } finally {
    encoder.dispose();
  }
}

async function* measureArm(
  encoder: Encoder,
  asked: readonly ImageRow[],
  input: Input,
  failed: Failed[],
  signal: AbortSignal,
  arm: 'pretrained' | 'random',
): AsyncGenerator<EvaluateEvent, ArmResult> {
  const random = new Random(input.seed);
  const { goodClass } = input;
  const split = withSplit(asked, input.seed);
  const isTrain = (row: ImageRow): boolean => row.split === 'train';
  const positions = (keep: (row: ImageRow) => boolean) => split.flatMap((row, index) => (keep(row) ? [index] : []));
  // Two pools: what is known to be good, and, for the few-label rows, all that could not be labelled yet.
  const known = goodClass === null ? [] : positions((row) => isTrain(row) && row.classIndex === goodClass);
  const mixed = goodClass === null ? [] : positions(isTrain);
  const requests = [known, mixed]
    .filter((pool) => pool.length > 0)
    .map((pictures) => ({ pictures, size: SAMPLE_ROWS }));
  const looked = yield* survey(encoder, split, requests, random, signal, `features_${arm}`);
  failed.push(...looked.survey.failed);
  const seen = looked.survey;
  const { rows, pooled } = seen;
  const pools = [
    rows.flatMap((row, index) => (isTrain(row) && row.classIndex === goodClass ? [index] : [])),
    rows.flatMap((row, index) => (isTrain(row) ? [index] : [])),
  ];
  const parts = yield* comparePools(encoder, seen, pools, looked.samples, random, signal, arm);

  const labelled: Labelled[] = rows.flatMap((row, index) =>
    row.classIndex === undefined
      ? []
      : [{ index, label: row.classIndex, group: groupOf(row), split: row.split ?? 'train' }],
  );
  const noSplit = asked.every((row) => row.split !== 'test');
  const forRepresentation = noSplit ? labelled.map((row) => ({ ...row, split: 'train' as const })) : labelled;
  await breathe(signal);
  const representation = representationOf(pooled, forRepresentation, input.classes.length, goodClass, random);
  const test = labelled.filter((row) => row.split === 'test');
  const anomaly = anomalyFigures(parts[0], pools[0] ?? [], test, goodClass);
  const standard = headStandard(pooled, goodClass);
  const features = headFeatures(pooled, standard);
  const evidence: Evidence = {
    features,
    taught: taughtRows(seen, standard),
    metric: metricOf(features),
    parts: parts[1] ?? null,
    good: pools[1] ?? [],
    classes: input.classes.length,
    goodClass,
  };
  const train = labelled.filter((row) => row.split === 'train');
  const draws = yield* drawFewLabels(evidence, train, test, input, signal, arm);
  await breathe(signal);
  return { representation, anomaly, draws, shots: measureShots(evidence, train, test, input.draws, input.seed) };
}

/** Raw anomaly parts against each pool that has any picture; none where there is no good class. */
async function* comparePools(
  encoder: Encoder,
  seen: Survey,
  pools: readonly (readonly number[])[],
  samples: readonly PatchSample[],
  random: Random,
  signal: AbortSignal,
  arm: string,
): AsyncGenerator<EvaluateEvent, PartValues[]> {
  const references: Reference[] = [];
  try {
    for (const [at, sample] of samples.entries())
      references.push(await buildReference(encoder, seen, pools[at] ?? [], sample, random, signal));
    if (references.length === 0) return [];
    const compared = yield* compareAll(encoder, seen, references, signal, `anomaly_${arm}`);
    return compared.map(({ parts }) => parts);
  } finally {
    for (const { bank } of references) bank.dispose();
  }
}

/** No defect label is used: all parts weigh the same. */
function anomalyFigures(
  parts: PartValues | undefined,
  good: readonly number[],
  test: readonly Labelled[],
  goodClass: number | null,
): ArmResult['anomaly'] {
  if (!parts) return { auroc: null, averagePrecision: null };
  const scale = fitAnomalyScale(parts, good, earnedWeights(parts, []));
  const scores = test.map(({ index }) => anomalyOf(scale, parts, index));
  const isDefect = test.map(({ label }) => label !== goodClass);
  return { auroc: auroc(scores, isDefect), averagePrecision: averagePrecision(scores, isDefect) };
}

async function* drawFewLabels(
  evidence: Evidence,
  train: readonly Labelled[],
  test: readonly Labelled[],
  input: Input,
  signal: AbortSignal,
  arm: string,
): AsyncGenerator<EvaluateEvent, ArmResult['draws']> {
  const { goodClass, ks, seed } = input;
  const items = train.map((row) => ({ ...row, label: String(row.label), isDefect: row.label !== goodClass }));
  const result: { labels: number; figures: Figures[] }[] = [];
  for (const [at, k] of ks.entries()) {
    if (!canDraw(items, k)) {
      result.push({ labels: 0, figures: [] });
      continue;
    }
    const figures: Figures[] = [];
    let labels = 0;
    for (let draw = 0; draw < input.draws && test.length > 0; draw++) {
      await breathe(signal);
      // Seeded by row and draw alone, so that both arms get the same pictures.
      const chosen = drawLabels(items, k, GOOD_FACTOR, new Random(seed * 1_000_003 + k * 1009 + draw));
      const examples = chosen.flatMap((position) => train[position] ?? []);
      if (new Set(examples.map(({ label }) => label)).size < 2) continue;
      labels = examples.length;
      const model = learnFrozen(evidence, examples);
      const answers = test.map(({ index }) => model.answer(index));
      figures.push(
        figuresOf(
          answers,
          test.map(({ label }) => label),
          goodClass,
        ),
      );
    }
    result.push({ labels, figures });
    yield progress(`few_labels_${arm}`, at + 1, ks.length);
  }
  return result;
}

/** Whether there are `k` defects, or, where no picture is good, `k` of at least every other kind. Few are drawn as far as they go. */
function canDraw(items: readonly Pick<Drawable, 'label' | 'isDefect'>[], k: number): boolean {
  if (k <= ALWAYS_DRAWN) return true;
  const defects = items.filter(({ isDefect }) => isDefect);
  if (defects.length < items.length) return defects.length >= k;
  const counts = Map.groupBy(defects, ({ label }) => label);
  const enough = [...counts.values()].filter((members) => members.length >= k).length;
  return 2 * enough >= counts.size;
}
