import type { Tensor1D, Tensor2D } from '@tensorflow/tfjs-core';
import { tf } from '../tf.ts';
import { peaksOf } from './places.ts';
import { dot, rowOf, standardise, standardOf } from './matrix.ts';
import type { Matrix, Standard } from './matrix.ts';
import { topOfRows } from './top-of.ts';
import { valuesOf } from './values-of.ts';

/** Patches that are drawn from the good pictures, however many there are: 16,000 of 96 columns are 6 MB. */
export const SAMPLE_ROWS = 16_000;
/**
 * Rows of a bank, the {@link coresetOf} of that sample. On groups of train rows, AUROC of this part alone, 4,000 uniform rows →
 * 1,000 of the coreset: magnetic_tile 0.75 → 0.78 and 0.74 → 0.76 (two partings), ball_screw 0.71 → 0.73, at a quarter of the time.
 */
export const BANK_ROWS = 1000;

export const NEIGHBOURS = 3;
/** Patches compared at a time: 2,048 × 4,096 distances are 32 MB. */
const CHUNK = 2048;
/** Rows are filled up to a multiple of this with ones that are never chosen: {@link topOfRows} searches groups. */
const MULTIPLE = 64;
/** Added to a squared distance that must not be chosen. */
const NEVER = 1e12;
export const LEAST_DISTANCE = 1e-6;
const NO_FOLD = -1;

/**
 * Patches of good pictures that others are compared with (after PatchCore, Roth et al. 2022). Every channel is scaled to unit deviation first, so that no layer drowns the other.
 */
export class PatchBank {
  readonly standard: Standard;
  readonly patches: Matrix;
  /** Fold of the picture that each row comes from. */
  readonly #folds: Int32Array;
  readonly #scaled: Matrix;
  readonly #mean: Tensor1D;
  readonly #deviation: Tensor1D;
  /** By the fold that is left out, see {@link #factorOf}. */
  readonly #factors = new Map<number, Tensor2D>();

  /** @param folds one per row where pictures of the bank will be compared with it themselves */
  constructor(patches: Matrix, folds?: Int32Array, standard: Standard = standardOf(patches)) {
    this.patches = patches;
    this.standard = standard;
    this.#folds = folds ?? new Int32Array(patches.rows).fill(NO_FOLD);
    this.#scaled = standardise(patches, standard);
    this.#mean = tf.keep(tf.tensor1d(standard.mean));
    this.#deviation = tf.keep(tf.tensor1d(standard.deviation));
  }

  /** [rows, channels + 1] = [2b, −|b|²], so that one product with [p, 1] gives |p|² − distance². */
  #factorOf(leftOut: number): Tensor2D {
    const known = this.#factors.get(leftOut);
    if (known) return known;
    if (leftOut !== NO_FOLD && this.#folds.every((fold) => fold === leftOut))
      throw new RangeError('a bank without rows to compare with');
    const { rows, columns } = this.#scaled;
    const filled = Math.ceil(rows / MULTIPLE) * MULTIPLE;
    const data = new Float32Array(filled * (columns + 1));
    for (let n = 0; n < filled; n++) {
      const last = n * (columns + 1) + columns;
      if (n >= rows || (leftOut !== NO_FOLD && this.#folds[n] === leftOut)) {
        data[last] = -NEVER;
        continue;
      }
      const row = rowOf(this.#scaled, n);
      row.forEach((value, c) => {
        data[n * (columns + 1) + c] = 2 * value;
      });
      data[last] = -dot(row, row);
    }
    const factor = tf.keep(tf.tensor2d(data, [filled, columns + 1]));
    this.#factors.set(leftOut, factor);
    return factor;
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
    const factor = this.#factorOf(leftOut);
    return valuesOf(tf.tidy(() => this.#nearest(this.#scale(patches), factor, this.#rows(leftOut))));
  }

  dispose(): void {
    tf.dispose([this.#mean, this.#deviation]);
    tf.dispose([...this.#factors.values()]);
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
