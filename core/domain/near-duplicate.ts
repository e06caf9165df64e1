import { quantile } from './conformal.ts';

/*
 * A near-duplicate shows the same part in the same place once more: a line that stands still, a file copied and compressed anew.
 * It is a hint and nothing more. Where parts look alike by nature, different parts measure as near as repeats do: of the
 * perceptual hashes of different ball screws half are equal to another one's, and of rolled steel fewer than one in a hundred are.
 */

/** Pictures of the same camera before it that a picture is compared with. */
export const REPEAT_WINDOW = 200;

/** Bits in which two perceptual hashes of 64 bits (16 hex digits) differ, 0..64. */
export function hashDistance(a: string, b: string): number {
  let bits = 0;
  for (const half of [0, 8]) {
    let word = Number.parseInt(a.slice(half, half + 8), 16) ^ Number.parseInt(b.slice(half, half + 8), 16);
    for (; word !== 0; word &= word - 1) bits++;
  }
  return bits;
}

/** For each item but the first, the least distance to one of the {@link REPEAT_WINDOW} before it. */
export function nearestBefore<T>(items: readonly T[], distance: (a: T, b: T) => number): number[] {
  return items.slice(1).map((item, at) => {
    let least = Number.POSITIVE_INFINITY;
    for (let other = Math.max(0, at + 1 - REPEAT_WINDOW); other <= at; other++)
      least = Math.min(least, distance(item, items[other] as T));
    return least;
  });
}

/**
 * Up to which distance a picture counts as a repeat: half of what all but one in twenty different pictures of this camera keep
 * from their nearest. `null` where that is below `least`, what the same scene measures when it is taken twice: the camera's pictures
 * are too much alike to tell.
 */
export function repeatLimit(nearest: readonly number[], least: number): number | null {
  if (nearest.length === 0) return null;
  const limit = quantile(nearest, 0.05) / 2;
  return limit < least ? null : limit;
}

/** The same scene taken again differs by up to 1 bit in half of the cases and up to 4 in nearly all. */
export const LEAST_REPEAT_BITS = 2;
/** 1 − cosine of two embeddings. */
export const LEAST_REPEAT_ANGLE = 0.002;
