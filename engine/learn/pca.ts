import { Random } from '#core/domain/random.ts';
import { matrix, rowOf } from './matrix.ts';
import type { Matrix } from './matrix.ts';

const EXTRA = 6;
const ROUNDS = 40;
/** Axes are found on at most so many rows, evenly taken: a map for looking at needs no more. */
const SAMPLE = 2000;

/** Gram-Schmidt, in place, over `axes` rows of length `columns`. */
function orthonormalise(axes: Float64Array[]): void {
  axes.forEach((axis, at) => {
    for (const former of axes.slice(0, at)) {
      let along = 0;
      for (let i = 0; i < axis.length; i++) along += (axis[i] ?? 0) * (former[i] ?? 0);
      for (let i = 0; i < axis.length; i++) axis[i] = (axis[i] ?? 0) - along * (former[i] ?? 0);
    }
    let square = 0;
    for (const value of axis) square += value * value;
    const scale = square > 1e-300 ? 1 / Math.sqrt(square) : 0;
    for (let i = 0; i < axis.length; i++) axis[i] = (axis[i] ?? 0) * scale;
  });
}

/**
 * Rows projected on their first `components` principal axes, by subspace iteration (Halko et al. 2011) without forming the
 * covariance: rows · columns work a round, over a sample of many rows. The sign of an axis is chosen so that its largest loading is positive.
 *
 * @returns [rows, components], centred; components beyond the rank are 0
 */
export function principalComponents(x: Matrix, components: number): Matrix {
  const { rows, columns } = x;
  const mean = new Float64Array(columns);
  for (let n = 0; n < rows; n++)
    rowOf(x, n).forEach((value, i) => {
      mean[i] = (mean[i] ?? 0) + value / rows;
    });
  const stride = Math.ceil(rows / SAMPLE);
  const random = new Random(1);
  const kept = Math.min(components + EXTRA, columns);
  let axes = Array.from({ length: kept }, () => Float64Array.from({ length: columns }, () => random.normal()));
  orthonormalise(axes);
  const along = (row: Float32Array, axis: Float64Array): number => {
    let sum = 0;
    for (let i = 0; i < columns; i++) sum += ((row[i] ?? 0) - (mean[i] ?? 0)) * (axis[i] ?? 0);
    return sum;
  };
  for (let round = 0; round < ROUNDS; round++) {
    const next = axes.map(() => new Float64Array(columns));
    for (let n = 0; n < rows; n += stride) {
      const row = rowOf(x, n);
      axes.forEach((axis, a) => {
        const projection = along(row, axis);
        const sum = next[a];
        if (sum)
          for (let i = 0; i < columns; i++) sum[i] = (sum[i] ?? 0) + projection * ((row[i] ?? 0) - (mean[i] ?? 0));
      });
    }
    orthonormalise(next);
    axes = next;
  }
  const projected = matrix(rows, components);
  axes.slice(0, components).forEach((axis, a) => {
    const top = axis.reduce((most, value) => (Math.abs(value) > Math.abs(most) ? value : most), 0);
    const sign = top < 0 ? -1 : 1;
    for (let n = 0; n < rows; n++) projected.data[n * components + a] = sign * along(rowOf(x, n), axis);
  });
  return projected;
}
