import type { Example } from './evidence.ts';
import { matrix, rowOf } from './matrix.ts';
import type { Matrix } from './matrix.ts';

/*
 * A new kind from one to five examples, without learning anything: its prototype is their mean, as is each known kind's, and a
 * picture is likened to the kind whose prototype is nearest (prototypical networks, Snell et al. 2017). Rows are toMetric's, so that
 * the squared distance is Mahalanobis' with the shrunk covariance of all pictures at hand.
 *
 * Chosen on groups of train rows, each kind left out as new in turn, 10 labels of each other, average precision of retrieval with
 * 1 / 2 / 3 / 5 examples: steel_xsdd cosine to the prototype 0.66 / 0.74 / 0.79 / 0.84, distances compared with the known kinds'
 * 0.78 / 0.84 / 0.86 / 0.89 (plain cosine of the embeddings 0.60 / 0.64 / 0.69 / 0.73); magnetic_tile 0.16 / 0.23 / 0.25 / 0.29 and
 * 0.16 / 0.24 / 0.23 / 0.27: a defect of few pixels hardly shows in whole pictures, and few examples say little of it.
 */

/** Sum of the rows named by `indices`. */
export function sumOf(x: Matrix, indices: readonly number[]): Float64Array {
  const sum = new Float64Array(x.columns);
  for (const index of indices) rowOf(x, index).forEach((value, i) => (sum[i] = (sum[i] ?? 0) + value));
  return sum;
}

/** Mean of the rows named by `indices`. */
export function prototypeOf(x: Matrix, indices: readonly number[]): Float32Array {
  return Float32Array.from(sumOf(x, indices), (value) => value / indices.length);
}

export function squaredDistance(a: Float32Array, b: Float32Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += ((a[i] ?? 0) - (b[i] ?? 0)) ** 2;
  return sum;
}

/** Prototypes of the kinds that have labels. */
export interface KnownKinds {
  /** Class index of each row. */
  readonly kinds: readonly number[];
  /** One row per kind. */
  readonly prototypes: Matrix;
}

/** One prototype for each label that occurs among `examples`, in ascending order. */
export function knownKinds(x: Matrix, examples: readonly Example[]): KnownKinds {
  const kinds = [...new Set(examples.map(({ label }) => label))].sort((a, b) => a - b);
  const prototypes = matrix(kinds.length, x.columns);
  kinds.forEach((kind, row) => {
    const own = examples.filter(({ label }) => label === kind).map(({ index }) => index);
    prototypes.data.set(prototypeOf(x, own), row * x.columns);
  });
  return { kinds, prototypes };
}

/**
 * How much nearer a picture is to the new kind than to any known one: the smallest squared distance to a known prototype less that
 * to the new one. Above 0 the new kind is the nearest.
 *
 * @param toKnown squared distances to the known prototypes that count; none: only the new kind's own distance is left
 */
export function likeness(row: Float32Array, prototype: Float32Array, toKnown: readonly number[]): number {
  const nearest = toKnown.length > 0 ? Math.min(...toKnown) : 0;
  return nearest - squaredDistance(row, prototype);
}
