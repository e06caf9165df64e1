import type { Tensor1D, Tensor2D } from '@tensorflow/tfjs-core';
import { tf } from '../tf.ts';
import { dot, rowOf, standardise, standardOf } from './matrix.ts';
import type { Matrix, Standard } from './matrix.ts';

/** Rows of a bank: beyond this PatchCore gains little and each picture costs more. */
export const BANK_ROWS = 4000;

const NEIGHBOURS = 3;
const LARGEST = 10;
/** Patches compared at a time: 2,048 × 4,000 distances are 32 MB. */
const CHUNK = 2048;
/** Added to a squared distance that must not be chosen. */
const NEVER = 1e12;
const NO_FOLD = -1;

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
  /** By left-out fold: [rows, channels + 1] = [2b, −|b|²], so that one product with [p, 1] gives |p|² − distance². */
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

  #factor(leftOut: number): Tensor2D {
    const known = this.#factors.get(leftOut);
    if (known) return known;
    const { rows, columns } = this.#scaled;
    const data = new Float32Array(rows * (columns + 1));
    for (let n = 0; n < rows; n++) {
      const row = rowOf(this.#scaled, n);
      const isLeftOut = leftOut !== NO_FOLD && this.#folds[n] === leftOut;
      data.set(
        row.map((value) => 2 * value),
        n * (columns + 1),
      );
      data[n * (columns + 1) + columns] = -dot(row, row) - (isLeftOut ? NEVER : 0);
    }
    const factor = tf.keep(tf.tensor2d(data, [rows, columns + 1]));
    this.#factors.set(leftOut, factor);
    return factor;
  }

  /**
   * Mean Euclidean distance of each patch to its nearest rows of the bank.
   *
   * @param patches [n, channels] as patchesOf gives them
   * @param leftOut rows of this fold are not compared with: the picture's own; −1 for none
   */
  distances(patches: Tensor2D, leftOut = NO_FOLD): Float32Array {
    const n = patches.shape[0];
    const result = new Float32Array(n);
    const rows = this.#folds.reduce((sum, fold) => sum + (leftOut !== NO_FOLD && fold === leftOut ? 0 : 1), 0);
    if (rows === 0) throw new RangeError('a bank without rows to compare with');
    const factor = this.#factor(leftOut);
    for (let start = 0; start < n; start += CHUNK) {
      const part = tf.tidy(() => {
        const size = Math.min(CHUNK, n - start);
        const chunk = tf.slice2d(patches, [start, 0], [size, -1]);
        const scaled = tf.div<Tensor2D>(tf.sub(chunk, this.#mean), this.#deviation);
        const nearness = tf.matMul(tf.concat2d([scaled, tf.ones([size, 1])], 1), factor, false, true);
        const { values } = tf.topk(nearness, Math.min(NEIGHBOURS, rows), false);
        const squared = tf.sub(tf.sum(tf.square(scaled), 1, true), values);
        return tf.mean(tf.sqrt(tf.maximum(squared, 0)), 1).dataSync<'float32'>();
      });
      result.set(part, start);
    }
    return result;
  }

  dispose(): void {
    tf.dispose([this.#mean, this.#deviation, ...this.#factors.values()]);
    this.#factors.clear();
  }
}

/** Part (b) of the anomaly score: log of the mean of a picture's largest patch distances. */
export function patchAnomaly(distances: Float32Array): number {
  const largest = distances.toSorted((a, b) => b - a).subarray(0, LARGEST);
  return Math.log(Math.max(1e-6, largest.reduce((sum, value) => sum + value, 0) / largest.length));
}
