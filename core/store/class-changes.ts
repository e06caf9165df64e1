import type { ClassId, ImageId } from '#core/domain/ids.ts';
import { AppError } from '#core/contract/errors.ts';
import type { ClassChange } from '#core/contract/classes.ts';
import { checkInUse, checkNameFree, keysOf, listClasses, type ClassRow } from './classes.ts';
import type { Reader, Writer } from './handle.ts';
import { addLabels, regionsOf } from './labels.ts';

/** Who changes a class, and when. */
export interface By {
  readonly who: string;
  readonly atMs: number;
}

interface Named {
  readonly name: string;
  readonly isGood: 0 | 1;
  readonly key: string | null;
  readonly description: string;
  readonly retired: 0 | 1;
}

function known(db: Reader, classId: ClassId): Named {
  const found = db.one<Named>(
    `SELECT name, is_good AS isGood, key, description, retired_at_ms IS NOT NULL AS retired FROM class WHERE id = ?`,
    classId,
  );
  if (found === undefined) throw new AppError('not_found', { classId });
  return found;
}

function record(
  db: Writer,
  classId: ClassId,
  change: { readonly what: ClassChange['what']; readonly old: string; readonly new: string; readonly batch?: number },
  { who, atMs }: By,
): void {
  db.run(
    'INSERT INTO class_change (class_id, what, old, new, batch, who, at_ms) VALUES (?, ?, ?, ?, ?, ?, ?)',
    ...[classId, change.what, change.old, change.new, change.batch ?? null, who, atMs],
  );
}

/** What people did to the classes, newest first. */
export function classChanges(db: Reader, limit: number): ClassChange[] {
  return db.all<ClassChange>(
    'SELECT id, class_id AS classId, what, old, new, who, at_ms AS atMs FROM class_change ORDER BY id DESC LIMIT ?',
    limit,
  );
}

/** What each class looks like, and from when on it is NG, in people's words. */
export function classDescriptions(db: Reader): Map<number, string> {
  const rows = db.all<{ id: number; description: string }>('SELECT id, description FROM class');
  return new Map(rows.map((row) => [row.id, row.description]));
}

/** Gives a class another name; what was labelled so, and what was taught, goes on under it. Throws `class_name_taken`. */
export function renameClass(db: Writer, classId: ClassId, name: string, by: By): void {
  db.transaction(() => {
    const { name: old } = known(db, classId);
    if (old === name) return;
    checkNameFree(db, name, classId);
    db.run('UPDATE class SET name = ? WHERE id = ?', name, classId);
    record(db, classId, { what: 'renamed', old, new: name }, by);
  });
}

export function describeClass(db: Writer, classId: ClassId, description: string, by: By): void {
  db.transaction(() => {
    const { description: old } = known(db, classId);
    if (old === description) return;
    db.run('UPDATE class SET description = ? WHERE id = ?', description, classId);
    record(db, classId, { what: 'described', old, new: description }, by);
  });
}

/**
 * Gives a class a key; the class that had it gets the old one in exchange. Throws `class_retired`, and `bad_input` for a key that
 * is not one of its own ({@link keysOf}).
 */
export function setClassKey(db: Writer, classId: ClassId, key: string | null, by: By): void {
  db.transaction(() => {
    checkInUse(db, classId);
    const { key: old, isGood } = known(db, classId);
    if (old === key) return;
    if (key !== null && !keysOf(isGood === 1).includes(key)) throw new AppError('bad_input', { key });
    const other = db.value<number>('SELECT id FROM class WHERE key = ?', key) as ClassId | undefined;
    const give = (id: ClassId, to: string | null): void => void db.run('UPDATE class SET key = ? WHERE id = ?', to, id);
    if (other !== undefined) give(other, null);
    give(classId, key);
    record(db, classId, { what: 'key', old: old ?? '', new: key ?? '' }, by);
    if (other === undefined) return;
    give(other, old);
    record(db, other, { what: 'key', old: key ?? '', new: old ?? '' }, by);
  });
}

/** Moves a class one place up or down among those in use; at the end it stays. */
export function moveClass(db: Writer, classId: ClassId, by: -1 | 1, who: By): void {
  db.transaction(() => {
    checkInUse(db, classId);
    const order = listClasses(db).map(({ id }) => id);
    const from = order.indexOf(classId);
    const to = from + by;
    const other = order[to];
    if (other === undefined) return;
    [order[from], order[to]] = [other, classId];
    order.forEach((id, at) => db.run('UPDATE class SET position = ? WHERE id = ?', at + 1, id));
    record(db, classId, { what: 'moved', old: String(from + 1), new: String(to + 1) }, who);
  });
}

/** Pictures that a class has now, with what was marked on them. */
const labelsOf = (db: Reader, classId: ClassId): { imageId: ImageId; regions: string | null }[] =>
  db.all(
    `SELECT c.image_id AS imageId, l.regions FROM current_label c JOIN label l ON l.id = c.label_id
     WHERE c.class_id = ? ORDER BY c.image_id`,
    classId,
  );

/** Gives all pictures of a class to another one in one batch; returns the batch, null where it had none. */
function moveLabels(db: Writer, from: ClassId, to: ClassId, { who, atMs }: By): number | null {
  const labels = labelsOf(db, from).map(({ imageId, regions }) => ({
    ...({ imageId, classId: to, regions: regionsOf(regions), source: 'teach', who, atMs } as const),
  }));
  addLabels(db, labels);
  return labels.length === 0 ? null : (db.value<number>('SELECT max(batch) FROM label') ?? null);
}

/**
 * Takes a class out of use: it is no longer offered and its key is free. Its labels stay as they are, which are then no longer taught,
 * or go to another class in one batch, which is taken back together. All or nothing.
 *
 * @param moveTo the class that gets the labels; null: they stay
 * @throws AppError `class_last` for the last good class or the last class of defects; `class_retired` where it, or the other
 *   one, is not in use; `bad_input` for itself
 */
export function retireClass(db: Writer, classId: ClassId, moveTo: ClassId | null, by: By): void {
  db.transaction(() => {
    checkInUse(db, classId);
    const { name, isGood } = known(db, classId);
    const alike = listClasses(db).filter((other) => other.isGood === (isGood === 1));
    if (alike.length < 2) throw new AppError('class_last', { isGood: isGood === 1 ? 'yes' : 'no' });
    if (moveTo === classId) throw new AppError('bad_input', { classId });
    const to = moveTo === null ? null : listClasses(db).find(({ id }) => id === moveTo);
    if (to === undefined) throw new AppError('class_retired');
    const batch = to === null ? null : moveLabels(db, classId, to.id, by);
    db.run('UPDATE class SET key = NULL, retired_at_ms = ? WHERE id = ?', by.atMs, classId);
    record(db, classId, { what: 'retired', old: name, new: to?.name ?? '', ...(batch === null ? {} : { batch }) }, by);
  });
}

/** Labels that a retirement moved away and that are still the newest word on their picture. */
const movedStanding = `SELECT c.label_id AS labelId FROM current_label c JOIN label l ON l.id = c.label_id
  WHERE l.batch = (SELECT batch FROM class_change WHERE class_id = ? AND what = 'retired' ORDER BY id DESC LIMIT 1)`;

/** How many labels would come back to a retired class with it. */
export function movedAway(db: Reader, classId: ClassId): number {
  return db.all(movedStanding, classId).length;
}

/**
 * Brings a retired class back into use, with the next free key.
 *
 * @param withLabels those that its retirement moved away and nobody has changed since come back, too
 */
export function bringBackClass(db: Writer, classId: ClassId, withLabels: boolean, by: By): void {
  db.transaction(() => {
    const { isGood, name, retired } = known(db, classId);
    if (retired === 0) return;
    const taken = new Set(listClasses(db).map(({ key }) => key));
    const key = keysOf(isGood === 1).find((candidate) => !taken.has(candidate)) ?? null;
    const moved = withLabels ? db.all<{ labelId: number }>(movedStanding, classId) : [];
    db.run('UPDATE class SET key = ?, retired_at_ms = NULL WHERE id = ?', key, classId);
    for (const { labelId } of moved)
      db.run(
        `INSERT INTO undo (label_id, redo, labels_through, who, at_ms)
         VALUES (?, 0, (SELECT max(id) FROM label), ?, ?)`,
        ...[labelId, by.who, by.atMs],
      );
    record(db, classId, { what: 'brought_back', old: '', new: name }, by);
  });
}

/** Every class, in use or not, by its number: what stands in lists and documents. */
export function classNames(db: Reader): Map<number, string> {
  const rows = db.all<Pick<ClassRow, 'id' | 'name'>>('SELECT id, name FROM class');
  return new Map(rows.map((row) => [row.id, row.name]));
}
