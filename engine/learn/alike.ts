import { AppError } from '#core/contract/errors.ts';
import { openTensorFlow } from '../tf.ts';
import type { AnswerOf, InputOf } from '../work.ts';
import { calibrationFor, probabilityOf } from './few-shot.ts';
import { headFeatures } from './head.ts';
import { rowOf } from './matrix.ts';
import { toMetric } from './metric.ts';
import { pooledRows } from './pooled-rows.ts';
import { likeness, prototypeOf, squaredDistance } from './prototypes.ts';
import { borrowModel } from './resident-model.ts';

const never = new AbortController().signal;

/**
 * Likens pictures to a kind of which only a few examples are known, by the model in use and without teaching it.
 *
 * @throws AppError `needs_images` when no example can be read; `not_found`, `checkpoint_broken`, `pixels_lost`
 */
export async function alike(input: InputOf<'alike'>): Promise<AnswerOf<'alike'>> {
  await openTensorFlow();
  const resident = await borrowModel(input.model);
  try {
    const { model, looking } = resident;
    const { prototypes: known, standard, encoder } = model;
    const { pooled, seen } = await pooledRows(
      looking,
      encoder.config.width,
      [...input.examples, ...input.pictures],
      never,
    );
    const x = toMetric(known.metric, headFeatures(pooled, standard));
    const examples = seen.filter((at) => at < input.examples.length);
    if (examples.length === 0) throw new AppError('needs_images', { have: 0, need: 1 });
    const prototype = prototypeOf(x, examples);
    const own = input.kind === null ? -1 : known.kinds.indexOf(input.kind);
    const others = known.kinds.flatMap((_, at) => (at === own ? [] : [rowOf(known.prototypes, at)]));
    const calibration = calibrationFor(known.calibrations, examples.length);
    const answers = seen.flatMap((at) => {
      const row = rowOf(x, at);
      const picture = input.pictures[at - input.examples.length];
      if (!picture) return [];
      const like = likeness(
        row,
        prototype,
        others.map((other) => squaredDistance(row, other)),
      );
      return [{ id: picture.id, likeness: like, probability: calibration && probabilityOf(like, calibration.platt) }];
    });
    const { platt: _, ...confidence } = calibration ?? { platt: null };
    return {
      rows: answers.sort((a, b) => b.likeness - a.likeness || a.id - b.id),
      examples: examples.length,
      confidence: 'shots' in confidence ? confidence : null,
    };
  } finally {
    await resident.release();
  }
}
