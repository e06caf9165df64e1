import type { Tensor1D, Tensor2D } from '@tensorflow/tfjs-core';
import { tf } from '../tf.ts';
import { standardise, standardOf } from './matrix.ts';
import type { Standard } from './matrix.ts';
import type { PatchSample } from './survey.ts';

/** Rows of a bank: beyond this PatchCore gains little and each picture costs more. */
export const BANK_ROWS = 4000;

const NEIGHBOURS = 3;
const LARGEST = 10;
/** Patches compared at a time: 2,048 × 4,000 distances are 32 MB. */
const CHUNK = 2048;
/** Added to a squared distance that must not be chosen. */
const NEVER = 1e12;

/**
 * Patches of good pictures that others are compared with (after PatchCore, Roth et al. 2022; uniformly drawn instead of a
 * greedy coreset). Every channel is scaled to unit deviation first, so that no layer drowns the other.
 */
export class PatchBank {
  readonly standard: Standard;
  readonly sample: PatchSample;
  readonly #bank: Tensor2D;
  readonly #mean: Tensor1D;
  readonly #deviation: Tensor1D;
  readonly #squares: Tensor1D;

  constructor(sample: PatchSample, standard: Standard = standardOf(sample.patches)) {
    this.sample = sample;
    this.standard = standard;
    const { rows, columns, data } = standardise(sample.patches, standard);
    this.#bank = tf.keep(tf.tensor2d(data, [rows, columns]));
    this.#squares = tf.keep(tf.tidy(() => tf.sum<Tensor1D>(tf.square(this.#bank), 1)));
    this.#mean = tf.keep(tf.tensor1d(standard.mean));
    this.#deviation = tf.keep(tf.tensor1d(standard.deviation));
  }

  get rows(): number {
    return this.sample.patches.rows;
  }

  /**
   * Mean Euclidean distance of each patch to its nearest rows of the bank.
   *
   * @param patches [n, channels] as {@link patchesOf} gives them
   * @param isExcluded rows of the survey whose patches must not be compared with: the picture's own fold
   */
  distances(patches: Tensor2D, isExcluded?: (row: number) => boolean): Float32Array {
    const n = patches.shape[0];
    const result = new Float32Array(n);
    const { from } = this.sample;
    const penalty = isExcluded && Float32Array.from(from, (row) => (isExcluded(row) ? NEVER : 0));
    const neighbours = Math.min(NEIGHBOURS, penalty ? penalty.filter((value) => value === 0).length : this.rows);
    if (neighbours === 0) throw new RangeError('a bank without rows to compare with');
    for (let start = 0; start < n; start += CHUNK) {
      const part = tf.tidy(() => {
        const chunk = tf.slice2d(patches, [start, 0], [Math.min(CHUNK, n - start), -1]);
        const scaled = tf.div<Tensor2D>(tf.sub(chunk, this.#mean), this.#deviation);
        const products = tf.matMul(scaled, this.#bank, false, true);
        let offsets = this.#squares;
        if (penalty) offsets = tf.add(offsets, tf.tensor1d(penalty));
        const negative = tf.sub<Tensor2D>(tf.mul(2, products), offsets); // −d² + |patch|²
        const { values } = tf.topk(negative, neighbours, false);
        const squared = tf.sub(tf.sum(tf.square(scaled), 1, true), values);
        return tf.mean(tf.sqrt(tf.maximum(squared, 0)), 1).dataSync<'float32'>();
      });
      result.set(part, start);
    }
    return result;
  }

  dispose(): void {
    tf.dispose([this.#bank, this.#mean, this.#deviation, this.#squares]);
  }
}

/** Part (b) of the anomaly score: log of the mean of a picture's largest patch distances. */
export function patchAnomaly(distances: Float32Array): number {
  const largest = distances.toSorted((a, b) => b - a).subarray(0, LARGEST);
  return Math.log(Math.max(1e-6, largest.reduce((sum, value) => sum + value, 0) / largest.length));
}
