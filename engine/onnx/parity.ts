import type { InferenceSession } from 'onnxruntime-node';
import type { ImageRow } from '#core/contract/engine.ts';
import { EXPORT_TOLERANCE } from '#core/contract/engine-export.ts';
import type { ParityRow } from '#core/contract/engine-export.ts';
import { AppError } from '#core/contract/errors.ts';
import { heatMap } from '../learn/explain.ts';
import { lookAt } from '../learn/look.ts';
import type { Failed } from '../learn/look.ts';
import type { ResidentModel } from '../learn/resident-model.ts';
import { scoreBatch } from '../learn/score.ts';
import type { Scored } from '../learn/score.ts';
import { valuesOf } from '../learn/values-of.ts';
import { readPicture } from '../pictures.ts';

/*
 * Does the exported graph say what the app says? ONNX Runtime is a program of others, and its is the answer that a customer's machine
 * will get; the app's own is its 32-bit one (native/load-tensorflow.ts switches TF32 off).
 */

/** What ONNX Runtime says of one picture. */
interface Exported {
  readonly score: number;
  readonly probabilities: readonly number[];
  readonly anomaly: number | null;
  readonly heat: Float32Array;
}

/** Opens an exported file as a customer's machine would; only here is ONNX Runtime loaded. Release it when done. */
export async function openExported(file: string): Promise<InferenceSession> {
  const { InferenceSession: session } = await import('onnxruntime-node');
  // A line's pictures are judged beside this: waiting threads must not take its cores.
  const extra = { session: { intra_op: { allow_spinning: '0' } } };
  return session.create(file, { executionProviders: ['cpu'], logSeverityLevel: 3, extra });
}

/** What an exported file says of one decoded picture. @throws AppError `export_area` where some of it is not to be inspected */
export async function askExported(session: InferenceSession, row: ImageRow, channels: 1 | 3): Promise<Exported> {
  const { Tensor } = await import('onnxruntime-node');
  const { width, height, data, ignored } = await readPicture(row, channels);
  if (ignored) throw new AppError('export_area', { camera: row.path });
  const answers = await session.run({ picture: new Tensor('uint8', data, [1, height, width, channels]) });
  const floats = (name: string): Float32Array | null => (answers[name]?.data as Float32Array | undefined) ?? null;
  return {
    score: floats('score')?.[0] ?? NaN,
    probabilities: [...(floats('class_probabilities') ?? [])],
    anomaly: floats('anomaly')?.[0] ?? null,
    heat: floats('heat') ?? new Float32Array(0),
  };
}

/** Heat as it is drawn. */
const drawn = (heat: number): number => Math.min(1, Math.max(0, heat));

function greatest(own: ArrayLike<number>, other: ArrayLike<number>): number {
  if (own.length !== other.length) return Infinity;
  let most = 0;
  for (let i = 0; i < own.length; i++) {
    const difference = Math.abs((own[i] ?? NaN) - (other[i] ?? NaN));
    // Not a number is no answer, and must not be passed over.
    if (!(difference <= most)) most = Number.isNaN(difference) ? Infinity : difference;
  }
  return most;
}

function compared(id: number, own: Scored, ownHeat: Float32Array, other: Exported): ParityRow {
  const { classProbabilities } = own;
  return {
    id,
    score: own.score,
    exported: Math.min(1, Math.max(0, other.score)),
    probability: greatest(classProbabilities, other.probabilities),
    anomaly: own.anomaly === null ? 0 : Math.abs(own.anomaly - (other.anomaly ?? Infinity)),
    heat: greatest(ownHeat.map(drawn), other.heat.map(drawn)),
  };
}

/**
 * Judges pictures by the app and by an exported file, one after the other, and yields each as it is done.
 *
 * @param failed gets the pictures that could not be read
 * @throws AppError `export_differs` with the picture and the difference once one of score or probabilities is above the tolerance;
 * `export_area`, `pixels_lost`; the signal's reason
 */
export async function* compareExported(
  resident: ResidentModel,
  session: InferenceSession,
  rows: readonly ImageRow[],
  failed: Failed[],
  signal: AbortSignal,
): AsyncGenerator<ParityRow> {
  for (const row of rows) {
    for await (const look of lookAt(resident.looking, [row], failed, signal)) {
      const [own] = await scoreBatch(resident, look);
      if (!own) throw new Error('a batch has as many answers as pictures');
      const { model, looking } = resident;
      const heat = await valuesOf(await heatMap(look.features, model.anomaly, look));
      const other = await askExported(session, row, looking.channels);
      const result = compared(row.id, own, heat, other);
      const difference = Math.max(greatest([own.score], [other.score]), result.probability);
      if (difference > EXPORT_TOLERANCE) {
        throw new AppError('export_differs', { imageId: row.id, difference: Number(difference.toPrecision(3)) });
      }
      yield result;
    }
  }
}
