import { mkdir, rename, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { EmbedEvent } from '#core/contract/engine.ts';
import { AppError, writeFailure } from '#core/contract/errors.ts';
import type { NotedPlaces } from '#core/domain/noted-places.ts';
import { Random } from '#core/domain/random.ts';
import { loadEncoder } from '../checkpoint.ts';
import { readImagesFile } from '../images-file.ts';
import { openTensorFlow } from '../tf.ts';
import type { InputOf } from '../work.ts';
import { headFeatures, headStandard } from './head.ts';
import { kMeans } from './kmeans.ts';
import { rowOf, unitRows } from './matrix.ts';
import type { Matrix } from './matrix.ts';
import { nearestDistances } from './neighbours.ts';
import { principalComponents } from './pca.ts';
import { breathe, progress } from './progress.ts';
import type { ProgressEvent } from './progress.ts';
import { survey } from './survey.ts';
import type { Survey } from './survey.ts';
import { unusualAmong } from './unusual.ts';

const CLUSTER_SEED = 1;

/**
 * Features of every picture for looking at and choosing from: embeddings as a file, a map, clusters, and how unusual each is.
 * Embeddings are what a head reads (headFeatures) over these pictures, scaled to unit length.
 *
 * @throws AppError `needs_images` when none could be read; `checkpoint_broken`, `not_found`, `disk_full`; the signal's reason
 */
export async function* embed(input: InputOf<'embed'>, signal: AbortSignal): AsyncGenerator<EmbedEvent> {
  await openTensorFlow();
  const asked = await readImagesFile(input.imagesFile);
  const encoder = await loadEncoder(input.checkpoint);
  try {
    const random = new Random(CLUSTER_SEED);
    const { survey: seen } = yield* survey(encoder, asked, [], random, signal, 'features', true);
    const { rows, failed } = seen;
    if (rows.length === 0) throw new AppError('needs_images', { have: 0, need: 1 });
    yield progress('map', 0, 1);
    const { unit, cluster, unusual } = yield* standingAmong(seen, input.clusters, random, signal);
    await breathe(signal);
    const map = inUnitSquare(principalComponents(unit, 2));
    await writeValues(input.outFile, unit.data);
    const places = rows.map((_, row) => seen.noted.get(row) ?? null);
    const placesFile = `${input.outFile}.places`;
    const bytes = places.find((one) => one !== null)?.length ?? 0;
    await writeValues(placesFile, filled(places, bytes));
    yield {
      kind: 'done',
      file: input.outFile,
      rows: unit.rows,
      dimension: unit.columns,
      ids: rows.map(({ id }) => id),
      failed: [...failed],
      map,
      cluster: Array.from(cluster),
      unusual: Array.from(unusual),
      places: { file: placesFile, bytes, ids: rows.flatMap(({ id }, row) => (places[row] ? [id] : [])) },
    };
  } finally {
    encoder.dispose();
  }
}

/** Where each picture stands among all: what is asked about next is chosen by it. */
export interface Standing {
  /** What a head reads, scaled to unit length. */
  readonly unit: Matrix;
  readonly cluster: Int32Array;
  /** See {@link unusualAmong}. */
  readonly unusual: Float32Array;
}

/** @param clusters how many, at least 1 */
export async function* standingAmong(
  { pooled, mapPeaks }: Pick<Survey, 'pooled' | 'mapPeaks'>,
  clusters: number,
  random: Random,
  signal: AbortSignal,
): AsyncGenerator<ProgressEvent, Standing> {
  const unit = unitRows(headFeatures(pooled, headStandard(pooled, null)));
  await breathe(signal);
  const { cluster } = kMeans(unit, clusters, random);
  const unusual = unusualAmong(yield* nearestDistances(unit, signal), mapPeaks);
  return { unit, cluster, unusual };
}

/** Both axes by one factor, so that the largest coordinate is 1. */
function inUnitSquare(points: Matrix): [number, number][] {
  const most = points.data.reduce((largest, value) => Math.max(largest, Math.abs(value)), 0) || 1;
  return Array.from({ length: points.rows }, (_, n) => {
    const [x = 0, y = 0] = rowOf(points, n);
    return [x / most, y / most];
  });
}

/** The places of all pictures that have some, one after the other. */
function filled(places: readonly (NotedPlaces | null)[], bytes: number): Uint8Array {
  const own = places.filter((one) => one !== null);
  const all = new Uint8Array(own.length * bytes);
  own.forEach((one, at) => all.set(one, at * bytes));
  return all;
}

async function writeValues(file: string, values: Float32Array | Uint8Array): Promise<void> {
  const temporary = `${file}.tmp`;
  try {
    await mkdir(dirname(file), { recursive: true });
    await writeFile(temporary, new Uint8Array(values.buffer, values.byteOffset, values.byteLength), { flush: true });
    await rename(temporary, file);
  } catch (cause) {
    throw writeFailure(file, cause);
  }
}
