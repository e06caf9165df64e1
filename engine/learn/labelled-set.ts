import type { ImageRow } from '#core/contract/engine.ts';
import { AppError } from '#core/contract/errors.ts';
import { stratifiedGroupFolds } from '#core/domain/group-split.ts';
import type { Random } from '#core/domain/random.ts';
import { groupOf } from './reference.ts';
import type { Example } from './evidence.ts';

const MOST_FOLDS = 5;

/** Labels and pool of a teaching: rows of the test split are in neither. */
export interface LabelledSet {
  readonly examples: readonly Example[];
  /** Good or presumed good: labelled good, and unlabelled; empty where no class is good. */
  readonly pool: readonly number[];
  readonly hasDefect: boolean;
}

/** @throws AppError `bad_input` when a label names no class */
export function labelledSet(rows: readonly ImageRow[], classes: number, goodClass: number | null): LabelledSet {
  const examples: Example[] = [];
  const pool: number[] = [];
  rows.forEach((row, index) => {
    if (row.split === 'test') return;
    const label = row.classIndex;
    if (label === undefined) {
      if (goodClass !== null && row.isDefect !== true) pool.push(index);
      return;
    }
    if (label >= classes) throw new AppError('bad_input', { detail: `class ${label} of ${classes}` });
    examples.push({ index, label, group: groupOf(row) });
    if (label === goodClass) pool.push(index);
  });
  return { examples, pool, hasDefect: examples.some(({ label }) => label !== goodClass) };
}

/** One way to part the examples: none of `held`'s groups is in `train`. */
export interface Fold {
  readonly train: readonly Example[];
  readonly held: readonly Example[];
}

/**
 * Group-wise cross-validation: as many folds as the class with the fewest groups allows, 2 to {@link MOST_FOLDS}. Empty when
 * all examples are of one group.
 */
export function groupFolds(examples: readonly Example[], random: Random): Fold[] {
  const groupsByClass = new Map<number, Set<string>>();
  for (const { label, group } of examples) groupsByClass.set(label, (groupsByClass.get(label) ?? new Set()).add(group));
  const fewest = Math.min(...[...groupsByClass.values()].map((groups) => groups.size));
  const count = Math.min(MOST_FOLDS, Math.max(2, fewest));
  const folds = stratifiedGroupFolds(
    examples.map(({ group, label }) => ({ group, label: String(label) })),
    count,
    random,
  );
  return Array.from({ length: count }, (_, fold) => ({
    train: examples.filter((_example, at) => folds[at] !== fold),
    held: examples.filter((_example, at) => folds[at] === fold),
  })).filter(({ train, held }) => train.length > 0 && held.length > 0);
}
