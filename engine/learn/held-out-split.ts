import type { ImageRow } from '#core/contract/engine.ts';
import { Random } from '#core/domain/random.ts';
import { groupOf } from './reference.ts';

/** Share of groups that measure where no row is for testing. */
const HELD_OUT_SHARE = 0.3;

/**
 * Rows without any test split get one by group, so that good-only and few-label figures never measure on a group they saw.
 * Unlabelled rows stay on the training side.
 */
export function withSplit(rows: readonly ImageRow[], seed: number): ImageRow[] {
  if (rows.some(({ split }) => split === 'test')) return rows.map((row) => ({ ...row, split: row.split ?? 'train' }));
  const labelled = rows.filter(({ classIndex }) => classIndex !== undefined);
  const groups = new Random(seed).shuffle([...new Set(labelled.map(groupOf))].sort());
  const held = new Set(groups.slice(0, Math.round(groups.length * HELD_OUT_SHARE)));
  return rows.map((row) => ({
    ...row,
    split: row.classIndex !== undefined && held.has(groupOf(row)) ? 'test' : 'train',
  }));
}
