import type { ImageId } from '#core/domain/ids.ts';
import type { FrozenView } from '#core/contract/models.ts';
import type { Freezable } from '#core/domain/freeze-plan.ts';
import { upperBound } from '#core/domain/interval.ts';
import { groupKey } from './groups.ts';
import type { Reader, Writer } from './handle.ts';
import { labelledPictures } from './labels.ts';

/*
 * Pictures that only measure. A set stays frozen until a person ends it; while it holds its pictures are test rows
 * (`image_split`), and other pictures of the same parts teach nothing either.
 */

export interface FrozenSet {
  readonly id: number;
  readonly reason: string;
  readonly who: string;
  readonly atMs: number;
  readonly pictures: number;
}

/** Sets that hold, the oldest first. */
export function frozenSets(db: Reader): FrozenSet[] {
  return db.all<FrozenSet>(
    `SELECT s.id, s.reason, s.who, s.at_ms AS atMs, count(p.image_id) AS pictures
     FROM frozen_set s JOIN frozen_picture p ON p.set_id = s.id
     WHERE NOT EXISTS (SELECT 1 FROM frozen_end e WHERE e.set_id = s.id) GROUP BY s.id ORDER BY s.id`,
  );
}

/** The newest set that was ever frozen; 0 before the first. */
export function newestFrozenId(db: Reader): number {
  return db.value<number>('SELECT coalesce(max(id), 0) FROM frozen_set') ?? 0;
}

/** Labelled pictures that teach now. */
export function freezable(db: Reader): Freezable[] {
  return labelledPictures(db)
    .filter(({ split }) => split !== 'test')
    .map(({ imageId, group, isGood, source }) => ({ imageId, group, isDefect: !isGood, drawn: source === 'audit' }));
}

/** Labelled test rows: the frozen ones and those of a manifest. */
export function testRows(db: Reader): { readonly defects: number; readonly good: number } {
  const row = db.one<{ defects: number; good: number }>(
    `SELECT coalesce(sum(c.is_good = 0), 0) AS defects, coalesce(sum(c.is_good), 0) AS good
     FROM image_split s JOIN current_label l ON l.image_id = s.image_id JOIN class c ON c.id = l.class_id
     WHERE s.split = 'test'`,
  );
  return row ?? { defects: 0, good: 0 };
}

/** The sets that hold, and what the test rows can show. */
export function frozenView(db: Reader): FrozenView {
  const test = testRows(db);
  return { sets: frozenSets(db), test: { ...test, escapesAtMost: upperBound(0, test.defects) } };
}

/** Freezes pictures: from now on they only measure. */
export function freeze(
  db: Writer,
  imageIds: readonly ImageId[],
  by: { readonly reason: string; readonly who: string; readonly atMs: number },
): number {
  return db.transaction(() => {
    const { id } = db.run('INSERT INTO frozen_set (reason, who, at_ms) VALUES (?, ?, ?)', by.reason, by.who, by.atMs);
    for (const imageId of imageIds) db.run('INSERT INTO frozen_picture (set_id, image_id) VALUES (?, ?)', id, imageId);
    return id;
  });
}

/** Ends every set that holds: its pictures teach again, and what was compared on them is not comparable with what comes. */
export function unfreeze(
  db: Writer,
  by: { readonly reason: string; readonly who: string; readonly atMs: number },
): void {
  db.transaction(() => {
    for (const { id } of frozenSets(db))
      db.run(
        'INSERT INTO frozen_end (set_id, reason, who, at_ms) VALUES (?, ?, ?, ?)',
        ...[id, by.reason, by.who, by.atMs],
      );
  });
}

/** Groups of which a picture is frozen: what shows the same part teaches nothing, whenever it came. */
export function frozenGroups(db: Reader): ReadonlySet<string> {
  const rows = db.all<{ key: string }>(
    `SELECT DISTINCT ${groupKey} AS key FROM frozen_now f JOIN image i ON i.id = f.image_id
     LEFT JOIN image_split s ON s.image_id = i.id LEFT JOIN image_meta m ON m.image_id = i.id`,
  );
  return new Set(rows.map(({ key }) => key));
}
