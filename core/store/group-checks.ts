import type { ClassId, ImageId, LabelId } from '#core/domain/ids.ts';
import type { Reader, Writer } from './handle.ts';
import { addLabels, type NewLabel } from './labels.ts';

export interface GroupAnswer {
  /** null: not answered. */
  readonly isClass: boolean | null;
  /** What a wrong one is instead; null: not said. */
  readonly classId: ClassId | null;
  readonly durationMs: number | null;
}

export interface GroupCheck {
  readonly id: number;
  readonly classId: ClassId;
  readonly size: number;
  readonly seed: number;
  /** In the order of the draw. */
  readonly drawn: readonly ImageId[];
  readonly who: string;
  readonly atMs: number;
}

type Stored = Omit<GroupCheck, 'drawn'> & { readonly drawn: string };

interface Said {
  readonly who: string;
  readonly atMs: number;
}

const select = `SELECT g.id, g.class_id AS classId, g.size, g.seed, g.drawn, g.who, g.at_ms AS atMs FROM group_check g`;
const open = 'NOT EXISTS (SELECT 1 FROM group_end x WHERE x.check_id = g.id)';
const parsed = (row: Stored): GroupCheck => ({ ...row, drawn: JSON.parse(row.drawn) as ImageId[] });

/** Records a group, its class and what was drawn from it, before the first picture is shown. */
export function addGroupCheck(
  db: Writer,
  group: {
    readonly classId: ClassId;
    readonly members: readonly ImageId[];
    readonly seed: number;
    readonly drawn: readonly ImageId[];
  } & Said,
): number {
  const { classId, members, seed, drawn, who, atMs } = group;
  return db.run(
    'INSERT INTO group_check (class_id, members, size, seed, drawn, who, at_ms) VALUES (?, ?, ?, ?, ?, ?, ?)',
    ...[classId, JSON.stringify(members), members.length, seed, JSON.stringify(drawn), who, atMs],
  ).id;
}

/**
 * The seed by which the same pictures were drawn from for the same class before; null: never. Drawing again until a draw comes out well
 * would prove nothing.
 */
export function formerSeed(db: Reader, classId: ClassId, members: readonly ImageId[]): number | null {
  const sql = 'SELECT seed FROM group_check WHERE class_id = ? AND size = ? AND members = ? ORDER BY id LIMIT 1';
  return db.value<number>(sql, classId, members.length, JSON.stringify(members)) ?? null;
}

/** Checks that nobody has ended, the newest first. */
export function openGroupChecks(db: Reader): GroupCheck[] {
  return db.all<Stored>(`${select} WHERE ${open} ORDER BY g.id DESC`).map(parsed);
}

/** A check that nobody has ended, or null. */
export function openGroupCheck(db: Reader, id: number): GroupCheck | null {
  const row = db.one<Stored>(`${select} WHERE g.id = ? AND ${open}`, id);
  return row === undefined ? null : parsed(row);
}

export function addGroupAnswer(
  db: Writer,
  answer: { readonly checkId: number; readonly imageId: ImageId } & GroupAnswer & Said,
): void {
  const { checkId, imageId, isClass, classId, durationMs, who, atMs } = answer;
  db.run(
    `INSERT INTO group_answer (check_id, image_id, is_class, class_id, duration_ms, who, at_ms) VALUES (?, ?, ?, ?, ?, ?, ?)`,
    ...[checkId, imageId, isClass === null ? null : Number(isClass), classId, durationMs, who, atMs],
  );
}

/** The answers of a check that count, by picture. */
export function groupAnswers(db: Reader, checkId: number): Map<ImageId, GroupAnswer> {
  const rows = db.all<{ id: ImageId; isClass: 0 | 1 | null; classId: ClassId | null; durationMs: number | null }>(
    `SELECT image_id AS id, is_class AS isClass, class_id AS classId, duration_ms AS durationMs
     FROM group_answer WHERE check_id = ? ORDER BY id`,
    checkId,
  );
  return new Map(
    rows.map(({ id, isClass, ...row }) => [id, { ...row, isClass: isClass === null ? null : isClass === 1 }]),
  );
}

export interface GroupOutcome {
  readonly outcome: 'all' | 'checked' | 'given_up';
  readonly asked: number;
  readonly right: number;
  readonly atLeast: number;
}

/** How a group ended. */
export interface GroupLabelled {
  readonly labelled: number;
  /** Had a label by then and keep it. */
  readonly kept: number;
}

/**
 * Ends a check with its labels, all or none, as one batch that is undone together. What somebody labelled or set aside meanwhile keeps
 * its label.
 */
export function endGroupCheck(db: Writer, check: GroupCheck, ended: GroupOutcome & Said): GroupLabelled {
  return db.transaction(() => {
    const { outcome, asked, right, atLeast, who, atMs } = ended;
    const answers = groupAnswers(db, check.id);
    const wanted = outcome === 'given_up' ? [] : outcome === 'all' ? membersOf(db, check.id) : check.drawn;
    const taken = new Set(
      db
        .all<{ id: ImageId }>(
          'SELECT image_id AS id FROM current_label WHERE image_id IN (SELECT value FROM json_each(?))',
          JSON.stringify(wanted),
        )
        .map(({ id }) => id),
    );
    const drawn = new Set(check.drawn);
    const given = wanted.flatMap((imageId) => {
      const answer = answers.get(imageId);
      const says = answer?.isClass ?? null;
      if (taken.has(imageId) || (says === null && drawn.has(imageId))) return [];
      const classId = says === false ? (answer?.classId ?? null) : check.classId;
      // Only seen not to be of the class: what it is, nobody has said.
      if (classId === null) return [];
      const durationMs = answer?.durationMs ?? undefined;
      return [{ imageId, classId, source: 'teach', who, atMs, durationMs } satisfies NewLabel];
    });
    const ids = given.length > 0 ? addLabels(db, given) : [];
    ids.forEach((labelId, at) => {
      const seen = drawn.has(given[at]?.imageId ?? (0 as ImageId));
      db.run('INSERT INTO group_label (label_id, check_id, seen) VALUES (?, ?, ?)', labelId, check.id, Number(seen));
    });
    db.run(
      `INSERT INTO group_end (check_id, outcome, asked, right, at_least, batch, labelled, kept, who, at_ms)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
      ...[check.id, outcome, asked, right, atLeast, ids[0] ?? null, ids.length, taken.size, who, atMs],
    );
    return { labelled: ids.length, kept: taken.size };
  });
}

/** Every picture of a group, drawn or not. */
export function membersOf(db: Reader, checkId: number): ImageId[] {
  const members = db.value<string>('SELECT members FROM group_check WHERE id = ?', checkId);
  return JSON.parse(members ?? '[]') as ImageId[];
}

/** The batch of labels that an ended check gave; null where it gave none or has not ended. */
export function batchOf(db: Reader, checkId: number): LabelId | null {
  return (db.value<number | null>('SELECT batch FROM group_end WHERE check_id = ?', checkId) ?? null) as LabelId | null;
}

/** Labels in force that came with a group and that nobody has looked at: they teach and are not counted. */
export function unseenLabels(db: Reader): number {
  return db.value<number>('SELECT (SELECT count(*) FROM current_label) - (SELECT count(*) FROM judged_label)') ?? 0;
}

/** A person's word that a label was looked at again and stays, or that word taken back. */
export function keepLabel(db: Writer, labelId: LabelId, kept: boolean, { who, atMs }: Said): void {
  db.run(
    'INSERT INTO label_kept (label_id, kept, who, at_ms) VALUES (?, ?, ?, ?)',
    ...[labelId, Number(kept), who, atMs],
  );
}
