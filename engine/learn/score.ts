import type { Tensor2D, Tensor4D } from '@tensorflow/tfjs-core';
import type { ScoreEvent, ScoreRow } from '#core/contract/engine.ts';
import { readImagesFile } from '../images-file.ts';
import { openTensorFlow, tf } from '../tf.ts';
import type { InputOf } from '../work.ts';
import { anomalyOf, globalAnomaly, squash } from './anomaly.ts';
import { answer, headFeatures, rawAnswer } from './head.ts';
import { lookAt } from './look.ts';
import type { Failed, Look } from './look.ts';
import { columnsOf, rowOf, unitRows } from './matrix.ts';
import type { Matrix } from './matrix.ts';
import { disposeModel, readModel } from './model-file.ts';
import type { Model } from './model-file.ts';
import { patchAnomaly } from './patch-bank.ts';
import { defectLogits, layer4Column, patchesOf, pooledOf } from './pooled.ts';
import { Pace } from './progress.ts';

/** A {@link ScoreRow} before it is known which picture it is of. */
type Scored = Omit<ScoreRow, 'id'>;

/** Rows in one event: enough for a day's pictures at a few events a second, small enough to be parsed at once. */
const EVENT_ROWS = 500;

/**
 * Scores pictures with a model file. Rows come as they are done, in the order of picture sizes, at most four events a second.
 *
 * @throws AppError `not_found`, `checkpoint_broken`; the signal's reason
 */
export async function* score(input: InputOf<'score'>, signal: AbortSignal): AsyncGenerator<ScoreEvent> {
  await openTensorFlow();
  const startMs = performance.now();
  const rows = await readImagesFile(input.imagesFile);
  const model = await readModel(input.model);
  try {
    const pace = new Pace();
    let scored: ScoreRow[] = [];
    let failed: Failed[] = [];
    let total = 0;
    const collect = (): ScoreEvent => {
      const event: ScoreEvent = { kind: 'scored', rows: scored, failed };
      [scored, failed] = [[], []];
      return event;
    };
    const missing: Failed[] = [];
    let told = 0;
    for await (const look of lookAt(model.encoder, rows, missing, signal)) {
      const answers = scoreBatch(model, look);
      look.indices.forEach((index, at) => scored.push({ id: rows[index]?.id ?? 0, ...(answers[at] as Scored) }));
      total += look.indices.length;
      failed.push(...missing.slice(told));
      told = missing.length;
      if (scored.length >= EVENT_ROWS || pace.isDue()) yield collect();
    }
    failed.push(...missing.slice(told));
    if (scored.length > 0 || failed.length > 0) yield collect();
    yield { kind: 'done', rows: total, seconds: (performance.now() - startMs) / 1000 };
  } finally {
    disposeModel(model);
  }
}

function toMatrix(tensor: Tensor2D): Matrix {
  const [rows, columns] = tensor.shape;
  const data = Float32Array.from(tensor.dataSync());
  tensor.dispose();
  return { rows, columns, data };
}

/** Pooled features that the head reads. */
function headPooled({ tuned }: Model, input: Tensor4D, pooled: Matrix): Matrix {
  if (!tuned) return pooled;
  const features = tuned.infer(input);
  const own = toMatrix(pooledOf(features));
  tf.dispose(Object.values(features));
  return own;
}

/** Anomaly z-scores of a batch. */
function anomalies(model: Model, { features, indices }: Look, pooled: Matrix): (number | null)[] {
  const { anomaly, encoder } = model;
  if (!anomaly) return indices.map(() => null);
  const { patches, height, width } = patchesOf(features);
  const patchBank = indices.map((_, at) => {
    const own = tf.slice2d(patches, [at * height * width, 0], [height * width, -1]);
    const value = patchAnomaly(anomaly.bank.distances(own));
    own.dispose();
    return value;
  });
  patches.dispose();
  const layer4 = unitRows(columnsOf(pooled, layer4Column(encoder.config), pooled.columns));
  const global = indices.map((_, at) => globalAnomaly(rowOf(layer4, at), anomaly.global));
  const values = { defectMap: defectLogits(features.maskLogits), patchBank, global };
  return indices.map((_, at) => anomalyOf(anomaly.scale, values, at));
}

/** Scores of one batch, in its order. */
function scoreBatch(model: Model, look: Look): Scored[] {
  const pooled = toMatrix(pooledOf(look.features));
  const z = anomalies(model, look, pooled);
  const { head, calibration, goodClass } = model;
  if (!head || !calibration)
    return z.map((anomaly) => ({
      score: squash(anomaly ?? 0),
      defectProbability: null,
      anomaly,
      classProbabilities: [],
    }));
  const x = headFeatures(headPooled(model, look.input, pooled), model.standard);
  return z.map((anomaly, at) => ({
    anomaly,
    ...answer(rawAnswer(head, rowOf(x, at), goodClass, anomaly), goodClass, calibration),
  }));
}
