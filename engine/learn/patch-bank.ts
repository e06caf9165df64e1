import type { Tensor1D, Tensor2D } from '@tensorflow/tfjs-core';
import { tf } from '../tf.ts';
import { dot, rowOf, standardise, standardOf } from './matrix.ts';
import type { Matrix, Standard } from './matrix.ts';
import { topOfRows } from './top-of.ts';
import { valuesOf } from './values-of.ts';

/** Rows of a bank: beyond this PatchCore gains little and each picture costs more. */
export const BANK_ROWS = 4000;

const NEIGHBOURS = 3;
const LARGEST = 10;
/** Patches compared at a time: 2,048 × 4,096 distances are 32 MB. */
const CHUNK = 2048;
/** Rows are filled up to a multiple of this with ones that are never chosen: {@link topOfRows} searches groups. */
const MULTIPLE = 64;
/** Every so many rows of the bank make the coarse one. */
const COARSENESS = 16;
/** Share of a picture's patches that are compared with the whole bank at first: more than were ever needed on real pictures. */
const CANDIDATES = 1 / 8;
/** Added to a squared distance that must not be chosen. */
const NEVER = 1e12;
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
   * {@link patchAnomaly} of each picture, without comparing each patch with each row. A patch is at least as near to the whole
   * bank as to a part of it, so its distance to a coarse bank bounds it from above; those with the largest bounds are compared
   * with all rows, and where the tenth largest distance among them reaches all other bounds, nothing else can be among the
   * ten. Where it does not, the picture is compared in full. The same numbers as by {@link distances} in a fifth of the time.
   *
   * @param patches [pictures · positions, channels] as patchesOf gives them
   */
  async anomalies(patches: Tensor2D, pictures: number, leftOut = NO_FOLD): Promise<Float64Array> {
    const { whole, coarse } = this.#factorsOf(leftOut);
    const positions = patches.shape[0] / pictures;
    const tried = Math.max(2 * LARGEST, Math.ceil(CANDIDATES * positions));
    if (tried >= positions) return eachAnomaly(await this.distances(patches, leftOut), pictures);
    const rows = this.#rows(leftOut);
    const { exact, others } = tf.tidy(() => {
      const scaled = this.#scale(patches);
      const bounds = tf.reshape(this.#nearest(scaled, coarse, rows), [pictures, positions]);
      const { values, indices } = tf.topk(bounds, tried + 1);
      const first = tf.mul(tf.range(0, pictures, 1, 'int32'), tf.scalar(positions, 'int32'));
      const chosen = tf.add(tf.slice(indices, [0, 0], [-1, tried]), tf.reshape(first, [pictures, 1]));
      const candidates = tf.gather(scaled, tf.reshape(chosen, [-1]));
      return { exact: this.#nearest(candidates, whole, rows), others: tf.slice(values, [0, tried], [-1, 1]) };
    });
    const [distances, bounds] = [await valuesOf(exact), await valuesOf(others)];
    const result = new Float64Array(pictures);
    for (let at = 0; at < pictures; at++) {
      const largest = distances.subarray(at * tried, (at + 1) * tried).toSorted((a, b) => b - a);
      if ((largest[LARGEST - 1] ?? 0) >= (bounds[at] ?? 0)) {
        result[at] = patchAnomaly(largest);
        continue;
      }
      const own = tf.slice2d(patches, [at * positions, 0], [positions, -1]);
      result[at] = patchAnomaly(await this.distances(own, leftOut));
      own.dispose();
    }
    return result;
  }

  dispose(): void {
    tf.dispose([this.#mean, this.#deviation]);
    for (const { whole, coarse } of this.#factors.values()) tf.dispose([whole, coarse]);
    this.#factors.clear();
  }
}

/** {@link patchAnomaly} of pictures that have equally many patches. */
function eachAnomaly(distances: Float32Array, pictures: number): Float64Array {
  const size = distances.length / pictures;
  return Float64Array.from({ length: pictures }, (_, at) =>
    patchAnomaly(distances.subarray(at * size, (at + 1) * size)),
  );
}

/** Part (b) of the anomaly score: log of the mean of a picture's largest patch distances. */
export function patchAnomaly(distances: Float32Array): number {
  const largest = distances.toSorted((a, b) => b - a).subarray(0, LARGEST);
  return Math.log(Math.max(1e-6, largest.reduce((sum, value) => sum + value, 0) / largest.length));
}
