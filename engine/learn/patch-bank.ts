import type { Tensor1D, Tensor2D } from '@tensorflow/tfjs-core';
import { tf } from '../tf.ts';
import { leastThatCounts, peaksOf, placesOf, unusualPlaces } from './places.ts';
import type { PlaceScale } from './places.ts';
import { dot, rowOf, standardise, standardOf } from './matrix.ts';
import type { Matrix, Standard } from './matrix.ts';
import { topOfRows } from './top-of.ts';
import { valuesOf } from './values-of.ts';

/** Rows of a bank: beyond this PatchCore gains little and each picture costs more. */
export const BANK_ROWS = 4000;

const NEIGHBOURS = 3;
/** Patches compared at a time: 2,048 × 4,096 distances are 32 MB. */
const CHUNK = 2048;
/** Rows are filled up to a multiple of this with ones that are never chosen: {@link topOfRows} searches groups. */
const MULTIPLE = 64;
/** Every so many rows of the bank make the coarse one. */
const COARSENESS = 16;
/** Share of a picture's patches that are compared with the whole bank at first, and the fewest of them. */
const CANDIDATES = 1 / 8;
const LEAST_TRIED = 20;
/** Added to a squared distance that must not be chosen. */
const NEVER = 1e12;
const LEAST_DISTANCE = 1e-6;
const NO_FOLD = -1;

/** What one left-out fold is compared with: [rows, channels + 1] = [2b, −|b|²], so that one product with [p, 1] gives |p|² − distance². */
interface Factors {
  readonly whole: Tensor2D;
  /** Every {@link COARSENESS}-th row. */
  readonly coarse: Tensor2D;
}

/**
 * Patches of good pictures that others are compared with (after PatchCore, Roth et al. 2022; uniformly drawn instead of a
 * greedy coreset). Every channel is scaled to unit deviation first, so that no layer drowns the other.
 */
export class PatchBank {
  readonly standard: Standard;
  readonly patches: Matrix;
  /** Fold of the picture that each row comes from. */
  readonly #folds: Int32Array;
  readonly #scaled: Matrix;
  readonly #mean: Tensor1D;
  readonly #deviation: Tensor1D;
  readonly #factors = new Map<number, Factors>();

  /** @param folds one per row where pictures of the bank will be compared with it themselves */
  constructor(patches: Matrix, folds?: Int32Array, standard: Standard = standardOf(patches)) {
    this.patches = patches;
    this.standard = standard;
    this.#folds = folds ?? new Int32Array(patches.rows).fill(NO_FOLD);
    this.#scaled = standardise(patches, standard);
    this.#mean = tf.keep(tf.tensor1d(standard.mean));
    this.#deviation = tf.keep(tf.tensor1d(standard.deviation));
  }

  #factorsOf(leftOut: number): Factors {
    const known = this.#factors.get(leftOut);
    if (known) return known;
    if (leftOut !== NO_FOLD && this.#folds.every((fold) => fold === leftOut))
      throw new RangeError('a bank without rows to compare with');
    const all = Array.from({ length: this.#scaled.rows }, (_, n) => n);
    const factors = {
      whole: this.#factor(all, leftOut),
      coarse: this.#factor(
        all.filter((n) => n % COARSENESS === 0),
        leftOut,
      ),
    };
    this.#factors.set(leftOut, factors);
    return factors;
  }

  #factor(rows: readonly number[], leftOut: number): Tensor2D {
    const { columns } = this.#scaled;
    const filled = Math.ceil(rows.length / MULTIPLE) * MULTIPLE;
    const data = new Float32Array(filled * (columns + 1));
    for (let at = 0; at < filled; at++) {
      const last = at * (columns + 1) + columns;
      const n = rows[at];
      if (n === undefined) {
        data[last] = -NEVER;
        continue;
      }
      const row = rowOf(this.#scaled, n);
      row.forEach((value, c) => {
        data[at * (columns + 1) + c] = 2 * value;
      });
      const isLeftOut = leftOut !== NO_FOLD && this.#folds[n] === leftOut;
      data[last] = -dot(row, row) - (isLeftOut ? NEVER : 0);
    }
    return tf.keep(tf.tensor2d(data, [filled, columns + 1]));
  }

  /** Rows that may be chosen when `leftOut` is not compared with. */
  #rows(leftOut: number): number {
    if (leftOut === NO_FOLD) return this.#folds.length;
    return this.#folds.reduce((sum, fold) => sum + (fold === leftOut ? 0 : 1), 0);
  }

  /** Patches [n, channels] brought to unit deviation, and 1: [n, channels + 1]. */
  #scale(patches: Tensor2D): Tensor2D {
    const scaled = tf.div<Tensor2D>(tf.sub(patches, this.#mean), this.#deviation);
    return tf.concat2d([scaled, tf.ones([scaled.shape[0], 1])], 1);
  }

  /** Mean distance of rows of {@link #scale} to their nearest rows of a factor, [n]. */
  #nearest(scaled: Tensor2D, factor: Tensor2D, rows: number): Tensor1D {
    const n = scaled.shape[0];
    const parts: Tensor1D[] = [];
    for (let start = 0; start < n; start += CHUNK) {
      parts.push(
        tf.tidy(() => {
          const chunk = tf.slice2d(scaled, [start, 0], [Math.min(CHUNK, n - start), -1]);
          const values = topOfRows(tf.matMul(chunk, factor, false, true), Math.min(NEIGHBOURS, rows));
          const square = tf.sub(tf.sum(tf.square(chunk), 1, true), 1);
          return tf.mean(tf.sqrt(tf.maximum(tf.sub(square, values), 0)), 1);
        }),
      );
    }
    return parts.length === 1 ? (parts[0] as Tensor1D) : tf.concat1d(parts);
  }

  /**
   * Mean Euclidean distance of each patch to its nearest rows of the bank.
   *
   * @param patches [n, channels] as patchesOf gives them
   * @param leftOut rows of this fold are not compared with: the picture's own; −1 for none
   */
  async distances(patches: Tensor2D, leftOut = NO_FOLD): Promise<Float32Array> {
    const { whole } = this.#factorsOf(leftOut);
    return valuesOf(tf.tidy(() => this.#nearest(this.#scale(patches), whole, this.#rows(leftOut))));
  }

  /**
   * {@link unusualPlaces} of each picture's log distances, without comparing each patch with each row. A patch is at least as
   * near to the whole bank as to a part of it, so its distance to a coarse bank bounds it from above; the patches that could be
   * the most unusual at their place are compared with all rows, and where what they come to reaches all other bounds, nothing
   * else can count. Where it does not, the picture is compared in full. The same numbers as by {@link distances} in less time.
   *
   * @param patches [pictures · height · width, channels] as patchesOf gives them
   */
  async unusual(
    patches: Tensor2D,
    { height, width }: { readonly height: number; readonly width: number },
    scale: PlaceScale,
  ): Promise<Float64Array> {
    const { whole, coarse } = this.#factorsOf(NO_FOLD);
    const positions = height * width;
    const pictures = patches.shape[0] / positions;
    const places = placesOf(height, width);
    const tried = Math.max(LEAST_TRIED, Math.ceil(CANDIDATES * positions));
    const result = new Float64Array(pictures);
    const full = async (at: number): Promise<void> => {
      const own = tf.slice2d(patches, [at * positions, 0], [positions, -1]);
      result[at] = unusualPlaces(logPeaks(await this.distances(own), places), scale);
      own.dispose();
    };
    if (tried >= positions) {
      for (let at = 0; at < pictures; at++) await full(at);
      return result;
    }
    const rows = this.#rows(NO_FOLD);
    const [exact, chosen, others] = tf.tidy(() => {
      const scaled = this.#scale(patches);
      const bounds = tf.reshape(this.#nearest(scaled, coarse, rows), [pictures, positions]);
      const centre = tf.tensor1d(Array.from(places, (place) => scale.centre[place] ?? 0));
      const spread = tf.tensor1d(Array.from(places, (place) => scale.spread[place] ?? 1));
      const z = tf.div<Tensor2D>(tf.sub(tf.log(tf.maximum(bounds, LEAST_DISTANCE)), centre), spread);
      const { values, indices } = tf.topk(z, tried + 1);
      const own = tf.slice(indices, [0, 0], [-1, tried]);
      const first = tf.mul(tf.range(0, pictures, 1, 'int32'), tf.scalar(positions, 'int32'));
      const candidates = tf.gather(scaled, tf.reshape(tf.add(own, tf.reshape(first, [pictures, 1])), [-1]));
      const nearest = this.#nearest(candidates, whole, rows);
      return [nearest, tf.cast(own, 'float32'), tf.slice(values, [0, tried], [-1, 1])] as const;
    });
    const [distances, at, bounds] = [await valuesOf(exact), await valuesOf(chosen), await valuesOf(others)];
    for (let picture = 0; picture < pictures; picture++) {
      const part = [picture * tried, (picture + 1) * tried] as const;
      const peaks = logPeaks(
        distances.subarray(...part),
        Int32Array.from(at.subarray(...part), (position) => places[position] ?? 0),
      );
      if (leastThatCounts(peaks, scale) >= (bounds[picture] ?? 0)) result[picture] = unusualPlaces(peaks, scale);
      else await full(picture);
    }
    return result;
  }

  dispose(): void {
    tf.dispose([this.#mean, this.#deviation]);
    for (const { whole, coarse } of this.#factors.values()) tf.dispose([whole, coarse]);
    this.#factors.clear();
  }
}

/** Logarithm of a patch distance; one of 0 is a patch of the bank itself. */
export function logDistance(distance: number): number {
  return Math.log(Math.max(LEAST_DISTANCE, distance));
}

/** Largest log distance at each place, see {@link peaksOf}. */
export function logPeaks(distances: Float32Array, places: Int32Array): Float32Array {
  // Of the few peaks and not of all distances: a logarithm keeps their order.
  return peaksOf(distances, places).map((peak) => (peak < 0 ? peak : logDistance(peak)));
}
