import type { Tensor2D } from '@tensorflow/tfjs-core';
import type { ImageRow, ScoreEvent, ScoreRow } from '#core/contract/engine.ts';
import { readImagesFile } from '../images-file.ts';
import { openTensorFlow, tf } from '../tf.ts';
import type { InputOf } from '../work.ts';
import { anomalyOf, globalAnomaly, squash } from './anomaly.ts';
import { answer, headFeatures, rawAnswer } from './head.ts';
import { countedPlaces, ignoredPositions, quieted } from './ignored.ts';
import { lookAt } from './look.ts';
import type { Failed, Look } from './look.ts';
import { logMahalanobis } from './gaussian.ts';
import { rowOf, unitRows } from './matrix.ts';
import type { Matrix } from './matrix.ts';
import type { Model } from './model-file.ts';
import { logPeaks } from './patch-bank.ts';
import { placedMapsOf } from './placed-maps.ts';
import type { PlacedMap } from './placed-maps.ts';
import { peaksOf, PLACES, placesOf, unusualPlaces } from './places.ts';
import { defectMapAtPatches, layer4Of, patchesOf, pooledOf, surfaceOf, suspectOf } from './pooled.ts';
import { Pace } from './progress.ts';
import { borrowModel } from './resident-model.ts';
import type { ResidentModel } from './resident-model.ts';
import { valuesOf } from './values-of.ts';

/** A {@link ScoreRow} before it is known which picture it is of. */
export type Scored = Omit<ScoreRow, 'id'>;

/** Rows in one event: enough for a day's pictures at a few events a second, small enough to be parsed at once. */
const EVENT_ROWS = 500;
/** Pictures that are timed one at a time, and the fewest of which a 95 % figure says something. */
const TIMED = 40;
const FEWEST_TIMED = 20;

/**
 * Scores pictures with a model file, which stays in memory for the next call. Rows come as they are done, in the order of
 * picture sizes, at most four events a second.
 *
 * @throws AppError `not_found`, `checkpoint_broken`, `pixels_lost`; the signal's reason
 */
export async function* score(input: InputOf<'score'>, signal: AbortSignal): AsyncGenerator<ScoreEvent> {
  await openTensorFlow();
  const startMs = performance.now();
  const rows = await readImagesFile(input.imagesFile);
  const resident = await borrowModel(input.model);
  try {
    const readyMs = performance.now();
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
    for await (const look of lookAt(resident.looking, rows, missing, signal)) {
      const answers = await scoreBatch(resident, look);
      look.indices.forEach((index, at) => scored.push({ id: rows[index]?.id ?? 0, ...(answers[at] as Scored) }));
      total += look.indices.length;
      failed.push(...missing.slice(told));
      told = missing.length;
      if (scored.length >= EVENT_ROWS || pace.isDue()) yield collect();
    }
    failed.push(...missing.slice(told));
    const doneMs = performance.now();
    if (scored.length > 0 || failed.length > 0) yield collect();
    const picturesPerSecond = total / Math.max(1e-3, (doneMs - readyMs) / 1000);
    const lost = new Set(missing.map(({ id }) => id));
    const usable = rows.filter(({ id }) => !lost.has(id));
    const latency = input.timed !== false ? await singleLatency(resident, usable, signal) : null;
    yield { kind: 'done', rows: total, seconds: (performance.now() - startMs) / 1000, picturesPerSecond, latency };
  } finally {
    await resident.release();
  }
}

/**
 * How long one picture that comes alone takes, from its file to its score, with the model in memory: some of the pictures once
 * more, one at a time. Many at once are faster each, but a line brings one part after the other.
 *
 * @returns null where there are too few pictures to say it of
 */
async function singleLatency(
  resident: ResidentModel,
  rows: readonly ImageRow[],
  signal: AbortSignal,
): Promise<Extract<ScoreEvent, { kind: 'done' }>['latency']> {
  if (rows.length < FEWEST_TIMED) return null;
  const timesMs: number[] = [];
  const stride = Math.max(1, Math.floor(rows.length / TIMED));
  for (let at = 0; at < rows.length && timesMs.length < TIMED; at += stride) {
    const startMs = performance.now();
    for await (const look of lookAt(resident.looking, rows.slice(at, at + 1), [], signal)) {
      await scoreBatch(resident, look);
    }
    timesMs.push(performance.now() - startMs);
  }
  timesMs.sort((a, b) => a - b);
  const quantile = (share: number): number => timesMs[Math.ceil(share * timesMs.length) - 1] ?? 0;
  return { pictures: timesMs.length, p50Ms: quantile(0.5), p95Ms: quantile(0.95) };
}

async function toMatrix(tensor: Tensor2D): Promise<Matrix> {
  const [rows, columns] = tensor.shape;
  return { rows, columns, data: Float32Array.from(await valuesOf(tensor)) };
}

/** Pooled features that the head reads. */
async function headPooled({ tuned }: ResidentModel, { input, ignored }: Look, pooled: Matrix): Promise<Matrix> {
  if (!tuned) return pooled;
  const features = quieted(tuned.infer(input), ignored);
  const own = await toMatrix(pooledOf(features));
  tf.dispose(Object.values(features));
  return own;
}

/** Anomaly z-scores of a batch. */
async function anomalies(model: Model, look: Look, pooled: Matrix): Promise<(number | null)[]> {
  const { features, indices } = look;
  const { anomaly, encoder } = model;
  if (!anomaly) return indices.map(() => null);
  const { bank, placed, places } = anomaly;
  const { patches, height, width } = patchesOf(features);
  const distances = await bank.distances(patches);
  patches.dispose();
  const logits = await valuesOf(defectMapAtPatches(features.maskLogits));
  const size = height * width;
  const all = placesOf(height, width);
  const placeOf = indices.map((_, at) => countedPlaces(all, ignoredPositions(look, at, height, width)));
  const own = (map: Float32Array, at: number): Float32Array => map.subarray(at * size, (at + 1) * size);
  const defectMap = placeOf.map((of, at) => unusualPlaces(peaksOf(own(logits, at), of), places.defectMap));
  const patchBank = placeOf.map((of, at) => unusualPlaces(logPeaks(own(distances, at), of), places.patchBank));
  const layer4 = unitRows(layer4Of(pooled, encoder.config));
  const global = indices.map((_, at) => globalAnomaly(rowOf(layer4, at), anomaly.global));
  const [surfaces, suspects] = [surfaceOf(pooled, encoder.config), suspectOf(pooled, encoder.config)];
  const surface = indices.map((_, at) => logMahalanobis(anomaly.gaussians.surface, rowOf(surfaces, at)));
  const suspect = indices.map((_, at) => logMahalanobis(anomaly.gaussians.suspect, rowOf(suspects, at)));
  const maps = placedMapsOf(features);
  const unusual = async (map: PlacedMap): Promise<number[]> => {
    const [, mapHeight, mapWidth] = maps[map].shape;
    const peaks = await placed[map].peaks(maps[map], (at) => ignoredPositions(look, at, mapHeight, mapWidth));
    return indices.map((_, at) => unusualPlaces(peaks.subarray(at * PLACES, (at + 1) * PLACES), places[map]));
  };
  const byPlace = { placed: await unusual('placed'), placedCoarse: await unusual('placedCoarse') };
  tf.dispose(Object.values(maps));
  const values = { defectMap, patchBank, global, surface, suspect, ...byPlace };
  return indices.map((_, at) => anomalyOf(anomaly.scale, values, at));
}

/** Scores of one batch, in its order. */
export async function scoreBatch(resident: ResidentModel, look: Look): Promise<Scored[]> {
  const { model } = resident;
  const pooled = await toMatrix(pooledOf(look.features));
  const z = await anomalies(model, look, pooled);
  const { head, blend, calibration, goodClass } = model;
  if (!head || !calibration)
    return z.map((anomaly) => ({
      score: squash(anomaly ?? 0),
      defectProbability: null,
      anomaly,
      classProbabilities: [],
    }));
  const x = headFeatures(await headPooled(resident, look, pooled), model.standard);
  return z.map((anomaly, at) => ({
    anomaly,
    ...answer(rawAnswer(head, rowOf(x, at), goodClass, anomaly, blend), goodClass, calibration),
  }));
}
