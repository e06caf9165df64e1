import { factorise, solveUpper } from '#core/domain/cholesky.ts';
import { minimise } from './lbfgs.ts';
import { meanVariance } from './covariance.ts';
import { dot, rowOf } from './matrix.ts';
import type { Matrix } from './matrix.ts';

/** A linear map to one logit per class. */
export interface LinearHead {
  readonly classes: number;
  readonly columns: number;
  /** [classes, columns] row-major */
  readonly weights: Float32Array;
  readonly bias: Float32Array;
}

/** n / (classes · count of the class): every class pulls alike, however rare it is (scikit-learn's `balanced`). */
export function balancedWeights(labels: readonly number[], classes: number): Float64Array {
  const counts = new Float64Array(classes);
  for (const label of labels) counts[label] = (counts[label] ?? 0) + 1;
  const present = counts.reduce((sum, count) => sum + (count > 0 ? 1 : 0), 0);
  return Float64Array.from(labels, (label) => labels.length / (present * (counts[label] ?? 1)));
}

/** Logits of one row into `out` [classes]. */
function logitsInto(out: Float64Array, parameters: Float64Array, row: Float32Array, columns: number): void {
  for (let k = 0; k < out.length; k++) {
    const at = k * (columns + 1);
    let sum = parameters[at + columns] ?? 0;
    for (let i = 0; i < columns; i++) sum += (parameters[at + i] ?? 0) * (row[i] ?? 0);
    out[k] = sum;
  }
}

/** Turns logits into probabilities in place. @returns log Σ exp(logit) */
export function softmaxInPlace(logits: Float64Array): number {
  let most = -Infinity;
  for (const logit of logits) most = Math.max(most, logit);
  let sum = 0;
  for (let k = 0; k < logits.length; k++) {
    const value = Math.exp((logits[k] ?? 0) - most);
    logits[k] = value;
    sum += value;
  }
  for (let k = 0; k < logits.length; k++) logits[k] = (logits[k] ?? 0) / sum;
  return most + Math.log(sum);
}

/**
 * Multinomial logistic regression: minimises  c · Σ weightᵢ · (−log pᵢ) + ½‖weights‖²  (scikit-learn's LogisticRegression with
 * C = c; the bias is not penalised). Two classes are two logits, which scikit-learn's two-class form matches at C = 2c.
 *
 * @param labels class index of each row
 * @param rowWeights one per row, see {@link balancedWeights}
 * @param from where to begin and how long to search; from zero to convergence where absent
 */
export function fitLogistic(
  x: Matrix,
  labels: readonly number[],
  classes: number,
  c: number,
  rowWeights: Float64Array,
  from?: { readonly start: LinearHead; readonly iterations: number },
): LinearHead {
  if (labels.length !== x.rows) throw new RangeError(`${labels.length} labels for ${x.rows} rows`);
  if (!from && 2 * x.rows < x.columns) return fitInSpan(x, labels, classes, c, rowWeights);
  const { columns } = x;
  const stride = columns + 1;
  const p = new Float64Array(classes);
  const parameters = minimise(
    (at, gradient) => {
      gradient.fill(0);
      let value = 0;
      for (let n = 0; n < x.rows; n++) {
        const row = rowOf(x, n);
        const label = labels[n] ?? 0;
        const weight = c * (rowWeights[n] ?? 1);
        logitsInto(p, at, row, columns);
        const own = p[label] ?? 0;
        value += weight * (softmaxInPlace(p) - own);
        for (let k = 0; k < classes; k++) {
          const d = weight * ((p[k] ?? 0) - (k === label ? 1 : 0));
          const start = k * stride;
          for (let i = 0; i < columns; i++) gradient[start + i] = (gradient[start + i] ?? 0) + d * (row[i] ?? 0);
          gradient[start + columns] = (gradient[start + columns] ?? 0) + d;
        }
      }
      for (let k = 0; k < classes; k++)
        for (let i = k * stride; i < k * stride + columns; i++) {
          const w = at[i] ?? 0;
          value += (w * w) / 2;
          gradient[i] = (gradient[i] ?? 0) + w;
        }
      return value;
    },
    from ? parametersOf(from.start) : new Float64Array(classes * stride),
    from?.iterations,
  );
  const weights = new Float32Array(classes * columns);
  const bias = new Float32Array(classes);
  for (let k = 0; k < classes; k++) {
    weights.set(parameters.subarray(k * stride, k * stride + columns), k * columns);
    bias[k] = parameters[k * stride + columns] ?? 0;
  }
  return { classes, columns, weights, bias };
}

/** Keeps the factor defined where rows repeat; far below what a label weighs. */
const JITTER = 1e-10;

/**
 * The same where rows are few: the best weights are a mixture of the rows, so they are searched in the rows' own span. With
 * X = L·Q, Q's rows orthonormal, the rows of L are features of the same products, and w = Qᵀ·v = Xᵀ·L⁻ᵀ·v has v's length.
 */
function fitInSpan(
  x: Matrix,
  labels: readonly number[],
  classes: number,
  c: number,
  rowWeights: Float64Array,
): LinearHead {
  const n = x.rows;
  const factor = new Float64Array(n * n);
  for (let i = 0; i < n; i++) for (let j = 0; j <= i; j++) factor[i * n + j] = dot(rowOf(x, i), rowOf(x, j));
  const ridge = JITTER * meanVariance(factor, n) || 1;
  for (let i = 0; i < n; i++) factor[i * n + i] = (factor[i * n + i] ?? 0) + ridge;
  factorise(factor, n);
  const small = { rows: n, columns: n, data: Float32Array.from(factor) };
  // As many rows as columns: searched as it is.
  const { weights, bias } = fitLogistic(small, labels, classes, c, rowWeights);
  const whole = { classes, columns: x.columns, weights: new Float32Array(classes * x.columns), bias };
  for (let k = 0; k < classes; k++) {
    const v = Float64Array.from(weights.subarray(k * n, (k + 1) * n));
    solveUpper(factor, v);
    const w = whole.weights.subarray(k * x.columns, (k + 1) * x.columns);
    for (let row = 0; row < n; row++) rowOf(x, row).forEach((value, i) => (w[i] = (w[i] ?? 0) + (v[row] ?? 0) * value));
  }
  return whole;
}

/** A head as {@link fitLogistic} searches it: each class's weights, then its bias. */
function parametersOf({ classes, columns, weights, bias }: LinearHead): Float64Array {
  const parameters = new Float64Array(classes * (columns + 1));
  for (let k = 0; k < classes; k++) {
    parameters.set(weights.subarray(k * columns, (k + 1) * columns), k * (columns + 1));
    parameters[k * (columns + 1) + columns] = bias[k] ?? 0;
  }
  return parameters;
}

/** Logits [classes] of one row of features. */
export function logitsOf(head: LinearHead, row: Float32Array): Float64Array {
  const logits = new Float64Array(head.classes);
  for (let k = 0; k < head.classes; k++) {
    let sum = head.bias[k] ?? 0;
    const at = k * head.columns;
    for (let i = 0; i < head.columns; i++) sum += (head.weights[at + i] ?? 0) * (row[i] ?? 0);
    logits[k] = sum;
  }
  return logits;
}

/** Index of the largest entry, the first of equals. */
export function argmax(values: ArrayLike<number>): number {
  let best = 0;
  for (let i = 1; i < values.length; i++) if ((values[i] ?? 0) > (values[best] ?? 0)) best = i;
  return best;
}
