import { exactInterval } from '../interval.ts';
import { drawnDiscrepancies, kernelReference, strangeness } from './kernel.ts';
import { type DriftDirection, type DriftMeasure, type Side, sidesOf } from './measures.ts';
import { batchSize, midRank, RANK_VARIANCE, slackOf } from './ranks.ts';

/** One thing that is bet on: that the mean of a value 0..1 of each picture is above `bound`. */
export interface Watched {
  readonly direction: DriftDirection;
  readonly value: number;
  readonly sign: 1 | -1;
  readonly as: 'ranks' | 'rates' | 'kind';
  readonly tolerance: number;
  readonly bound: number;
  /** kind: which one; null: any that the reference never showed. */
  readonly classId: number | null;
}

/** How a measure of a camera normally is: frozen, so that what drifts never becomes normal by itself. Plain JSON. */
export interface DriftNormal {
  readonly measure: DriftMeasure;
  /** Pictures that it was learnt from. */
  readonly pictures: number;
  /** Values of each number, sorted. */
  readonly samples: readonly (readonly number[])[];
  readonly watched: readonly Watched[];
  /** Successive parts that count as one. */
  readonly batch: number;
  /** look: 2σ² of the kernel, and how much drawn blocks differ, sorted. */
  readonly blocks: { readonly width: number; readonly drawn: readonly number[] } | null;
}

/** One picture of a measure. */
export interface DriftPicture {
  readonly imageId: number;
  /** Successive pictures of one part count as one; null: of a part of its own. */
  readonly part: string | null;
  readonly values: readonly number[];
}

/** What a picture says of each thing watched, 0..1. */
export function saidBy(watched: Watched, samples: DriftNormal['samples'], values: readonly number[]): number {
  const value = values[watched.value] ?? 0;
  if (watched.as === 'rates') return watched.sign === 1 ? value : 1 - value;
  const sample = samples[watched.value] ?? [];
  if (watched.as === 'kind')
    return (watched.classId === null ? !sample.includes(value) : value === watched.classId) ? 1 : 0;
  const rank = midRank(sample, value - watched.sign * watched.tolerance);
  return watched.sign === 1 ? rank : 1 - rank;
}

/** The mean of each part's pictures, in order. */
function partMeans(pictures: readonly DriftPicture[], of: (values: readonly number[]) => number): number[] {
  const parts: { part: string | null; sum: number; count: number }[] = [];
  for (const { part, values } of pictures) {
    const last = parts.at(-1);
    if (last !== undefined && part !== null && last.part === part) {
      last.sum += of(values);
      last.count++;
    } else parts.push({ part, sum: of(values), count: 1 });
  }
  return parts.map(({ sum, count }) => sum / count);
}

/** Of a share the interval that its reference leaves: about as wide as two standard errors. */
const SHARE_CONFIDENCE = 0.96;

/** Each kind that the reference showed, and any that it never did. */
function kindsWatched(kinds: readonly number[]): Watched[] {
  const known = [...new Set(kinds)].toSorted((a, b) => a - b);
  return [...known, null].map((classId) => {
    const count = kinds.filter((one) => one === classId).length;
    const { upper } = exactInterval(count, kinds.length, SHARE_CONFIDENCE);
    return { direction: 'kind_up', value: 0, sign: 1, as: 'kind', tolerance: 0, bound: upper, classId };
  });
}

function watchedOf(
  side: Side,
  pictures: readonly DriftPicture[],
  samples: DriftNormal['samples'],
  batch: number,
): Watched {
  const plain: Watched = { ...side, tolerance: 0, bound: 0.5, classId: null };
  const means = partMeans(pictures, (values) => saidBy(plain, samples, values));
  if (side.as === 'ranks')
    return { ...plain, tolerance: side.tolerance, bound: 0.5 + slackOf(means, batch, RANK_VARIANCE) };
  const events = means.reduce((sum, mean) => sum + mean, 0);
  const { upper } = exactInterval(events, means.length, SHARE_CONFIDENCE);
  const bound = Math.max(upper, events / means.length + slackOf(means, batch, 0));
  // Of what always was so there cannot be more: a bet on it never gains.
  return { ...plain, bound: Math.min(1, bound) };
}

function sidesNormal(
  measure: DriftMeasure,
  pictures: readonly DriftPicture[],
  samples: DriftNormal['samples'],
): Pick<DriftNormal, 'samples' | 'watched' | 'batch'> {
  const sides = sidesOf[measure];
  const sizes = sides.map((side) => {
    const plain: Watched = { ...side, tolerance: 0, bound: 0.5, classId: null };
    return batchSize(partMeans(pictures, (values) => saidBy(plain, samples, values)));
  });
  const batch = Math.max(1, ...sizes);
  return { samples, batch, watched: sides.map((side) => watchedOf(side, pictures, samples, batch)) };
}

const sortedValues = (pictures: readonly DriftPicture[], at: number): number[] =>
  pictures.map(({ values }) => values[at] ?? 0).toSorted((a, b) => a - b);

/** Learns how the look normally is from embeddings of pictures in order of arrival; at least four. */
export function learnLook(pictures: readonly DriftPicture[], vectors: readonly ArrayLike<number>[]): DriftNormal {
  const { held, ...reference } = kernelReference(vectors);
  const looked = pictures
    .filter((_, at) => at % 2 === 1)
    .map((picture, at) => ({ ...picture, values: [strangeness(held[at] ?? [], reference)] }));
  return {
    ...sidesNormal('look', looked, [sortedValues(looked, 0)]),
    ...{ measure: 'look', pictures: pictures.length },
    blocks: { width: reference.width, drawn: drawnDiscrepancies(held, reference) },
  };
}

/** Learns how any other measure normally is from pictures in order of arrival; at least two. */
export function learnNormal(measure: Exclude<DriftMeasure, 'look'>, pictures: readonly DriftPicture[]): DriftNormal {
  const about = { measure, pictures: pictures.length, blocks: null };
  if (measure === 'kinds') {
    const kinds = pictures.map(({ values }) => values[0] ?? 0);
    return { ...about, samples: [sortedValues(pictures, 0)], watched: kindsWatched(kinds), batch: 1 };
  }
  const numbers = 1 + Math.max(...sidesOf[measure].map(({ value }) => value));
  const samples = Array.from({ length: numbers }, (_, at) => sortedValues(pictures, at));
  return { ...about, ...sidesNormal(measure, pictures, samples) };
}
