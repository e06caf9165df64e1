import type { Random } from '#core/domain/random.ts';
import { matrix, pick, rowOf } from './matrix.ts';
import type { Matrix } from './matrix.ts';

const RESTARTS = 4;
const ROUNDS = 50;
/** Centres are found on at most so many rows, drawn at random: more would cost seconds and move them by a hair. */
const SAMPLE = 2000;

function squaredDistance(a: Float32Array, b: Float32Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += ((a[i] ?? 0) - (b[i] ?? 0)) ** 2;
  return sum;
}

/** First centres: each further one drawn with chance proportional to its squared distance (Arthur and Vassilvitskii 2007). */
function seedCentres(x: Matrix, k: number, random: Random): Matrix {
  const centres = matrix(k, x.columns);
  const nearest = new Float64Array(x.rows).fill(Infinity);
  let chosen = random.below(x.rows);
  for (let c = 0; c < k; c++) {
    const centre = rowOf(centres, c);
    centre.set(rowOf(x, chosen));
    let total = 0;
    for (let n = 0; n < x.rows; n++) {
      nearest[n] = Math.min(nearest[n] ?? Infinity, squaredDistance(rowOf(x, n), centre));
      total += nearest[n] ?? 0;
    }
    let left = random.uniform() * total;
    for (chosen = 0; chosen < x.rows - 1; chosen++) {
      left -= nearest[chosen] ?? 0;
      if (left < 0) break;
    }
  }
  return centres;
}

/** Moves every row to its nearest centre. @returns the sum of squared distances and whether any row moved */
function assign(x: Matrix, centres: Matrix, cluster: Int32Array): { inertia: number; moved: boolean } {
  let inertia = 0;
  let moved = false;
  for (let n = 0; n < x.rows; n++) {
    const row = rowOf(x, n);
    let best = 0;
    let least = Infinity;
    for (let c = 0; c < centres.rows; c++) {
      const distance = squaredDistance(row, rowOf(centres, c));
      if (distance < least) [best, least] = [c, distance];
    }
    if (cluster[n] !== best) moved = true;
    cluster[n] = best;
    inertia += least;
  }
  return { inertia, moved };
}

/** Moves each centre to the mean of its rows; an empty one stays where it is. */
function recentre(x: Matrix, centres: Matrix, cluster: Int32Array): void {
  const sums = new Float64Array(centres.data.length);
  const sizes = new Float64Array(centres.rows);
  for (let n = 0; n < x.rows; n++) {
    const c = cluster[n] ?? 0;
    sizes[c] = (sizes[c] ?? 0) + 1;
    rowOf(x, n).forEach((value, i) => {
      sums[c * x.columns + i] = (sums[c * x.columns + i] ?? 0) + value;
    });
  }
  for (let c = 0; c < centres.rows; c++) {
    const size = sizes[c] ?? 0;
    if (size === 0) continue;
    const centre = rowOf(centres, c);
    for (let i = 0; i < centre.length; i++) centre[i] = (sums[c * x.columns + i] ?? 0) / size;
  }
}

/**
 * k-means (Lloyd) from k-means++ starts, the best of {@link RESTARTS} by inertia; centres from a sample of many rows.
 *
 * @returns the cluster 0 … k−1 of each row; fewer clusters where there are fewer rows
 */
export function kMeans(x: Matrix, k: number, random: Random): { cluster: Int32Array; inertia: number } {
  const cluster = new Int32Array(x.rows).fill(-1);
  if (x.rows === 0) return { cluster, inertia: 0 };
  const centres = findCentres(sampleOf(x, random), Math.min(k, x.rows), random);
  const { inertia } = assign(x, centres, cluster);
  return { cluster, inertia };
}

function sampleOf(x: Matrix, random: Random): Matrix {
  if (x.rows <= SAMPLE) return x;
  const order = random.shuffle(Array.from({ length: x.rows }, (_, n) => n));
  return pick(x, order.slice(0, SAMPLE));
}

function findCentres(x: Matrix, k: number, random: Random): Matrix {
  let best = { centres: matrix(k, x.columns), inertia: Infinity };
  for (let restart = 0; restart < RESTARTS; restart++) {
    const centres = seedCentres(x, k, random);
    const cluster = new Int32Array(x.rows).fill(-1);
    let state = assign(x, centres, cluster);
    for (let round = 0; round < ROUNDS && state.moved; round++) {
      recentre(x, centres, cluster);
      state = assign(x, centres, cluster);
    }
    if (state.inertia < best.inertia) best = { centres, inertia: state.inertia };
  }
  return best.centres;
}
