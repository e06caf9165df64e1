import type { ClassId } from '#core/domain/ids.ts';
import { AppError } from '#core/contract/errors.ts';
import type { ClassView } from '#core/contract/views.ts';
import type { Reader, Writer } from './handle.ts';

/** Keys of a good class, and of a class of defects: `3` is to hold. */
const GOOD_KEYS = ['1'];
const DEFECT_KEYS = ['2', '4', '5', '6', '7', '8', '9'];

/** The keys that a class may have. */
export const keysOf = (isGood: boolean): readonly string[] => (isGood ? GOOD_KEYS : DEFECT_KEYS);

export type ClassRow = ClassView & { readonly id: ClassId };
type Stored = Omit<ClassRow, 'isGood'> & { readonly isGood: 0 | 1 };

function select(db: Reader, which: string): ClassRow[] {
  return db
    .all<Stored>(
      `SELECT c.id, c.name, c.is_good AS isGood, c.key,
         (SELECT count(*) FROM current_label l WHERE l.class_id = c.id) AS labels
       FROM class c WHERE c.retired_at_ms IS ${which} NULL ORDER BY c.position, c.id`,
    )
    .map((row) => ({ ...row, isGood: row.isGood === 1 }));
}

/** Classes in use in the order that people gave them, with the labels that each holds now. */
export function listClasses(db: Reader): ClassRow[] {
  return select(db, '');
}

/** Classes that take no labels any more; what was labelled so still says so. */
export function retiredClasses(db: Reader): ClassRow[] {
  return select(db, 'NOT');
}

/** Throws `class_retired` where a class takes no labels (any more). */
export function checkInUse(db: Reader, classId: ClassId): void {
  if (db.value('SELECT 1 FROM class WHERE id = ? AND retired_at_ms IS NULL', classId) === undefined)
    throw new AppError('class_retired');
}

/** Throws `class_name_taken` where a class, in use or not, is called so; `except`: not counting itself. */
export function checkNameFree(db: Reader, name: string, except?: ClassId): void {
  const other = db.one<{ retired: 0 | 1 }>(
    'SELECT retired_at_ms IS NOT NULL AS retired FROM class WHERE name = ? AND id IS NOT ?',
    name,
    except ?? null,
  );
  if (other !== undefined)
    throw new AppError('class_name_taken', { name, retired: other.retired === 1 ? 'yes' : 'no' });
}

/**
 * Adds a class and gives it the next free key (1 good, 2 and 4-9 defects, then none). Throws `bad_input` where a class of
 * that name means the opposite and `class_name_taken` where it is no longer in use; the same name with the same meaning is the
 * same class.
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
    checkNameFree(db, entry.name);
    const taken = new Set(classes.map((other) => other.key));
    const key = keysOf(entry.isGood).find((candidate) => !taken.has(candidate)) ?? null;
    return db.run(
      `INSERT INTO class (name, is_good, key, position, created_at_ms)
       VALUES (?, ?, ?, (SELECT coalesce(max(position), 0) + 1 FROM class), ?)`,
      ...[entry.name, entry.isGood ? 1 : 0, key, entry.atMs],
    ).id as ClassId;
  });
}
