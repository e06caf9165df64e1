import type { Detection, EvaluateEvent, ImageRow, LabelEfficiencyRow, Representation } from '#core/contract/engine.ts';
import { AppError } from '#core/contract/errors.ts';
import { Random } from '#core/domain/random.ts';
import { loadEncoder } from '../checkpoint.ts';
import type { Encoder } from '../encoder.ts';
import { readImagesFile } from '../images-file.ts';
import { openTensorFlow } from '../tf.ts';
import type { InputOf } from '../work.ts';
import { untrainedTwin } from './arm.ts';
import { armEvidence, goodOnlyFigures } from './arm-evidence.ts';
import { drawFewLabels } from './few-label-draws.ts';
import type { DrawnRow } from './few-label-draws.ts';
import { summarise } from './few-labels.ts';
import type { Failed } from './look.ts';
import { withSplit } from './held-out-split.ts';
import { besideRandom, measureShots } from './measure-shots.ts';
import type { ShotsFound } from './measure-shots.ts';
import { breathe } from './progress.ts';
import { representationOf } from './representation.ts';

/*
 * What did pretraining bring? Both arms (pretrained, and the same network with random weights) go through the same steps with
 * the same rows, draws and seeds: features → representation scores; good pictures only → anomaly; few labels → label
 * efficiency. Test rows only measure.
 */

type Input = InputOf<'evaluate'>;

interface ArmResult {
  readonly representation: Representation;
  readonly anomaly: Detection;
  readonly shots: readonly ShotsFound[];
  /** By k. */
  readonly draws: readonly DrawnRow[];
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
  const { goodClass, classes } = input;
  const rows = withSplit(asked, input.seed);
  const found = yield* armEvidence(encoder, rows, classes.length, goodClass, random, signal, arm);
  const { seen, labelled, evidence, goodOnly } = found;
  failed.push(...seen.failed);
  const noSplit = asked.every((row) => row.split !== 'test');
  const forRepresentation = noSplit ? labelled.map((row) => ({ ...row, split: 'train' as const })) : labelled;
  await breathe(signal);
  const representation = representationOf(seen.pooled, forRepresentation, classes.length, goodClass, random);
  const [train, test] = (['train', 'test'] as const).map((split) => labelled.filter((row) => row.split === split));
  if (!train || !test) throw new Error('both splits were asked for');
  const anomaly = goodOnlyFigures(goodOnly, test, goodClass);
  const draws = yield* drawFewLabels(evidence, train, test, input, signal, arm);
  await breathe(signal);
  return { representation, anomaly, draws, shots: measureShots(evidence, train, test, input.draws, input.seed) };
}
