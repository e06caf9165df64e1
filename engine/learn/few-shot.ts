import { drawByGroup } from '#core/domain/group-split.ts';
import type { Random } from '#core/domain/random.ts';
import type { ShotFigures } from '#core/contract/engine.ts';
import { fitPlatt, sigmoid } from './calibrate.ts';
import type { Platt } from './calibrate.ts';
import type { Example } from './evidence.ts';
import { matrix, rowOf } from './matrix.ts';
import type { Matrix } from './matrix.ts';
import { likeness, prototypeOf, squaredDistance, sumOf } from './prototypes.ts';

/*
 * How sure can one be with n examples? Each known kind of defect plays the new one: n of its labelled pictures are its examples,
 * and its others and all other kinds' are asked about. What came out right there is what a new kind is promised.
 */

/** Examples for which it is measured; more count as the last. */
const SHOTS = [1, 2, 3, 4, 5] as const;
/** Draws of examples for each kind and number. */
const DRAWS = 4;
/** One kind alone says nothing of another. */
const LEAST_KINDS = 2;

/** How likeness becomes probability with so many examples. */
export interface ShotCalibration extends ShotFigures {
  readonly platt: Platt;
}

/**
 * Squared distances of each query to each kind's prototype [queries, kinds], the prototype without pictures of the query's group;
 * Infinity where none is left.
 */
export function distancesToKinds(
  x: Matrix,
  known: readonly Example[],
  queries: readonly Example[],
  kinds: readonly number[],
): Matrix {
  const distances = matrix(queries.length, kinds.length);
  kinds.forEach((kind, column) => {
    const prototypeFor = prototypesWithout(
      x,
      known.filter(({ label }) => label === kind),
    );
    queries.forEach(({ index, group }, query) => {
      const prototype = prototypeFor(group);
      const distance = prototype ? squaredDistance(rowOf(x, index), prototype) : Infinity;
      distances.data[query * kinds.length + column] = distance;
    });
  });
  return distances;
}

/** The prototype of `members` without a group's, null where none is left; each is made once. */
function prototypesWithout(x: Matrix, members: readonly Example[]): (group: string) => Float32Array | null {
  const indices = Map.groupBy(members, ({ group }) => group);
  const sum = sumOf(
    x,
    members.map(({ index }) => index),
  );
  const made = new Map<string | null, Float32Array | null>();
  return (asked) => {
    const group = indices.has(asked) ? asked : null;
    const former = made.get(group);
    if (former !== undefined) return former;
    const out = (indices.get(asked) ?? []).map(({ index }) => index);
    const left = members.length - out.length;
    const outSum = sumOf(x, out);
    const prototype = left === 0 ? null : Float32Array.from(sum, (value, i) => (value - (outSum[i] ?? 0)) / left);
    made.set(group, prototype);
    return prototype;
  };
}

/** Likeness of every query to a kind that is known by `examples` alone. @param leftOut the column of the kind that plays the new one */
export function likenesses(
  x: Matrix,
  examples: readonly Example[],
  queries: readonly Example[],
  distances: Matrix,
  leftOut: number,
): number[] {
  const prototype = prototypeOf(
    x,
    examples.map(({ index }) => index),
  );
  return queries.map(({ index }, query) => {
    const toKnown = [...rowOf(distances, query)].filter((distance, at) => at !== leftOut && Number.isFinite(distance));
    return likeness(rowOf(x, index), prototype, toKnown);
  });
}

/** `shots` examples of a kind, of as many groups as there are. */
export function drawShots(members: readonly Example[], shots: number, random: Random): Example[] {
  const items = members.map(({ group, label }) => ({ group, label: String(label) }));
  return drawByGroup(items, [...items.keys()], shots, random).flatMap((at) => members[at] ?? []);
}

/**
 * Calibrates likeness for 1 … 5 examples on the labelled pictures, whose mix of kinds is what the probabilities presume. On groups
 * of train rows that gave no label, with 10 labels of each known kind: of finds (probability of at least a half) were promised →
 * came true with 1 / 2 / 3 / 5 examples steel_xsdd 0.85 → 0.81, 0.88 → 0.82, 0.86 → 0.84, 0.84 → 0.91; magnetic_tile, with a
 * handful of finds, 0.95 → 0.33, 0.69 → 0.64, 0.62 → 0.33, 0.76 → 0.67: few finds promise nothing.
 *
 * @returns ascending; nothing where fewer than two kinds of defect have pictures of another group than the examples'
 */
export function calibrateShots(
  x: Matrix,
  examples: readonly Example[],
  goodClass: number | null,
  random: Random,
): ShotCalibration[] {
  const kinds = [...new Set(examples.map(({ label }) => label))].sort((a, b) => a - b);
  const distances = distancesToKinds(x, examples, examples, kinds);
  return SHOTS.flatMap((shots) => {
    const scores: number[] = [];
    const truth: boolean[] = [];
    const used = new Set<number>();
    kinds.forEach((kind, column) => {
      const members = examples.filter(({ label }) => label === kind);
      if (kind === goodClass || members.length <= shots) return;
      for (let draw = 0; draw < DRAWS; draw++) {
        const drawn = drawShots(members, shots, random);
        const groups = new Set(drawn.map(({ group }) => group));
        const asked = likenesses(x, drawn, examples, distances, column);
        if (!examples.some(({ label, group }) => label === kind && !groups.has(group))) continue;
        used.add(kind);
        examples.forEach(({ label, group }, at) => {
          if (groups.has(group)) return;
          scores.push(asked[at] ?? 0);
          truth.push(label === kind);
        });
      }
    });
    if (used.size < LEAST_KINDS) return [];
    const platt = fitPlatt(scores, truth);
    const found = scores.map((score) => probabilityOf(score, platt) >= 0.5);
    const finds = found.filter(Boolean).length;
    const right = found.filter((is, at) => is && truth[at]).length;
    return [{ shots, kinds: used.size, finds, right, platt }];
  });
}

export function probabilityOf(likelihood: number, { slope, offset }: Platt): number {
  return sigmoid(slope * likelihood + offset);
}

/** What is known of `examples` examples: the calibration for as many, else for the next fewer; null without any. */
export function calibrationFor(calibrations: readonly ShotCalibration[], examples: number): ShotCalibration | null {
  return calibrations.findLast(({ shots }) => shots <= examples) ?? null;
}
