import type { DisturbedEvent, DisturbedRow } from '#core/contract/engine.ts';
import { findShift, spectrumOf } from '#core/domain/phase-correlation.ts';
import { measurePicture } from '#core/imaging/measure.ts';
import { disturb } from '../disturb.ts';
import { readImagesFile } from '../images-file.ts';
import type { WholePicture } from '../pictures.ts';
import { openTensorFlow } from '../tf.ts';
import type { InputOf } from '../work.ts';
import { lookAt } from './look.ts';
import type { Failed } from './look.ts';
import { Pace, progress } from './progress.ts';
import { borrowModel } from './resident-model.ts';
import { scoreBatch } from './score.ts';

type Gauge = Pick<DisturbedRow, 'before' | 'after' | 'shift'>;

const measured = (picture: WholePicture) =>
  measurePicture({ ...picture, originalWidth: picture.width, originalHeight: picture.height });

/** What the picture check would measure before and after, and how far the whole has moved. */
function gauge(before: WholePicture, after: WholePicture): Gauge {
  const [was, is] = [measured(before), measured(after)];
  const shift = findShift(spectrumOf(was.copy), spectrumOf(is.copy));
  return { before: was.measures, after: is.measures, shift };
}

/**
 * Scores pictures as they are or disturbed, with what a check of the picture would measure of the change.
 *
 * @throws AppError `not_found`, `checkpoint_broken`, `pixels_lost`; the signal's reason
 */
export async function* disturbed(input: InputOf<'disturbed'>, signal: AbortSignal): AsyncGenerator<DisturbedEvent> {
  await openTensorFlow();
  const rows = await readImagesFile(input.imagesFile);
  const { disturbance, seed } = input;
  const resident = await borrowModel(input.model);
  try {
    const pace = new Pace();
    const gauges = new Map<number, Gauge>();
    const failed: Failed[] = [];
    const scored: DisturbedRow[] = [];
    const change = (picture: WholePicture, id: number): WholePicture => {
      const changed = disturbance === null ? picture : disturb(picture, disturbance, id, seed);
      gauges.set(id, gauge(picture, changed));
      return changed;
    };
    for await (const look of lookAt(resident.looking, rows, failed, signal, change)) {
      const answers = await scoreBatch(resident, look);
      look.indices.forEach((index, at) => {
        const id = rows[index]?.id ?? 0;
        const [answer, found] = [answers[at], gauges.get(id)];
        if (answer && found) scored.push({ id, ...answer, ...found });
      });
      if (pace.isDue()) yield progress('disturb', scored.length, rows.length);
    }
    yield { kind: 'done', rows: scored, failed };
  } finally {
    await resident.release();
  }
}
