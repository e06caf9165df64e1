import type { Tensor4D } from '@tensorflow/tfjs-core';
import type { EncoderConfig, Features } from '../encoder.ts';
import { tf } from '../tf.ts';
import { countedPlaces } from './ignored.ts';
import { PLACES, placesOf } from './places.ts';
import { LOG_FLOOR, patchColumns, patchesOf } from './pooled.ts';

/*
 * What good pictures look like at each place: a normal distribution of the patches there (PaDiM, Defard et al. 2021, with 8 × 8
 * places in place of every position, because parts do not lie to the pixel). It knows two things that the bank of patches does
 * not: that what is usual at the rim is not in the middle, and which features move together.
 *
 * On groups of train rows, AUROC / average precision from good pictures only, without → with (one parting, three encoders):
 * magnetic_tile 0.83 / 0.75 → 0.85 / 0.79, in a pool with defects 0.80 / 0.71 → 0.82 / 0.76; ball_screw 0.76 / 0.47 → 0.76 / 0.48.
 */

/** Two maps: layers 2 and 3 averaged over 3 × 3 positions at stride 8, and layer 4 at stride 16. */
export const placedMaps = ['placed', 'placedCoarse'] as const;
export type PlacedMap = (typeof placedMaps)[number];
export type Placed<T> = Readonly<Record<PlacedMap, T>>;

/** One value for each map. */
export function ofPlacedMaps<T>(make: (map: PlacedMap) => T): Placed<T> {
  return { placed: make('placed'), placedCoarse: make('placedCoarse') };
}

/**
 * Channels of a map that are kept: PaDiM draws some at random (§3.1), since neighbours in a wide layer say much of the same, and the
 * cost grows by their square. Evenly spaced ones are as random, for weights that began so.
 */
const MOST_COLUMNS = 96;

/** Which of a map's channels are kept. */
export function keptColumns(columns: number): Int32Array {
  const kept = Math.min(columns, MOST_COLUMNS);
  return Int32Array.from({ length: kept }, (_, at) => Math.floor((at * columns) / kept));
}

/** Columns of {@link placedMapsOf}. */
export function placedColumns(config: Pick<EncoderConfig, 'width'>): Placed<number> {
  const kept = (columns: number): number => Math.min(columns, MOST_COLUMNS);
  return { placed: kept(patchColumns(config)), placedCoarse: kept(8 * config.width) };
}

/** The maps [n, h, w, columns] of a batch, as logarithms: activations are products, and those differ evenly. The caller disposes them. */
export function placedMapsOf(features: Pick<Features, 'layer2' | 'layer3' | 'layer4'>): Placed<Tensor4D> {
  const log = (x: Tensor4D): Tensor4D => tf.log(tf.add(x, LOG_FLOOR));
  const some = (x: Tensor4D): Tensor4D => {
    const columns = x.shape[3];
    return columns <= MOST_COLUMNS ? x : tf.gather(x, tf.tensor1d(keptColumns(columns), 'int32'), 3);
  };
  return tf.tidy(() => {
    const { patches, height, width } = patchesOf(features);
    const grid = tf.reshape(patches, [features.layer3.shape[0], height, width, -1]) as Tensor4D;
    return { placed: log(tf.avgPool(some(grid), 3, 1, 'same')), placedCoarse: log(some(features.layer4)) };
  });
}

/** Positions of a map by place, row by row, less those that are ignored. */
export function positionsByPlace(height: number, width: number, ignored: Uint8Array | null = null): number[][] {
  const positions: number[][] = Array.from({ length: PLACES }, () => []);
  countedPlaces(placesOf(height, width), ignored).forEach((place, at) => positions[place]?.push(at));
  return positions;
}
