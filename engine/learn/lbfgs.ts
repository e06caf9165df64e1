/** Value of a function at `x`; writes its gradient into `gradient`. */
export type Objective = (x: Float64Array, gradient: Float64Array) => number;

const MEMORY = 10;
const ARMIJO = 1e-4;
const CURVATURE = 0.9;
const LINE_SEARCH_STEPS = 30;

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += (a[i] ?? 0) * (b[i] ?? 0);
  return sum;
}

function largest(a: Float64Array): number {
  let most = 0;
  for (const value of a) most = Math.max(most, Math.abs(value));
  return most;
}

interface Pair {
  readonly s: Float64Array;
  readonly y: Float64Array;
  readonly rho: number;
}

/** −H·gradient by the two-loop recursion (Nocedal and Wright 2006, algorithm 7.4). */
function direction(gradient: Float64Array, pairs: readonly Pair[]): Float64Array {
  const q = gradient.map((value) => -value);
  const alphas: number[] = [];
  for (const { s, y, rho } of pairs.toReversed()) {
    const alpha = rho * dot(s, q);
    alphas.push(alpha);
    for (let i = 0; i < q.length; i++) q[i] = (q[i] ?? 0) - alpha * (y[i] ?? 0);
  }
  const last = pairs.at(-1);
  const scale = last ? 1 / (last.rho * dot(last.y, last.y)) : 1 / Math.max(1, Math.sqrt(dot(gradient, gradient)));
  for (let i = 0; i < q.length; i++) q[i] = (q[i] ?? 0) * scale;
  for (const { s, y, rho } of pairs) {
    const beta = (alphas.pop() ?? 0) - rho * dot(y, q);
    for (let i = 0; i < q.length; i++) q[i] = (q[i] ?? 0) + beta * (s[i] ?? 0);
  }
  return q;
}

/**
 * Minimises a smooth convex function by L-BFGS with a bisecting Wolfe line search (Lewis and Overton 2013, algorithm 2.6).
 * Ends when the largest gradient entry is below `tolerance`, no step improves any more, or after `iterations`.
 *
 * @returns the minimiser; `start` is left as it is
 */
export function minimise(objective: Objective, start: Float64Array, iterations = 500, tolerance = 1e-6): Float64Array {
  let x = start.slice();
  let gradient = new Float64Array(x.length);
  let value = objective(x, gradient);
  const pairs: Pair[] = [];
  for (let iteration = 0; iteration < iterations && largest(gradient) > tolerance; iteration++) {
    const p = direction(gradient, pairs);
    const slope = dot(gradient, p);
    if (!(slope < 0)) break;
    let low = 0;
    let high = Infinity;
    let step = 1;
    let found: { x: Float64Array<ArrayBuffer>; gradient: Float64Array<ArrayBuffer>; value: number } | undefined;
    for (let tries = 0; tries < LINE_SEARCH_STEPS; tries++) {
      const next = x.map((entry, i) => entry + step * (p[i] ?? 0));
      const nextGradient = new Float64Array(x.length);
      const nextValue = objective(next, nextGradient);
      if (!(nextValue <= value + ARMIJO * step * slope)) high = step;
      else {
        found = { x: next, gradient: nextGradient, value: nextValue };
        if (dot(nextGradient, p) >= CURVATURE * slope) break;
        low = step;
      }
      step = high < Infinity ? (low + high) / 2 : 2 * low;
    }
    if (!found) break;
    const { x: next, gradient: nextGradient, value: nextValue } = found;
    const s = next.map((entry, i) => entry - (x[i] ?? 0));
    const y = nextGradient.map((entry, i) => entry - (gradient[i] ?? 0));
    const sy = dot(s, y);
    if (sy > 1e-12 * dot(y, y)) {
      pairs.push({ s, y, rho: 1 / sy });
      if (pairs.length > MEMORY) pairs.shift();
    }
    [x, gradient, value] = [next, nextGradient, nextValue];
  }
  return x;
}
