import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { ScoreRow, TeachEvent } from '#core/contract/engine.ts';
import { AppError } from '#core/contract/errors.ts';
import { Random } from '#core/domain/random.ts';
import { loadEncoder } from '../checkpoint.ts';
import { readImagesFile } from '../images-file.ts';
import { openTensorFlow } from '../tf.ts';
import type { InputOf } from '../work.ts';
import { squash } from './anomaly.ts';
import type { AnomalyScale } from './anomaly.ts';
import { untrainedTwin } from './arm.ts';
import { canLearnFrom, goodOnlyCandidate, tuneOn } from './candidates.ts';
import type { Candidate } from './candidates.ts';
import { choose, learnedCandidates } from './compare-ways.ts';
import { learnFrozen, scaleBy } from './few-labels.ts';
import { calibrateShots } from './few-shot.ts';
import { answer, calibrate } from './head.ts';
import type { Calibration } from './head.ts';
import { mapWeights } from './heat-scale.ts';
import { writeModel } from './model-file.ts';
import type { Model, ModelPrototypes } from './model-file.ts';
import { knownKinds } from './prototypes.ts';
import { ofPlacedMaps } from './placed-maps.ts';
import { disposeReference } from './reference.ts';
import { LEAST_POOL, teachArm } from './teach-arm.ts';
import type { TeachArm } from './teach-arm.ts';
import { fitsOwnLabels, tuningOf } from './tuning.ts';

/*
 * From labels to a model: look at the pictures, measure each way to learn on groups that it did not see, learn from all labels
 * in the best way, calibrate on the held-out answers, and write one file.
 */

type Input = InputOf<'teach'>;

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
        candidates: candidates.map(({ mode, start, figures, folds, fit }) => ({
          ...{ mode, start, figures, folds },
          fit: fit && { ...fit, fits: fitsOwnLabels(fit) },
        })),
        anomalyWeights: weightsOf(built.scale),
      },
      heldOut: heldOutRows(arm, chosen, built.calibration, goodClass),
      failed: [...arm.survey.failed],
    };
  } finally {
    model?.tuned?.dispose();
    if (arm?.reference) disposeReference(arm.reference);
    encoder.dispose();
  }
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
  const anomaly =
    reference && compared && scale
      ? {
          bank: reference.bank,
          placed: ofPlacedMaps((map) => reference.placed[map].of(-1)),
          global: reference.global,
          gaussians: compared.gaussians,
          places: compared.places,
          scale,
          white: heat.white(mapWeights(scale), compared.places),
        }
      : null;
  const prototypes = prototypesOf(arm, input);
  const base = { encoder, mode: chosen.mode, classes, goodClass, standard, anomaly, prototypes };
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
  const tuning = tuningOf(chosen.mode, set.examples.length);
  const tuned = yield* tuneOn(arm, set.examples, tuning, input.seed, signal, 'finetune');
  return { model: { ...base, tuned: tuned.encoder, head: tuned.head, blend, calibration }, scale, calibration };
}

/** What later kinds are likened by; without a label the pool stands for the good ones. */
function prototypesOf({ evidence, set }: TeachArm, { goodClass, seed }: Input): ModelPrototypes {
  const { whitened: x, metric } = evidence;
  const presumed = set.pool.map((index) => ({ index, label: goodClass ?? 0, group: '' }));
  const known = knownKinds(x, set.examples.length > 0 ? set.examples : presumed);
  return { metric, ...known, calibrations: calibrateShots(x, set.examples, goodClass, new Random(seed)) };
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
