import { factorise, solveLower } from '#core/domain/cholesky.ts';
import type { Tensor2D } from '@tensorflow/tfjs-core';
import { tf } from '../tf.ts';
import { meanVariance } from './covariance.ts';
import { pick, standardOf } from './matrix.ts';
import type { Matrix } from './matrix.ts';
import { PlaceGaussians } from './place-gaussians.ts';
import type { PlaceDistributions } from './place-gaussians.ts';
import type { PlacedSample } from './placed-sample.ts';
import { PLACES } from './places.ts';
import { valuesOf } from './values-of.ts';

/** Patches at which what a place itself says weighs as much as all places together: a mean is known by few, a covariance by many. */
const PRIOR_PATCHES = { covariance: 200, mean: 10 };
/** Share of the mean variance that is added to each column's. */
const RIDGE = 0.3;

/** Number of rows, their sum and their products x·xᵀ, about the mean of all. */
interface Moments {
  count: number;
  readonly sum: Float64Array;
  readonly products: Float64Array;
}

const emptyMoments = (columns: number): Moments => ({
  count: 0,
  sum: new Float64Array(columns),
  products: new Float64Array(columns * columns),
});

function addTo(total: Moments, { count, sum, products }: Moments): void {
  total.count += count;
  sum.forEach((value, at) => {
    total.sum[at] = (total.sum[at] ?? 0) + value;
  });
  products.forEach((value, at) => {
    total.products[at] = (total.products[at] ?? 0) + value;
  });
}

async function momentsOf(x: Matrix, mean: Float32Array): Promise<Moments> {
  const { rows, columns } = x;
  const moments = emptyMoments(columns);
  if (rows === 0) return moments;
  moments.count = rows;
  const centred = tf.tidy(() => tf.sub<Tensor2D>(tf.tensor2d(x.data, [rows, columns]), tf.tensor1d(mean)));
  moments.sum.set(await valuesOf(tf.sum(centred, 0)));
  moments.products.set(await valuesOf(tf.matMul(centred, centred, true, false)));
  centred.dispose();
  return moments;
}

/** Distributions of good pictures by place, also without those of one fold, so that a pool's pictures can be judged by the others. */
export class PlacedReference {
  readonly #mean: Float32Array;
  /** By fold, then by place. */
  readonly #moments: ReadonlyMap<number, readonly Moments[]>;
  readonly #known = new Map<number, PlaceGaussians>();

  private constructor(mean: Float32Array, moments: ReadonlyMap<number, readonly Moments[]>) {
    this.#mean = mean;
    this.#moments = moments;
  }

  /** @param folds fold of every row of the survey */
  static async of({ patches, places, from }: PlacedSample, folds: Int32Array): Promise<PlacedReference> {
    const { mean } = standardOf(patches);
    const rowsOf = new Map<number, number[][]>();
    places.forEach((place, row) => {
      const fold = folds[from[row] ?? 0] ?? -1;
      const byPlace = rowsOf.get(fold) ?? Array.from({ length: PLACES }, () => []);
      rowsOf.set(fold, byPlace);
      byPlace[place]?.push(row);
    });
    const moments = new Map<number, Moments[]>();
    for (const [fold, byPlace] of rowsOf) {
      const own: Moments[] = [];
      for (const rows of byPlace) own.push(await momentsOf(pick(patches, rows), mean));
      moments.set(fold, own);
    }
    return new PlacedReference(mean, moments);
  }

  /** @param leftOut pictures of this fold do not count, −1 for none; unless there are no others. Disposed with the reference. */
  of(leftOut: number): PlaceGaussians {
    const others = [...this.#moments].filter(([fold]) => fold !== leftOut).map(([, moments]) => moments);
    const key = others.length > 0 ? leftOut : -1;
    const known = this.#known.get(key);
    if (known) return known;
    const made = new PlaceGaussians(this.#distributions(others.length > 0 ? others : [...this.#moments.values()]));
    this.#known.set(key, made);
    return made;
  }

  #distributions(folds: readonly (readonly Moments[])[]): PlaceDistributions {
    const columns = this.#mean.length;
    const all = emptyMoments(columns);
    const byPlace = Array.from({ length: PLACES }, (_, place) => {
      const total = emptyMoments(columns);
      for (const fold of folds) addTo(total, fold[place] ?? emptyMoments(columns));
      addTo(all, total);
      return total;
    });
    const shared = covarianceFrom(all);
    const ridge = RIDGE * meanVariance(shared, columns) || 1;
    const means = { rows: PLACES, columns, data: new Float32Array(PLACES * columns) };
    const whitening = { rows: PLACES * columns, columns, data: new Float32Array(PLACES * columns * columns) };
    byPlace.forEach((own, place) => {
      const share = own.count / (own.count + PRIOR_PATCHES.covariance);
      const shareOfMean = own.count / (own.count + PRIOR_PATCHES.mean);
      const covariance = own.count > 0 ? covarianceFrom(own) : shared;
      const blended = covariance.map((value, at) => share * value + (1 - share) * (shared[at] ?? 0));
      for (let i = 0; i < columns; i++) blended[i * columns + i] = (blended[i * columns + i] ?? 0) + ridge;
      factorise(blended, columns);
      for (let i = 0; i < columns; i++) {
        const ofPlace = (own.sum[i] ?? 0) / Math.max(1, own.count);
        const ofAll = (all.sum[i] ?? 0) / Math.max(1, all.count);
        means.data[place * columns + i] = (this.#mean[i] ?? 0) + shareOfMean * ofPlace + (1 - shareOfMean) * ofAll;
      }
      whitening.data.set(inverseTransposed(blended, columns), place * columns * columns);
    });
    return { means, whitening };
  }

  dispose(): void {
    for (const gaussians of this.#known.values()) gaussians.dispose();
    this.#known.clear();
  }
}

function covarianceFrom({ count, sum, products }: Moments): Float64Array {
  const columns = sum.length;
  return products.map((product, at) => {
    const [i, j] = [Math.floor(at / columns), at % columns];
    return product / count - ((sum[i] ?? 0) / count) * ((sum[j] ?? 0) / count);
  });
}

/** L⁻ᵀ of a lower triangular L. */
function inverseTransposed(factor: Float64Array, columns: number): Float32Array {
  const inverse = new Float32Array(columns * columns);
  for (let column = 0; column < columns; column++) {
    // Column of L⁻¹ = row of L⁻ᵀ.
    const unit = new Float64Array(columns);
    unit[column] = 1;
    solveLower(factor, unit, unit);
    inverse.set(unit, column * columns);
  }
  return inverse;
}
