import type { Random } from './random.ts';

/** What a split needs to know of a picture: its class, and which others show the same part, lot or moment. */
export interface Grouped {
  readonly group: string;
  readonly label: string;
}

function groupsOf(items: readonly Grouped[], indices: Iterable<number>): Map<string, number[]> {
  const groups = new Map<string, number[]>();
  for (const index of indices) {
    const group = items[index]?.group ?? '';
    const members = groups.get(group);
    if (members) members.push(index);
    else groups.set(group, [index]);
  }
  return groups;
}

function variance(values: readonly number[]): number {
  const mean = values.reduce((a, b) => a + b, 0) / values.length;
  return values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length;
}

/**
 * Assigns each item a fold 0 … `folds` − 1 so that no group is in two folds and each class is spread as evenly as the groups
 * allow (the greedy rule of scikit-learn's StratifiedGroupKFold: most uneven group first, into the fold that leaves the class
 * shares most equal, then the emptiest). With fewer groups than folds some folds stay empty.
 */
export function stratifiedGroupFolds(items: readonly Grouped[], folds: number, random: Random): Int32Array {
  if (!Number.isInteger(folds) || folds < 1) throw new RangeError(`${folds} folds`);
  const classes = [...new Set(items.map((item) => item.label))].sort();
  const classAt = new Map(classes.map((label, at) => [label, at]));
  const countsOf = (members: readonly number[]): number[] => {
    const counts = new Array<number>(classes.length).fill(0);
    for (const index of members) {
      const at = classAt.get(items[index]?.label ?? '') ?? 0;
      counts[at] = (counts[at] ?? 0) + 1;
    }
    return counts;
  };
  const totals = countsOf(items.map((_, index) => index));
  const groups = [...groupsOf(items, items.keys()).values()].map((members) => {
    const counts = countsOf(members);
    return { members, counts, unevenness: variance(counts) };
  });
  // Shuffled first: the sort is stable, so that equal groups fall in a seeded order, not in the order of file names.
  random.shuffle(groups).sort((a, b) => b.unevenness - a.unevenness);

  const held = Array.from({ length: folds }, () => new Array<number>(classes.length).fill(0));
  const sizes = new Array<number>(folds).fill(0);
  const foldOf = new Int32Array(items.length);
  for (const { members, counts } of groups) {
    let best = 0;
    let bestSpread = Infinity;
    for (let fold = 0; fold < folds; fold++) {
      let spread = 0;
      for (let at = 0; at < classes.length; at++) {
        const shares = held.map((row, other) => {
          const extra = other === fold ? (counts[at] ?? 0) : 0;
          return ((row[at] ?? 0) + extra) / (totals[at] ?? 1);
        });
        spread += Math.sqrt(variance(shares)) / classes.length;
      }
      const equal = Math.abs(spread - bestSpread) < 1e-12;
      if ((!equal && spread < bestSpread) || (equal && (sizes[fold] ?? 0) < (sizes[best] ?? 0))) {
        best = fold;
        bestSpread = Math.min(spread, bestSpread);
      }
    }
    held[best] = (held[best] ?? []).map((count, at) => count + (counts[at] ?? 0));
    sizes[best] = (sizes[best] ?? 0) + members.length;
    for (const index of members) foldOf[index] = best;
  }
  return foldOf;
}

/** `count` of `indices`, going round the groups in a random order and taking one picture of each before a second of any. */
export function drawByGroup(
  items: readonly Grouped[],
  indices: readonly number[],
  count: number,
  random: Random,
): number[] {
  const queues = random.shuffle([...groupsOf(items, indices).values()].map((members) => random.shuffle(members)));
  const drawn: number[] = [];
  for (let round = 0; drawn.length < count && drawn.length < indices.length; round++) {
    for (const queue of queues) {
      const index = queue[round];
      if (index !== undefined && drawn.length < count) drawn.push(index);
    }
  }
  return drawn;
}

/** A picture whose label may be used. */
export interface Drawable extends Grouped {
  readonly isDefect: boolean;
}

/**
 * One draw of few labels for a label-efficiency curve: `k` defect and `k`·`goodFactor` good pictures; where no picture is
 * good, `k` of each class. Pictures of one group show the same part, so a second of a group is taken only when the groups
 * run out. Returns ascending indices into `items`, fewer than asked where there are fewer.
 */
export function drawLabels(items: readonly Drawable[], k: number, goodFactor: number, random: Random): number[] {
  const good = [...items.keys()].filter((index) => !items[index]?.isDefect);
  const defects = [...items.keys()].filter((index) => items[index]?.isDefect);
  const drawn: number[] = [];
  if (good.length > 0) {
    drawn.push(...drawByGroup(items, defects, k, random));
    drawn.push(...drawByGroup(items, good, Math.round(k * goodFactor), random));
  } else {
    for (const label of [...new Set(items.map((item) => item.label))].sort())
      drawn.push(
        ...drawByGroup(
          items,
          defects.filter((index) => items[index]?.label === label),
          k,
          random,
        ),
      );
  }
  return drawn.sort((a, b) => a - b);
}
