import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { ScoreRow, TeachEvent } from '#core/contract/engine.ts';
import { AppError } from '#core/contract/errors.ts';
import { Random } from '#core/domain/random.ts';
import { loadEncoder } from '../checkpoint.ts';
import type { Encoder } from '../encoder.ts';
import { readImagesFile } from '../images-file.ts';
import { openTensorFlow } from '../tf.ts';
import type { InputOf } from '../work.ts';
import { squash } from './anomaly.ts';
import type { AnomalyScale } from './anomaly.ts';
import { untrainedTwin } from './arm.ts';
import { canLearnFrom, finetunedCandidate, frozenCandidate, goodOnlyCandidate, tuneOn } from './candidates.ts';
import type { Candidate, Mode } from './candidates.ts';
import { learnFrozen, scaleBy } from './few-labels.ts';
import type { Example } from './evidence.ts';
import { answer, calibrate } from './head.ts';
import type { Calibration } from './head.ts';
import { groupFolds } from './labelled-set.ts';
import type { Fold } from './labelled-set.ts';
import { writeModel } from './model-file.ts';
import type { Model } from './model-file.ts';
import { LEAST_POOL, teachArm } from './teach-arm.ts';
import type { TeachArm } from './teach-arm.ts';

/*
 * From labels to a model: look at the pictures, measure each way to learn on groups that it did not see, learn from all labels
 * in the best way, calibrate on the held-out answers, and write one file.
 */

type Input = InputOf<'teach'>;

/**
 * Rounds over the labels, as steps of 16 pictures, within bounds. The most is set by patience: seven trainings are measured,
 * and with 160 steps each none beat the frozen head on steel_xsdd or magnetic_tile, where every train row was labelled.
 */
const FINETUNE_EPOCHS = 12;
const FINETUNE_STEPS = { least: 24, most: 96 };
const FINETUNE_BATCH = 16;
/** Folds of fine-tuning: each costs a whole training. */
const FINETUNE_FOLDS = 3;
/** Labels of the rarest class from which on `auto` tries fine-tuning: with fewer it has nothing to hold on to. */
const FINETUNE_LABELS = 20;
/** By how much another mode must beat the frozen head to be worth it: differences below are noise of the folds. */
const MARGIN = 0.01;
/** The same for good pictures alone, which give up the probability of a defect. */
const GOOD_ONLY_MARGIN = 0.03;

/**
 * Learns a model.
 *
 * @throws AppError `needs_labels` when neither two classes are labelled nor enough pictures are known or presumed good;
 * `checkpoint_broken`, `not_found`, `disk_full`, `write_failed`; the signal's reason
 */
export async function* teach(input: Input, signal: AbortSignal): AsyncGenerator<TeachEvent> {
  await openTensorFlow();
  const asked = await readImagesFile(input.imagesFile);
  const encoder = await loadEncoder(input.checkpoint);
  let arm: TeachArm | undefined;
  let model: Model | undefined;
  try {
    const { goodClass, seed } = input;
    const classes = input.classes.length;
    arm = yield* teachArm(encoder, asked, classes, goodClass, new Random(seed), signal, 'pretrained');
    const learnable = input.mode !== 'good_only' && canLearnFrom(arm.set.examples);
    if (!learnable && !(arm.reference && (input.mode === 'auto' || input.mode === 'good_only')))
      throw new AppError('needs_labels', { have: arm.set.pool.length, need: LEAST_POOL });

    const candidates: Candidate[] = [];
    if (arm.reference && arm.set.hasDefect) candidates.push(goodOnlyCandidate(arm, 'pretrained'));
    if (learnable) {
      const twin = await untrainedTwin(encoder, asked, seed, signal);
      try {
        candidates.push(...(yield* learnedCandidates(arm, twin, asked, input, signal)));
      } finally {
        twin.dispose();
      }
    }
    const chosen = choose(candidates, input.mode) ?? goodOnlyCandidate(arm, 'pretrained');
    const built = yield* build(arm, chosen, input, signal);
    model = built.model;
    await mkdir(input.outDir, { recursive: true });
    const written = await writeModel(join(input.outDir, 'model.minarai'), model);
    yield {
      kind: 'done',
      model: {
        ...written,
        mode: chosen.mode,
        classes: input.classes,
        candidates: candidates.map(({ mode, start, figures, folds }) => ({ mode, start, figures, folds })),
        anomalyWeights: weightsOf(built.scale),
      },
      heldOut: heldOutRows(arm, chosen, built.calibration, goodClass),
      failed: [...arm.survey.failed],
    };
  } finally {
    model?.tuned?.dispose();
    arm?.reference?.bank.dispose();
    encoder.dispose();
  }
}

/** Every way to learn from labels, from the pretrained and from the random start. */
async function* learnedCandidates(
  arm: TeachArm,
  twin: Encoder,
  asked: Parameters<typeof teachArm>[1],
  input: Input,
  signal: AbortSignal,
): AsyncGenerator<TeachEvent, Candidate[]> {
  const { mode, goodClass, seed, classes } = input;
  const other = yield* teachArm(twin, asked, classes.length, goodClass, new Random(seed), signal, 'random');
  try {
    const candidates: Candidate[] = [];
    const folds = groupFolds(arm.set.examples, new Random(seed));
    const arms = [
      [arm, 'pretrained'],
      [other, 'random'],
    ] as const;
    for (const [each, start] of arms) candidates.push(await frozenCandidate(each, folds, start, signal));
    if (mode === 'finetuned' || (mode === 'auto' && rarest(arm.set.examples) >= FINETUNE_LABELS)) {
      const few = folds.length <= FINETUNE_FOLDS ? folds : mergeFolds(folds, arm.set.examples);
      for (const [each, start] of arms)
        candidates.push(yield* finetunedCandidate(each, few, start, stepsFor(arm.set.examples.length), seed, signal));
    }
    return candidates;
  } finally {
    other.reference?.bank.dispose();
  }
}

function stepsFor(labels: number): number {
  const steps = Math.round((FINETUNE_EPOCHS * labels) / FINETUNE_BATCH);
  return Math.min(FINETUNE_STEPS.most, Math.max(FINETUNE_STEPS.least, steps));
}

function rarest(examples: readonly Example[]): number {
  const counts = new Map<number, number>();
  for (const { label } of examples) counts.set(label, (counts.get(label) ?? 0) + 1);
  return Math.min(...counts.values());
}

/** Joins folds so that {@link FINETUNE_FOLDS} are left; groups stay apart because they were. */
function mergeFolds(folds: readonly Fold[], examples: readonly Example[]): Fold[] {
  return Array.from({ length: FINETUNE_FOLDS }, (_, merged) => {
    const held = folds.flatMap((fold, at) => (at % FINETUNE_FOLDS === merged ? fold.held : []));
    const left = new Set(held);
    return { held, train: examples.filter((example) => !left.has(example)) };
  });
}

/** The best candidate of the pretrained start; `undefined` where nothing was measured (good pictures only). */
function choose(candidates: readonly Candidate[], mode: Input['mode']): Candidate | undefined {
  const own = candidates.filter(({ start }) => start === 'pretrained');
  if (mode !== 'auto') return own.find((one) => one.mode === mode);
  const handicap: Record<Mode, number> = { frozen: 0, finetuned: MARGIN, good_only: GOOD_ONLY_MARGIN };
  const merit = ({ figures, mode: own_ }: Candidate): number =>
    (figures.auroc ?? figures.balancedAccuracy ?? 0) - handicap[own_];
  return own.toSorted((a, b) => merit(b) - merit(a))[0];
}

interface Built {
  readonly model: Model;
  readonly scale: AnomalyScale | null;
  readonly calibration: Calibration | null;
}

/** Learns from all labels in the chosen way. */
async function* build(
  arm: TeachArm,
  chosen: Candidate,
  input: Input,
  signal: AbortSignal,
): AsyncGenerator<TeachEvent, Built> {
  const { evidence, set, encoder, standard, reference, compared, heat } = arm;
  const { goodClass, classes } = input;
  const examples = chosen.mode === 'good_only' ? [] : set.examples;
  const scale = scaleBy(evidence, examples);
  const weights = scale && { defectMap: scale.parts.defectMap.weight, patchBank: scale.parts.patchBank.weight };
  const anomaly =
    reference && compared && scale && weights
      ? {
          bank: reference.bank,
          global: reference.global,
          gaussians: compared.gaussians,
          places: compared.places,
          scale,
          white: heat.white(weights, compared.places),
        }
      : null;
  const base = { encoder, mode: chosen.mode, classes, goodClass, standard, anomaly };
  if (chosen.mode === 'good_only')
    return { model: { ...base, tuned: null, head: null, blend: null, calibration: null }, scale, calibration: null };

  const calibration = calibrate(
    chosen.answers.map(({ raw }) => raw),
    chosen.answers.map(({ example }) => example.label),
    goodClass,
  );
  const { head, blend } = learnFrozen(evidence, set.examples);
  if (chosen.mode === 'frozen')
    return { model: { ...base, tuned: null, head, blend, calibration }, scale, calibration };
  const steps = stepsFor(set.examples.length);
  const tuned = yield* tuneOn(arm, set.examples, steps, input.seed, signal, 'finetune');
  return { model: { ...base, tuned: tuned.encoder, head: tuned.head, blend, calibration }, scale, calibration };
}

function weightsOf(scale: AnomalyScale | null): Record<string, number> {
  if (!scale) return {};
  return Object.fromEntries(Object.entries(scale.parts).map(([part, { weight }]) => [part, weight]));
}

function heldOutRows(
  arm: TeachArm,
  { answers }: Candidate,
  calibration: Calibration | null,
  goodClass: number | null,
): ScoreRow[] {
  return answers.map(({ example, raw, anomaly }) => {
    const id = arm.survey.rows[example.index]?.id ?? 0;
    if (!calibration)
      return { id, score: squash(anomaly ?? 0), defectProbability: null, anomaly, classProbabilities: [] };
    return { id, anomaly, ...answer(raw, goodClass, calibration) };
  });
}
