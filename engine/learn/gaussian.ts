import { factorise, solveLower } from '#core/domain/cholesky.ts';
import { covarianceOf, meanVariance } from './covariance.ts';
import { pick, rowOf, standardOf } from './matrix.ts';
import type { Matrix } from './matrix.ts';

/*
 * What good pictures look like as a whole: a normal distribution of their features, and how far from it a picture lies
 * (Mahalanobis distance; Lee et al. 2018, PaDiM). The nearest good pictures (anomaly.ts, global) know only likeness; this one
 * knows which features always move together, and sees an uneven surface whose every feature is within its range.
 */

/** Share of the mean variance that is added to each feature's: a distribution of few pictures is flat in most directions. */
const RIDGE = 0.03;

/** Mean, and L with L·Lᵀ = Σ + ridge·I. */
export interface Gaussian {
  readonly mean: Float32Array;
  /** Lower triangular, [columns, columns]. */
  readonly factor: Float32Array;
}

/** @param x at least one row */
export function fitGaussian(x: Matrix): Gaussian {
  if (x.rows === 0) throw new RangeError('a distribution of no pictures');
  const { mean } = standardOf(x);
  const covariance = covarianceOf(x, mean);
  // One picture, or many of the same: any difference is then as far as it is large.
  const ridge = RIDGE * meanVariance(covariance, x.columns) || 1;
  for (let i = 0; i < x.columns; i++) covariance[i * x.columns + i] = (covariance[i * x.columns + i] ?? 0) + ridge;
  factorise(covariance, x.columns);
  return { mean, factor: Float32Array.from(covariance) };
}

/** Logarithm of a row's squared Mahalanobis distance per column. */
export function logMahalanobis({ mean, factor }: Gaussian, row: Float32Array): number {
  const whitened = Float64Array.from(row, (value, i) => value - (mean[i] ?? 0));
  solveLower(factor, whitened, whitened);
  const square = whitened.reduce((sum, value) => sum + value * value, 0);
  return Math.log(Math.max(1e-9, square / row.length));
}

/**
 * The distribution of the pool's rows, and every row's distance to it; a row of the pool is compared with the other folds only.
 *
 * @param pool rows of `x`
 * @param folds fold of every row, −1 outside the pool
 */
export function againstOthers(
  x: Matrix,
  pool: readonly number[],
  folds: Int32Array,
): { gaussian: Gaussian; distances: Float64Array } {
  const gaussian = fitGaussian(pick(x, pool));
  const byFold = new Map<number, Gaussian>();
  const without = (fold: number): Gaussian => {
    const known =
      byFold.get(fold) ??
      fitGaussian(
        pick(
          x,
          pool.filter((row) => folds[row] !== fold),
        ),
      );
    byFold.set(fold, known);
    return known;
  };
  const distances = Float64Array.from({ length: x.rows }, (_, row) => {
    const fold = folds[row] ?? -1;
    return logMahalanobis(fold < 0 ? gaussian : without(fold), rowOf(x, row));
  });
  return { gaussian, distances };
}
