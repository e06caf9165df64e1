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
