import type { Random } from './random.ts';

/** A picture that two people may be asked about. */
export interface SharedCandidate<Id> {
  readonly id: Id;
  /** Pictures of one group show the same part: one of them is enough. */
  readonly group: string;
  /** The smaller, the nearer to the decision; null: nothing is known. */
  readonly doubt: number | null;
  /** null: nobody has judged it. */
  readonly isDefect: boolean | null;
}

export const sharedReasons = ['doubtful', 'known', 'random'] as const;
export type SharedReason = (typeof sharedReasons)[number];

/** Of a subset: nearest to the decision; already labelled, good and defect alike. The rest is drawn from everything. */
const DOUBTFUL = 1 / 2;
const KNOWN = 1 / 4;

/**
 * Draws pictures for two people: half where people are likely to differ, a quarter so that both good and bad parts are among
 * them, a quarter by chance, no part twice. What one share lacks the others fill. Fewer than `size` where there are fewer.
 * The same seed draws the same pictures.
 */
export function drawShared<Id>(
  candidates: readonly SharedCandidate<Id>[],
  size: number,
  random: Random,
): { readonly id: Id; readonly why: SharedReason }[] {
  const pool = random.shuffle([...candidates]);
  const drawn: { id: Id; why: SharedReason }[] = [];
  const used = new Set<string>();
  const take = (from: readonly SharedCandidate<Id>[], most: number, why: SharedReason): void => {
    let left = Math.min(most, size - drawn.length);
    for (const { id, group } of from) {
      if (left <= 0) return;
      if (used.has(group)) continue;
      used.add(group);
      drawn.push({ id, why });
      left--;
    }
  };
  const doubtful = pool.filter(({ doubt }) => doubt !== null);
  take(
    doubtful.toSorted((a, b) => (a.doubt ?? 0) - (b.doubt ?? 0)),
    Math.round(size * DOUBTFUL),
    'doubtful',
  );
  const known = Math.floor((size * KNOWN) / 2);
  for (const isDefect of [true, false])
    take(
      pool.filter((one) => one.isDefect === isDefect),
      known,
      'known',
    );
  take(pool, size, 'random');
  return drawn;
}
