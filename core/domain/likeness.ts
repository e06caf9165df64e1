import { factorise, solveLower, solveUpper } from './cholesky.ts';

/*
 * Which pictures are like a few examples, learnt anew at each answer: a ridge classifier on embeddings of unit length, in its dual
 * form, so that a few hundred known pictures cost a few milliseconds however long the vectors are (regularised least squares,
 * Rifkin et al. 2003, "Regularized least-squares classification", §3). Examples against what is known to be something else and a
 * random part of the pool, which is mostly something else; each side weighs as much as the other, however few its members are.
 */

/**
 * λ, relative to the mean of the weights. One example, breaks / cracks / frays of magnetic_tile met within twice as many looks as there are:
 * 0.53 / 0.41 / 0.54 at 0.3, 0.60 / 0.46 / 0.31 at 0.03, 0.46 / 0.19 / 0.73 at 3 (the last beside a little unusualness).
 */
const RIDGE = 0.3;
/** Keeps the solution finite where rounding leaves nothing of a pivot. */
const LEAST_PIVOT = 1e-12;

/** A picture's embedding and how much it counts. */
interface Taught {
  readonly vector: Float32Array;
  readonly weight: number;
  /** 1: like the examples; −1: not. */
  readonly target: 1 | -1;
}

/** Scores a vector by `bias` + its product with `weights`: towards 1 like the examples, towards −1 not. */
export interface Likeness {
  readonly weights: Float64Array;
  readonly bias: number;
}

export const likenessOf = ({ weights, bias }: Likeness, vector: Float32Array): number => bias + dot(weights, vector);

function dot(a: Float32Array | Float64Array, b: Float32Array): number {
  let sum = 0;
  for (let at = 0; at < b.length; at++) sum += (a[at] ?? 0) * (b[at] ?? 0);
  return sum;
}

/**
 * Learns what the examples have in common that the others have not. All vectors are of unit length and one dimension.
 *
 * @param examples like what is sought; at least one
 * @param others known to be something else, by a person
 * @param pool drawn at random from where is sought; presumed something else
 * @throws RangeError without an example
 */
export function fitLikeness(
  examples: readonly Float32Array[],
  others: readonly Float32Array[],
  pool: readonly Float32Array[],
): Likeness {
  const columns = examples[0]?.length;
  if (columns === undefined) throw new RangeError('no example');
  // Half of what is "not" is what people know, half is what is presumed; where one of the two is missing, the other is all.
  const halves = (others.length > 0 ? 1 : 0) + (pool.length > 0 ? 1 : 0);
  const each = (n: number): number => 1 / (Math.max(1, halves) * Math.max(1, n));
  const taught: Taught[] = [
    ...examples.map((vector) => ({ vector, weight: 1 / examples.length, target: 1 as const })),
    ...others.map((vector) => ({ vector, weight: each(others.length), target: -1 as const })),
    ...pool.map((vector) => ({ vector, weight: each(pool.length), target: -1 as const })),
  ];
  const n = taught.length;
  const kernel = new Float64Array(n * n);
  for (let i = 0; i < n; i++)
    for (let j = 0; j <= i; j++) {
      const a = taught[i];
      const b = taught[j];
      if (a === undefined || b === undefined) continue;
      // + 1: the bias, penalised as any other weight.
      kernel[i * n + j] = dot(a.vector, b.vector) + 1 + (i === j ? RIDGE / (n * a.weight) : 0);
      kernel[j * n + i] = kernel[i * n + j] ?? 0;
    }
  factorise(kernel, n, LEAST_PIVOT);
  const alpha = Float64Array.from(taught, ({ target }) => target);
  solveLower(kernel, alpha, alpha);
  solveUpper(kernel, alpha);
  const weights = new Float64Array(columns);
  let bias = 0;
  taught.forEach(({ vector }, at) => {
    const by = alpha[at] ?? 0;
    bias += by;
    for (let column = 0; column < columns; column++)
      weights[column] = (weights[column] ?? 0) + by * (vector[column] ?? 0);
  });
  return { weights, bias };
}

/** A score that was given before a person answered, and the answer. */
export interface Answered {
  readonly score: number;
  readonly is: boolean;
}

/** Answers before anything is said of those still to come. */
export const FEWEST_ANSWERS = 10;

/**
 * How many of the pictures not yet asked about are like the examples: a logistic curve through what was answered to scores that
 * were given beforehand (targets smoothed as Platt 1999 does, so that ten answers of one kind promise neither all nor nothing), summed
 * over the open ones. Those lie lower than most that were answered: the curve's tail is what is expected beyond the list.
 *
 * @returns null before {@link FEWEST_ANSWERS} answers
 */
export function expectedLeft(answered: readonly Answered[], open: readonly number[]): number | null {
  if (answered.length < FEWEST_ANSWERS) return null;
  const positive = answered.filter(({ is }) => is).length;
  const [yes, no] = [(positive + 1) / (positive + 2), 1 / (answered.length - positive + 2)];
  const mean = answered.reduce((sum, { score }) => sum + score, 0) / answered.length;
  let [slope, offset] = [0, Math.log((positive + 1) / (answered.length - positive + 1))];
  for (let step = 0; step < NEWTON_STEPS; step++) {
    let [gs, go, hss, hso, hoo] = [SLOPE_PRIOR * slope, 0, SLOPE_PRIOR, 0, 1e-9];
    for (const { score, is } of answered) {
      const x = score - mean;
      const p = 1 / (1 + Math.exp(-(slope * x + offset)));
      const error = p - (is ? yes : no);
      const weight = Math.max(p * (1 - p), 1e-6);
      gs += error * x;
      go += error;
      hss += weight * x * x;
      hso += weight * x;
      hoo += weight;
    }
    const determinant = hss * hoo - hso * hso;
    slope -= (gs * hoo - go * hso) / determinant;
    offset -= (go * hss - gs * hso) / determinant;
  }
  // A curve that falls with the score tells only that these answers did not follow it.
  const rising = Math.max(0, slope);
  return open.reduce((sum, score) => sum + 1 / (1 + Math.exp(-(rising * (score - mean) + offset))), 0);
}

const NEWTON_STEPS = 12;
/** Keeps the curve finite where all answers agree. */
const SLOPE_PRIOR = 0.002;
