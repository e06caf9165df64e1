import type { ImageRow } from '#core/contract/engine.ts';
import type { Random } from '#core/domain/random.ts';
import { stratifiedGroupFolds } from '#core/domain/group-split.ts';
import type { Encoder } from '../encoder.ts';
import { openLooking } from '../network/looking.ts';
import { tf } from '../tf.ts';
import { globalAnomaly } from './anomaly.ts';
import type { PartValues } from './anomaly.ts';
import { countedPlaces, ignoredPositions } from './ignored.ts';
import { lookAt } from './look.ts';
import type { Failed } from './look.ts';
import { coresetOf } from './coreset.ts';
import { againstOthers } from './gaussian.ts';
import type { Gaussian } from './gaussian.ts';
import { pick, rowOf, standardise, standardOf, unitRows } from './matrix.ts';
import type { Matrix } from './matrix.ts';
import { BANK_ROWS, logPeaks, PatchBank } from './patch-bank.ts';
import { ofPlacedMaps, placedMaps, placedMapsOf } from './placed-maps.ts';
import type { Placed } from './placed-maps.ts';
import { PlacedReference } from './placed-reference.ts';
import { fitPlaces, peakMatrix, PLACES, placesOf, unusualRows } from './places.ts';
import type { PlaceScale } from './places.ts';
import { defectMapAtPatches, layer4Of, patchesOf, surfaceOf, suspectOf } from './pooled.ts';
import { breathe, Pace, progress } from './progress.ts';
import type { ProgressEvent } from './progress.ts';
import type { PatchSample, Survey } from './survey.ts';
import { valuesOf } from './values-of.ts';

/** Reference pictures of part (c); as many as a bank's rows would cost more than they tell. */
const GLOBAL_ROWS = 2000;
const FOLDS = 5;
/** Rows compared between two looks at the signal. */
const ROWS_AT_A_TIME = 256;

/** Group of a picture; one without a group is its own. */
export function groupOf(row: ImageRow): string {
  return row.group ?? `#${row.id}`;
}

/**
 * Parts the rows of a pool by group, so that each can be compared with the pictures of other groups only.
 *
 * @returns fold of each row, −1 outside the pool
 */
function poolFolds(rows: readonly ImageRow[], pool: readonly number[], random: Random): Int32Array {
  const folds = new Int32Array(rows.length).fill(-1);
  const items = pool.map((index) => ({ group: groupOf(rows[index] as ImageRow), label: 'good' }));
  const assigned = stratifiedGroupFolds(items, FOLDS, random);
  pool.forEach((index, at) => {
    folds[index] = assigned[at] ?? 0;
  });
  return folds;
}

/** Good pictures that others are compared with. */
export interface Reference {
  /** Fold of every row of the survey, −1 outside the pool: see {@link poolFolds}. */
  readonly folds: Int32Array;
  readonly bank: PatchBank;
  readonly placed: Placed<PlacedReference>;
  /** Layer 4 of reference pictures, unit rows, and the survey row of each. */
  readonly global: Matrix;
  readonly globalFrom: Int32Array;
}

/**
 * @param pool rows of the survey that are good or presumed good
 * @throws the signal's reason
 */
export async function buildReference(
  encoder: Encoder,
  { rows, pooled }: Survey,
  pool: readonly number[],
  { patches, from, placed }: PatchSample,
  random: Random,
  signal: AbortSignal,
): Promise<Reference> {
  const folds = poolFolds(rows, pool, random);
  const chosen = pool.length <= GLOBAL_ROWS ? [...pool] : random.shuffle([...pool]).slice(0, GLOBAL_ROWS);
  const layer4 = layer4Of(pick(pooled, chosen), encoder.config);
  const standard = standardOf(patches);
  const core = await coresetOf(standardise(patches, standard), BANK_ROWS, random, signal);
  const bank = new PatchBank(
    pick(patches, core),
    Int32Array.from(core, (row) => folds[from[row] ?? 0] ?? -1),
    standard,
  );
  const byPlace = {
    placed: await PlacedReference.of(placed.placed, folds),
    placedCoarse: await PlacedReference.of(placed.placedCoarse, folds),
  };
  return { folds, bank, placed: byPlace, global: unitRows(layer4), globalFrom: Int32Array.from(chosen) };
}

/** Frees what TensorFlow holds of a reference. */
export function disposeReference({ bank, placed }: Reference): void {
  bank.dispose();
  for (const map of placedMaps) placed[map].dispose();
}

/** Raw anomaly parts of a survey's rows against one reference, what is usual where and what is usual as a whole by its pool. */
export interface Compared {
  readonly parts: PartValues;
  readonly places: Places;
  readonly gaussians: Gaussians;
}

/** What the pool's pictures look like: see surfaceOf and suspectOf. */
export type Gaussians = Readonly<Record<'surface' | 'suspect', Gaussian>>;

/** One {@link PlaceScale} for each part that is a map. */
export type Places = Readonly<Record<(typeof scaledMaps)[number], PlaceScale>>;

/** The parts that are maps. */
export const scaledMaps = ['defectMap', 'patchBank', ...placedMaps] as const;

/** Given the maps of a picture of the first reference's pool, of one size: patch distances and the defect map's logits. */
type OnPoolPicture = (distances: Float32Array, logits: Float32Array, places: Int32Array) => void;

/**
 * Raw anomaly parts of every row of a survey against each reference, a pool's own rows against the other folds only. Looks at
 * the pictures a second time, because ten thousand pictures' patches would not fit into memory.
 */
export async function* compareAll(
  encoder: Encoder,
  { rows, pooled, mapPeaks }: Survey,
  references: readonly Reference[],
  signal: AbortSignal,
  phase: string,
  onPoolPicture?: OnPoolPicture,
): AsyncGenerator<ProgressEvent, Compared[]> {
  const bankPeaks = references.map(() => peakMatrix(rows.length));
  const placedPeaks = references.map(() => ofPlacedMaps(() => peakMatrix(rows.length)));
  const vanished: Failed[] = [];
  const pace = new Pace();
  let done = 0;
  const looking = openLooking(encoder);
  try {
    for await (const look of lookAt(looking, rows, vanished, signal)) {
      const { indices, features } = look;
      const { patches, height, width } = patchesOf(features);
      const size = height * width;
      const places = placesOf(height, width);
      const logits = onPoolPicture && (await valuesOf(defectMapAtPatches(features.maskLogits)));
      const placed = placedMapsOf(features);
      for (const [at, index] of indices.entries()) {
        for (const map of placedMaps) {
          const one = tf.slice4d(placed[map], [at, 0, 0, 0], [1, -1, -1, -1]);
          const [, mapHeight, mapWidth] = one.shape;
          const ignored = ignoredPositions(look, at, mapHeight, mapWidth);
          for (const [r, reference] of references.entries()) {
            const peaks = await reference.placed[map].of(reference.folds[index] ?? -1).peaks(one, () => ignored);
            placedPeaks[r]?.[map].data.set(peaks, index * PLACES);
          }
          one.dispose();
        }
        const own = tf.slice2d(patches, [at * size, 0], [size, -1]);
        const counted = countedPlaces(places, ignoredPositions(look, at, height, width));
        for (const [r, { bank, folds }] of references.entries()) {
          const distances = await bank.distances(own, folds[index]);
          bankPeaks[r]?.data.set(logPeaks(distances, counted), index * PLACES);
          if (r === 0 && logits && (folds[index] ?? -1) >= 0)
            onPoolPicture(distances, logits.subarray(at * size, (at + 1) * size), counted);
        }
        own.dispose();
      }
      patches.dispose();
      tf.dispose(Object.values(placed));
      done += indices.length;
      if (pace.isDue()) yield progress(phase, done, rows.length);
    }
  } finally {
    looking.dispose();
  }
  const layer4 = unitRows(layer4Of(pooled, encoder.config));
  const views = { surface: surfaceOf(pooled, encoder.config), suspect: suspectOf(pooled, encoder.config) };
  const results: Compared[] = [];
  for (const [r, { global, globalFrom, folds }] of references.entries()) {
    const distances = new Float64Array(rows.length);
    for (let index = 0; index < rows.length; index++) {
      if (index % ROWS_AT_A_TIME === 0) await breathe(signal);
      const own = folds[index] ?? -1;
      const isExcluded = (n: number): boolean => own >= 0 && folds[globalFrom[n] ?? 0] === own;
      distances[index] = globalAnomaly(rowOf(layer4, index), global, isExcluded);
    }
    const pool = rows.flatMap((_, index) => ((folds[index] ?? -1) >= 0 ? [index] : []));
    const peaks = { defectMap: mapPeaks, patchBank: bankPeaks[r] as Matrix, ...(placedPeaks[r] as Placed<Matrix>) };
    const places = Object.fromEntries(scaledMaps.map((map) => [map, fitPlaces(peaks[map], pool)])) as Places;
    const unusual = ofPlacedMaps((map) => unusualRows(peaks[map], places[map]));
    const surface = againstOthers(views.surface, [...globalFrom], folds);
    await breathe(signal);
    const suspect = againstOthers(views.suspect, [...globalFrom], folds);
    results.push({
      places,
      gaussians: { surface: surface.gaussian, suspect: suspect.gaussian },
      // A file that vanished between both looks has no peaks and counts as a usual one: its defect map still speaks.
      parts: {
        defectMap: unusualRows(mapPeaks, places.defectMap),
        patchBank: unusualRows(peaks.patchBank, places.patchBank),
        global: distances,
        surface: surface.distances,
        suspect: suspect.distances,
        ...unusual,
      },
    });
  }
  return results;
}
