import type { SampleRole } from '#core/contract/book.ts';
import type { DefectRegion } from '#core/contract/engine.ts';
import { AppError } from '#core/contract/errors.ts';
import type { ClassId } from '#core/domain/ids.ts';
import type { Reader, Writer } from './handle.ts';
import { regionsOf } from './labels.ts';

interface By {
  readonly who: string;
  readonly atMs: number;
}

/** What was taken over from another line. */
interface LineTaken extends By {
  readonly line: string;
  /** Of the file. */
  readonly name: string;
  readonly sha256: string;
  readonly sections: readonly string[];
  /** How much is other than before. */
  readonly changed: number;
}

export function addLineTaken(db: Writer, { line, name, sha256, sections, changed, who, atMs }: LineTaken): void {
  db.run(
    'INSERT INTO line_taken (line, name, sha256, sections, changed, who, at_ms) VALUES (?, ?, ?, ?, ?, ?, ?)',
    ...[line, name, sha256, sections.join(' '), changed, who, atMs],
  );
}

/** Newest first. */
export function linesTaken(db: Reader, limit = 20): LineTaken[] {
  return db
    .all<Omit<LineTaken, 'sections'> & { sections: string }>(
      'SELECT line, name, sha256, sections, changed, who, at_ms AS atMs FROM line_taken ORDER BY id DESC LIMIT ?',
      limit,
    )
    .map((row) => ({ ...row, sections: row.sections.split(' ') }));
}

/** A limit sample of another line: to be looked at, and never to learn from. */
export interface BorrowedSample extends By {
  readonly id: number;
  readonly classId: ClassId;
  readonly role: SampleRole;
  readonly regions: readonly DefectRegion[];
  readonly note: string;
  /** Of the picture as it came. */
  readonly sha256: string;
  readonly width: number;
  readonly height: number;
  /** Relative to the data folder. */
  readonly file: string;
  readonly line: string;
}

const columns = `id, class_id AS classId, role, regions, note, sha256, width, height, file, line, who, at_ms AS atMs`;
const standing = 'NOT EXISTS (SELECT 1 FROM borrowed_sample_removed r WHERE r.sample_id = s.id)';
type Stored = Omit<BorrowedSample, 'regions'> & { readonly regions: string };
const toSample = (row: Stored): BorrowedSample => ({ ...row, regions: regionsOf(row.regions) });

/** Those that are in the book now, of each class in the order in which they came. */
export function borrowedSamples(db: Reader): BorrowedSample[] {
  return db
    .all<Stored>(`SELECT ${columns} FROM borrowed_sample s WHERE ${standing} ORDER BY class_id, id`)
    .map(toSample);
}

/** One that is in the book; null for any other. */
export function borrowedSample(db: Reader, id: number): BorrowedSample | null {
  const row = db.one<Stored>(`SELECT ${columns} FROM borrowed_sample s WHERE id = ? AND ${standing}`, id);
  return row === undefined ? null : toSample(row);
}

export function addBorrowed(db: Writer, sample: Omit<BorrowedSample, 'id'>): void {
  const { classId, role, regions, note, sha256, width, height, file, line, who, atMs } = sample;
  db.run(
    `INSERT INTO borrowed_sample (class_id, role, regions, note, sha256, width, height, file, line, who, at_ms)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    ...[classId, role, JSON.stringify(regions), note, sha256, width, height, file, line, who, atMs],
  );
}

/** Takes one out of the book; both stay on record. Throws `not_found` where it is in it no more. */
export function removeBorrowed(db: Writer, sampleId: number, reason: string, { who, atMs }: By): void {
  db.transaction(() => {
    if (borrowedSample(db, sampleId) === null) throw new AppError('not_found', { sampleId });
    db.run(
      'INSERT INTO borrowed_sample_removed (sample_id, reason, who, at_ms) VALUES (?, ?, ?, ?)',
      ...[sampleId, reason, who, atMs],
    );
  });
}
