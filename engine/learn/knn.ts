import { argmax } from './logistic.ts';
import { dot, rowOf } from './matrix.ts';
import type { Matrix } from './matrix.ts';

/** The `k` largest of `values`, largest first, as [index, value]. */
export function largestOf(values: ArrayLike<number>, k: number): [number, number][] {
  const top: [number, number][] = [];
  for (let i = 0; i < values.length; i++) {
    const value = values[i] ?? 0;
    const last = top.at(-1);
    if (top.length === k && last && value <= last[1]) continue;
    let at = top.length;
    while (at > 0 && value > (top[at - 1]?.[1] ?? Infinity)) at--;
    top.splice(at, 0, [i, value]);
    if (top.length > k) top.pop();
  }
  return top;
}

/**
 * Class of each query by its `k` nearest known rows, each voting exp(cosine / temperature) (Wu et al. 2018, as SimCLR's
 * benchmarks do it). Rows must have unit length.
 */
export function knnPredict(
  known: Matrix,
  labels: readonly number[],
  classes: number,
  queries: Matrix,
  k = 20,
  temperature = 0.1,
): number[] {
  const cosines = new Float64Array(known.rows);
  return Array.from({ length: queries.rows }, (_, q) => {
    const query = rowOf(queries, q);
    for (let n = 0; n < known.rows; n++) cosines[n] = dot(query, rowOf(known, n));
    const votes = new Float64Array(classes);
    for (const [n, cosine] of largestOf(cosines, Math.min(k, known.rows))) {
      const label = labels[n] ?? 0;
      votes[label] = (votes[label] ?? 0) + Math.exp((cosine - 1) / temperature);
    }
    return argmax(votes);
  });
}
