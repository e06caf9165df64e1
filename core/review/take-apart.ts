import { setImmediate } from 'node:timers/promises';
import { Random } from '#core/domain/random.ts';

/** Parts of a group that was not of one kind. */
const PARTS = 3;
const ROUNDS = 12;
/** Centres are found on at most so many pictures: more would move them by a hair. */
const SAMPLE = 600;
/** Vectors compared before others get a turn: some 10 ms. */
const AT_ONCE = 2000;

interface Vector {
  readonly id: number;
  readonly vector: Float32Array;
}

function squaredDistance(a: Float32Array, b: Float32Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += ((a[i] ?? 0) - (b[i] ?? 0)) ** 2;
  return sum;
}

function nearestCentre(vector: Float32Array, centres: readonly Float32Array[]): { part: number; distance: number } {
  let found = { part: 0, distance: Infinity };
  centres.forEach((centre, part) => {
    const distance = squaredDistance(vector, centre);
    if (distance < found.distance) found = { part, distance };
  });
  return found;
}

/** Each further centre drawn with chance proportional to its squared distance (Arthur and Vassilvitskii 2007). */
function firstCentres(sample: readonly Vector[], random: Random): Float32Array[] {
  const centres = [Float32Array.from(sample[random.below(sample.length)]?.vector ?? [])];
  while (centres.length < PARTS) {
    const distances = sample.map(({ vector }) => nearestCentre(vector, centres).distance);
    let left = random.uniform() * distances.reduce((sum, one) => sum + one, 0);
    const at = distances.findIndex((distance) => (left -= distance) < 0);
    if (at < 0) break;
    centres.push(Float32Array.from(sample[at]?.vector ?? []));
  }
  return centres;
}

function meanOf(vectors: readonly Float32Array[], dimension: number): Float32Array {
  const mean = new Float32Array(dimension);
  for (const vector of vectors) vector.forEach((value, at) => (mean[at] = (mean[at] ?? 0) + value / vectors.length));
  return mean;
}

/**
 * A group in parts that look more alike: k-means on the embeddings, in small steps. The largest part first, within a part the most
 * typical first; pictures without an embedding are a part of their own.
 */
export async function takeApart(
  ids: readonly number[],
  read: (ids: readonly number[]) => readonly Vector[],
): Promise<number[][]> {
  const random = new Random(1);
  const sample = read(random.shuffle([...ids]).slice(0, SAMPLE));
  if (sample.length < PARTS) return [[...ids]];
  let centres = firstCentres(sample, random);
  for (let round = 0; round < ROUNDS; round++) {
    const nearest = sample.map(({ vector }) => nearestCentre(vector, centres).part);
    const held = centres;
    centres = held.map((centre, part) => {
      const own = sample.flatMap(({ vector }, at) => (nearest[at] === part ? [vector] : []));
      return own.length === 0 ? centre : meanOf(own, centre.length);
    });
    await setImmediate();
  }
  const placed: { id: number; part: number; distance: number }[] = [];
  for (let from = 0; from < ids.length; from += AT_ONCE) {
    const rows = read(ids.slice(from, from + AT_ONCE));
    placed.push(...rows.map(({ id, vector }) => ({ id, ...nearestCentre(vector, centres) })));
    await setImmediate();
  }
  const known = new Set(placed.map(({ id }) => id));
  const parts = centres.map((_, part) =>
    placed
      .filter((one) => one.part === part)
      .toSorted((a, b) => a.distance - b.distance || a.id - b.id)
      .map(({ id }) => id),
  );
  return [...parts, ids.filter((id) => !known.has(id))]
    .filter(({ length }) => length > 0)
    .toSorted((a, b) => b.length - a.length);
}
