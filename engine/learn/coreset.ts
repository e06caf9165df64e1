import type { Random } from '#core/domain/random.ts';
import { rowOf } from './matrix.ts';
import type { Matrix } from './matrix.ts';
import { breathe } from './progress.ts';

/** Rows chosen between two looks at the signal. */
const ROWS_AT_A_TIME = 32;

/**
 * The rows of `m` that stand for all of them: each is the one farthest from those before it (the greedy k-centre of Gonzalez
 * 1985, as PatchCore chooses its bank, Roth et al. 2022, algorithm 1). What is rare among good pictures is kept, where a uniform
 * draw would lose it.
 *
 * @returns positions in the order of choice, at most `size`; fewer where the rest are copies of chosen rows
 * @throws the signal's reason
 */
export async function coresetOf(m: Matrix, size: number, random: Random, signal: AbortSignal): Promise<number[]> {
  const { rows, columns, data } = m;
  const nearest = new Float64Array(rows).fill(Infinity);
  const chosen: number[] = [];
  let next = rows === 0 ? -1 : random.below(rows);
  while (next >= 0 && chosen.length < size) {
    if (chosen.length % ROWS_AT_A_TIME === 0) await breathe(signal);
    chosen.push(next);
    const centre = rowOf(m, next);
    next = -1;
    let farthest = 0;
    for (let row = 0; row < rows; row++) {
      const known = nearest[row] as number;
      let square = 0;
      for (let i = 0, at = row * columns; i < columns && square < known; i++, at++) {
        const difference = (data[at] as number) - (centre[i] as number);
        square += difference * difference;
      }
      const now = Math.min(known, square);
      nearest[row] = now;
      if (now > farthest) {
        farthest = now;
        next = row;
      }
    }
  }
  return chosen;
}
