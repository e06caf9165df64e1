import type { ClassId } from '#core/domain/ids.ts';
import { AppError } from '#core/contract/errors.ts';
import type { ClassView } from '#core/contract/views.ts';
import type { Reader, Writer } from './handle.ts';

/** Key of the first good class, of the first defect class, then of the further defect classes. */
const GOOD_KEY = '1';
const DEFECT_KEYS = ['2', '4', '5', '6', '7', '8', '9'];

type Stored = Omit<ClassView, 'isGood' | 'id'> & { readonly id: ClassId; readonly isGood: 0 | 1 };

/** Classes in the order in which they were made, with the labels that each holds now. */
export function listClasses(db: Reader): (ClassView & { readonly id: ClassId })[] {
  return db
    .all<Stored>(
      `SELECT c.id, c.name, c.is_good AS isGood, c.key,
         (SELECT count(*) FROM current_label l WHERE l.class_id = c.id) AS labels FROM class c ORDER BY c.id`,
    )
    .map((row) => ({ ...row, isGood: row.isGood === 1 }));
}

/**
 * Adds a class and gives it the next free key (1 good, 2 and 4-9 defects, then none). Throws `bad_input` where a class of
 * that name means the opposite; the same name with the same meaning is the same class.
 */
export function addClass(
  db: Writer,
  entry: { readonly name: string; readonly isGood: boolean; readonly atMs: number },
): ClassId {
  return db.transaction(() => {
    const classes = listClasses(db);
    const same = classes.find((other) => other.name === entry.name);
    if (same !== undefined) {
      if (same.isGood !== entry.isGood) throw new AppError('bad_input', { name: entry.name });
      return same.id;
    }
    const taken = new Set(classes.map((other) => other.key));
    const key = (entry.isGood ? [GOOD_KEY] : DEFECT_KEYS).find((candidate) => !taken.has(candidate)) ?? null;
    return db.run(
      'INSERT INTO class (name, is_good, key, created_at_ms) VALUES (?, ?, ?, ?)',
      ...[entry.name, entry.isGood ? 1 : 0, key, entry.atMs],
    ).id as ClassId;
  });
}
