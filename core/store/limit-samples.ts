import type { ClassId, ImageId } from '#core/domain/ids.ts';
import type { BookChange, SampleRole } from '#core/contract/book.ts';
import type { DefectRegion } from '#core/contract/engine.ts';
import { AppError } from '#core/contract/errors.ts';
import { checkInUse } from './classes.ts';
import type { Reader, Writer } from './handle.ts';
import { regionsOf } from './labels.ts';

export interface SampleRow {
  readonly id: number;
  readonly classId: ClassId;
  readonly imageId: ImageId;
  readonly role: SampleRole;
  readonly regions: readonly DefectRegion[];
  readonly note: string;
  readonly who: string;
  readonly atMs: number;
}

const standing = 'NOT EXISTS (SELECT 1 FROM limit_sample_removed r WHERE r.sample_id = s.id)';

/** The samples that are in the book now, those of one class in the order in which they were added. */
export function limitSamples(db: Reader): SampleRow[] {
  return db
    .all<Omit<SampleRow, 'regions'> & { regions: string }>(
      `SELECT s.id, s.class_id AS classId, s.image_id AS imageId, s.role, s.regions, s.note, s.who, s.at_ms AS atMs
       FROM limit_sample s WHERE ${standing} ORDER BY s.class_id, s.id`,
    )
    .map((row) => ({ ...row, regions: regionsOf(row.regions) }));
}

/** Changes of the book, newest first. */
export function bookHistory(db: Reader, limit: number): BookChange[] {
  return db.all<BookChange>(
    `SELECT what, classId, imageId, role, note, who, atMs FROM (
       SELECT 'added' AS what, class_id AS classId, image_id AS imageId, role, note, who, at_ms AS atMs, id AS ord, 1 AS later
       FROM limit_sample
       UNION ALL
       SELECT 'removed', s.class_id, s.image_id, s.role, r.reason, r.who, r.at_ms, s.id, 0
       FROM limit_sample_removed r JOIN limit_sample s ON s.id = r.sample_id)
     ORDER BY atMs DESC, later DESC, ord DESC LIMIT ?`,
    limit,
  );
}

/** How often the book was changed, and when last. */
export function bookVersion(db: Reader): { version: number; changedAtMs: number | null } {
  const found = db.one<{ version: number; changedAtMs: number | null }>(
    `SELECT count(*) AS version, max(at) AS changedAtMs FROM (
       SELECT at_ms AS at FROM limit_sample UNION ALL SELECT at_ms FROM limit_sample_removed)`,
  );
  return found ?? { version: 0, changedAtMs: null };
}

interface NewSample extends Omit<SampleRow, 'id' | 'regions'> {
  /** Where to look; undefined: as the label says. */
  readonly regions: readonly DefectRegion[] | undefined;
}

/** What the picture must be labelled as: a limit that is still good is a good picture, any other shows its class. */
function checkLabel(db: Reader, { imageId, classId, role }: NewSample): string | null {
  const isGood = db.value<0 | 1>('SELECT is_good FROM class WHERE id = ?', classId) === 1;
  // A limit divides good from bad: it belongs to what is bad.
  if (isGood && role !== 'typical') throw new AppError('bad_input', { role });
  const label = db.one<{ classId: ClassId; name: string; isGood: 0 | 1; regions: string | null }>(
    `SELECT c.id AS classId, c.name, c.is_good AS isGood, l.regions FROM current_label n
     JOIN class c ON c.id = n.class_id JOIN label l ON l.id = n.label_id WHERE n.image_id = ?`,
    imageId,
  );
  if (label === undefined) throw new AppError('sample_unlabelled');
  const fits = role === 'limit_ok' ? label.isGood === 1 : label.classId === classId;
  if (!fits) throw new AppError('sample_labelled_otherwise', { name: label.name });
  return label.regions;
}

/**
 * Puts a labelled picture into the book; the same picture in another role of the same class takes the place of the first.
 * Throws `class_retired`, `sample_unlabelled`, `sample_labelled_otherwise`.
 */
export function addSample(db: Writer, sample: NewSample): number {
  return db.transaction(() => {
    const { classId, imageId, role, regions, note, who, atMs } = sample;
    checkInUse(db, classId);
    const marked = checkLabel(db, sample);
    const before = db.value<number>(
      `SELECT s.id FROM limit_sample s WHERE s.class_id = ? AND s.image_id = ? AND ${standing}`,
      ...[classId, imageId],
    );
    if (before !== undefined) removeSample(db, before, { reason: note, who, atMs });
    return db.run(
      'INSERT INTO limit_sample (class_id, image_id, role, regions, note, who, at_ms) VALUES (?, ?, ?, ?, ?, ?, ?)',
      ...[classId, imageId, role, JSON.stringify(regions ?? regionsOf(marked)), note, who, atMs],
    ).id;
  });
}

/** Takes a sample out of the book; both stay in its history. Throws `not_found` where it is in it no more. */
export function removeSample(
  db: Writer,
  sampleId: number,
  { reason, who, atMs }: { readonly reason: string; readonly who: string; readonly atMs: number },
): void {
  db.transaction(() => {
    if (db.value(`SELECT 1 FROM limit_sample s WHERE s.id = ? AND ${standing}`, sampleId) === undefined)
      throw new AppError('not_found', { sampleId });
    db.run(
      'INSERT INTO limit_sample_removed (sample_id, reason, who, at_ms) VALUES (?, ?, ?, ?)',
      ...[sampleId, reason, who, atMs],
    );
  });
}
