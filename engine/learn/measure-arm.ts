import type { ArmEvent } from '#core/contract/engine-arm.ts';
import { AppError } from '#core/contract/errors.ts';
import { Random } from '#core/domain/random.ts';
import { loadEncoder } from '../checkpoint.ts';
import type { Encoder } from '../encoder.ts';
import { readImagesFile } from '../images-file.ts';
import { openTensorFlow } from '../tf.ts';
import type { InputOf } from '../work.ts';
import { untrainedTwin } from './arm.ts';
import { armEvidence } from './arm-evidence.ts';
import { drawFewLabels } from './few-label-draws.ts';
import { withSplit } from './held-out-split.ts';

/**
 * What few labels come to on one encoder, as an evaluation measures it: the same held-out parts, draws and seeds for each encoder that is
 * asked about, so that figures are compared draw by draw.
 *
 * @throws AppError `needs_labels` when fewer than two pictures are labelled; `checkpoint_broken`, `not_found`; the signal's reason
 */
export async function* measureArm(input: InputOf<'measureArm'>, signal: AbortSignal): AsyncGenerator<ArmEvent> {
  await openTensorFlow();
  const { checkpoint, start, imagesFile, classes, goodClass, seed } = input;
  const asked = await readImagesFile(imagesFile);
  const have = asked.filter(({ classIndex }) => classIndex !== undefined).length;
  if (have < 2) throw new AppError('needs_labels', { have, need: 2 });
  const loaded = await loadEncoder(checkpoint);
  let encoder: Encoder = loaded;
  try {
    if (start === 'random') encoder = await untrainedTwin(loaded, asked, seed, signal);
    const rows = withSplit(asked, seed);
    const random = new Random(seed);
    const arm = start === 'random' ? 'random' : 'pretrained';
    const { seen, labelled, evidence } = yield* armEvidence(
      encoder,
      rows,
      classes.length,
      goodClass,
      random,
      signal,
      arm,
    );
    const train = labelled.filter(({ split }) => split === 'train');
    const test = labelled.filter(({ split }) => split === 'test');
    const drawn = yield* drawFewLabels(evidence, train, test, input, signal, arm);
    yield {
      kind: 'done',
      rows: input.ks.map((k, at) => ({
        k,
        labels: drawn[at]?.labels ?? 0,
        figures: (drawn[at]?.figures ?? []).map((figures) => ({ ...figures })),
      })),
      tested: test.length,
      defects: test.filter(({ label }) => label !== goodClass).length,
      failed: [...seen.failed],
    };
  } finally {
    if (encoder !== loaded) encoder.dispose();
    loaded.dispose();
  }
}
