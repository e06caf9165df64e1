import { logGamma } from './beta.ts';

/** How many pictures are drawn from a group before its others are labelled without being looked at. */
export const SPOT_CHECK = 20;

const logChoose = (n: number, k: number): number => logGamma(n + 1) - logGamma(k + 1) - logGamma(n - k + 1);

/** P(X ≥ `right`) where X counts what is right among `drawn` of `size`, `rightInAll` of which are: the hypergeometric tail. */
export function rightTail(right: number, drawn: number, rightInAll: number, size: number): number {
  const least = Math.max(right, drawn - (size - rightInAll));
  const most = Math.min(drawn, rightInAll);
  const all = logChoose(size, drawn);
  let sum = 0;
  for (let x = least; x <= most; x++)
    sum += Math.exp(logChoose(rightInAll, x) + logChoose(size - rightInAll, drawn - x) - all);
  return Math.min(1, sum);
}

/** What a spot check proves of the group that it was drawn from. */
export interface Purity {
  readonly size: number;
  readonly drawn: number;
  readonly right: number;
  /** Pictures of the group that are right at least, one-sided; all that were seen to be right where all were drawn. */
  readonly atLeast: number;
}

/**
 * Exact one-sided lower bound of how many of a finite group are right, from a sample without replacement: the least number that would
 * show so many right ones with a chance above 1 − `confidence` (the hypergeometric test turned round; Buonaccorsi 1987). Covers the truth
 * at least `confidence` of the time.
 *
 * @throws RangeError where the counts contradict each other
 */
export function purityOf(size: number, drawn: number, right: number, confidence = 0.95): Purity {
  if (!(right >= 0 && right <= drawn && drawn <= size && [size, drawn, right].every(Number.isInteger)))
    throw new RangeError(`${right} right of ${drawn} drawn of ${size}`);
  let impossible = right - 1;
  let possible = size - (drawn - right);
  // The tail grows with the number that is right: halving cannot miss where it passes the limit.
  while (possible - impossible > 1) {
    const middle = Math.floor((possible + impossible) / 2);
    if (rightTail(right, drawn, middle, size) > 1 - confidence) possible = middle;
    else impossible = middle;
  }
  return { size, drawn, right, atLeast: drawn === 0 ? 0 : possible };
}
