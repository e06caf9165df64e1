import { rowOf } from './matrix.ts';
import type { Matrix } from './matrix.ts';

/** Lower triangle of the covariance of rows about `mean`, [columns, columns] row-major; the rest is 0. */
export function covarianceOf(m: Matrix, mean?: ArrayLike<number>): Float64Array {
  const { rows, columns } = m;
  const covariance = new Float64Array(columns * columns);
  const centred = new Float64Array(columns);
  for (let n = 0; n < rows; n++) {
    const row = rowOf(m, n);
    for (let i = 0; i < columns; i++) centred[i] = (row[i] ?? 0) - (mean?.[i] ?? 0);
    for (let i = 0; i < columns; i++) {
      const own = (centred[i] ?? 0) / rows;
      for (let j = 0; j <= i; j++) {
        const at = i * columns + j;
        covariance[at] = (covariance[at] ?? 0) + own * (centred[j] ?? 0);
      }
    }
  }
  return covariance;
}

/** Mean of the diagonal. */
export function meanVariance(covariance: Float64Array, columns: number): number {
  let trace = 0;
  for (let i = 0; i < columns; i++) trace += covariance[i * columns + i] ?? 0;
  return trace / columns;
}

/** Cholesky-Banachiewicz in place on the lower triangle of a positive definite matrix: A becomes L with L·Lᵀ = A. */
export function factorise(a: Float64Array, size: number): void {
  for (let i = 0; i < size; i++)
    for (let j = 0; j <= i; j++) {
      let sum = a[i * size + j] ?? 0;
      for (let k = 0; k < j; k++) sum -= (a[i * size + k] ?? 0) * (a[j * size + k] ?? 0);
      a[i * size + j] = i === j ? Math.sqrt(sum) : sum / (a[j * size + j] ?? 1);
    }
}

/** L⁻¹·x into `out`, which may be `x`. */
export function solveLower(factor: ArrayLike<number>, x: ArrayLike<number>, out: Float32Array | Float64Array): void {
  const size = out.length;
  for (let i = 0; i < size; i++) {
    let sum = x[i] ?? 0;
    for (let j = 0; j < i; j++) sum -= (factor[i * size + j] ?? 0) * (out[j] ?? 0);
    out[i] = sum / (factor[i * size + i] ?? 1);
  }
}

/** L⁻ᵀ·x in place. */
export function solveUpper(factor: ArrayLike<number>, x: Float32Array | Float64Array): void {
  const size = x.length;
  for (let i = size - 1; i >= 0; i--) {
    let sum = x[i] ?? 0;
    for (let j = i + 1; j < size; j++) sum -= (factor[j * size + i] ?? 0) * (x[j] ?? 0);
    x[i] = sum / (factor[i * size + i] ?? 1);
  }
}
