import type { ClassId, ImageId } from '#core/domain/ids.ts';
import type { SharedReason } from '#core/domain/shared-subset.ts';
import type { Side } from '#core/contract/agreement.ts';
import { AppError } from '#core/contract/errors.ts';
import { checkInUse } from './classes.ts';
import type { Reader, Writer } from './handle.ts';
import { addLabel, addLabels } from './labels.ts';

export interface RoundRow {
  readonly id: number;
  readonly seed: number;
  /** Pictures that were wanted. */
  readonly asked: number;
  readonly personA: string;
  readonly personB: string;
  /** The same person twice. */
  readonly repeat: boolean;
  readonly startedAtMs: number;
  readonly stopped: boolean;
}

type StoredRound = Omit<RoundRow, 'repeat' | 'stopped'> & { readonly repeat: 0 | 1; readonly stopped: 0 | 1 };

const rounds = `SELECT r.id, r.seed, r.asked, r.person_a AS personA, r.person_b AS personB, r.repeat, r.at_ms AS startedAtMs,
  EXISTS (SELECT 1 FROM agreement_stopped s WHERE s.round_id = r.id) AS stopped FROM agreement_round r`;
const toRound = (row: StoredRound): RoundRow => ({ ...row, repeat: row.repeat === 1, stopped: row.stopped === 1 });

/** Rounds, newest first. */
export function listRounds(db: Reader, limit: number): RoundRow[] {
  return db.all<StoredRound>(`${rounds} ORDER BY r.id DESC LIMIT ?`, limit).map(toRound);
}

/** Throws `not_found`. */
export function getRound(db: Reader, roundId: number): RoundRow {
  const row = db.one<StoredRound>(`${rounds} WHERE r.id = ?`, roundId);
  if (row === undefined) throw new AppError('not_found', { roundId });
  return toRound(row);
}

export interface RoundPicture {
  readonly imageId: ImageId;
  readonly why: SharedReason;
  readonly placeA: number;
  readonly placeB: number;
}

/** Begins a round over pictures that were drawn for it. */
export function beginRound(
  db: Writer,
  round: Omit<RoundRow, 'id' | 'stopped'> & { readonly who: string },
  pictures: readonly RoundPicture[],
): number {
  return db.transaction(() => {
    const { seed, asked, personA, personB, repeat, who, startedAtMs } = round;
    const { id } = db.run(
      'INSERT INTO agreement_round (seed, asked, person_a, person_b, repeat, who, at_ms) VALUES (?, ?, ?, ?, ?, ?, ?)',
      ...[seed, asked, personA, personB, repeat ? 1 : 0, who, startedAtMs],
    );
    for (const { imageId, why, placeA, placeB } of pictures)
      db.run(
        'INSERT INTO agreement_picture (round_id, image_id, why, place_a, place_b) VALUES (?, ?, ?, ?, ?)',
        ...[id, imageId, why, placeA, placeB],
      );
    return id;
  });
}

/** Ends a round early; what was answered stays. */
export function stopRound(db: Writer, roundId: number, who: string, atMs: number): void {
  db.run('INSERT OR IGNORE INTO agreement_stopped (round_id, who, at_ms) VALUES (?, ?, ?)', roundId, who, atMs);
}

/** classId null: cannot tell. */
export interface Answer {
  readonly classId: ClassId | null;
  readonly atMs: number;
}

export interface JudgedPicture extends RoundPicture {
  /** Of its file; null where it has none, or none that can be read. */
  readonly path: string | null;
  readonly a: Answer | null;
  readonly b: Answer | null;
}

/** The pictures of a round with what each of the two said last. */
export function roundPictures(db: Reader, roundId: number): JudgedPicture[] {
  const newest = (side: Side): string => `(SELECT max(id) FROM agreement_answer
    WHERE round_id = p.round_id AND side = '${side}' AND image_id = p.image_id)`;
  return db
    .all<RoundPicture & { path: string | null } & Record<`${Side}ClassId` | `${Side}AtMs`, number | null>>(
      `SELECT p.image_id AS imageId, p.why, p.place_a AS placeA, p.place_b AS placeB,
         CASE WHEN EXISTS (SELECT 1 FROM quarantine q WHERE q.path = i.path AND q.resolved_at_ms IS NULL)
           THEN NULL ELSE i.path END AS path,
         a.class_id AS aClassId, a.at_ms AS aAtMs, b.class_id AS bClassId, b.at_ms AS bAtMs
       FROM agreement_picture p JOIN image i ON i.id = p.image_id
       LEFT JOIN agreement_answer a ON a.id = ${newest('a')} AND a.taken_back = 0
       LEFT JOIN agreement_answer b ON b.id = ${newest('b')} AND b.taken_back = 0
       WHERE p.round_id = ? ORDER BY p.image_id`,
      roundId,
    )
    .map(({ aClassId, aAtMs, bClassId, bAtMs, ...row }) => ({
      ...row,
      a: aAtMs === null ? null : { classId: aClassId as ClassId | null, atMs: aAtMs },
      b: bAtMs === null ? null : { classId: bClassId as ClassId | null, atMs: bAtMs },
    }));
}

/**
 * Records an answer beside the labels; on the disk when this returns. A later one to the same picture counts instead.
 * Throws `agreement_closed` where the round was ended, `class_retired`, `not_found` for a picture that is none of the round's.
 */
export function addAnswer(
  db: Writer,
  answer: {
    readonly roundId: number;
    readonly side: Side;
    readonly imageId: ImageId;
    readonly classId: ClassId | null;
    readonly durationMs?: number | undefined;
    readonly atMs: number;
  },
): void {
  const { roundId, side, imageId, classId, durationMs, atMs } = answer;
  db.transaction(() => {
    if (getRound(db, roundId).stopped) throw new AppError('agreement_closed');
    if (classId !== null) checkInUse(db, classId);
    const isOne = 'SELECT 1 FROM agreement_picture WHERE round_id = ? AND image_id = ?';
    if (db.value(isOne, roundId, imageId) === undefined) throw new AppError('not_found', { imageId });
    db.run(
      `INSERT INTO agreement_answer (round_id, image_id, side, class_id, taken_back, duration_ms, at_ms)
       VALUES (?, ?, ?, ?, 0, ?, ?)`,
      ...[roundId, imageId, side, classId, durationMs ?? null, atMs],
    );
  });
}

/** Takes back a side's last answer that stands; returns its picture, null where there is none. Throws `agreement_closed`. */
export function takeBackAnswer(db: Writer, roundId: number, side: Side, atMs: number): ImageId | null {
  return db.transaction(() => {
    if (getRound(db, roundId).stopped) throw new AppError('agreement_closed');
    const imageId = db.value<number>(
      `SELECT a.image_id FROM agreement_answer a WHERE a.round_id = ? AND a.side = ? AND a.taken_back = 0
         AND a.id = (SELECT max(n.id) FROM agreement_answer n
           WHERE n.round_id = a.round_id AND n.side = a.side AND n.image_id = a.image_id)
       ORDER BY a.id DESC LIMIT 1`,
      ...[roundId, side],
    );
    if (imageId === undefined) return null;
    db.run(
      'INSERT INTO agreement_answer (round_id, image_id, side, taken_back, at_ms) VALUES (?, ?, ?, 1, ?)',
      ...[roundId, imageId, side, atMs],
    );
    return imageId as ImageId;
  });
}

export interface Resolution {
  readonly imageId: ImageId;
  readonly classId: ClassId;
  readonly who: string;
  readonly reason: string;
  readonly atMs: number;
}

/** What was decided since on pictures of a round, as long as its label stands; the newest of each. */
export function resolutions(db: Reader, roundId: number): Map<ImageId, Resolution> {
  const rows = db.all<Resolution>(
    `SELECT r.image_id AS imageId, l.class_id AS classId, r.who, r.reason, r.at_ms AS atMs
     FROM agreement_resolution r JOIN label l ON l.id = r.label_id AND l.undone = 0
     WHERE r.round_id = ? AND r.how = 'decided' ORDER BY r.id`,
    roundId,
  );
  return new Map(rows.map((row) => [row.imageId, row]));
}

const insertResolution = (
  db: Writer,
  roundId: number,
  how: 'agreed' | 'decided',
  { imageId, who, reason, atMs }: Omit<Resolution, 'classId'>,
): void =>
  void db.run(
    `INSERT INTO agreement_resolution (round_id, image_id, label_id, how, reason, who, at_ms)
     VALUES (?, ?, (SELECT label_id FROM current_label WHERE image_id = ?), ?, ?, ?, ?)`,
    ...[roundId, imageId, imageId, how, reason, who, atMs],
  );

/** A third word on a picture: it becomes its label. Throws `class_retired`. */
export function resolve(db: Writer, roundId: number, resolution: Resolution): void {
  db.transaction(() => {
    const { imageId, classId, who, atMs } = resolution;
    addLabel(db, { imageId, classId, source: 'teach', who, atMs });
    insertResolution(db, roundId, 'decided', resolution);
  });
}

/** Makes labels of what both said, in one batch. Throws `class_retired`. */
export function adoptAgreed(
  db: Writer,
  roundId: number,
  pictures: readonly { readonly imageId: ImageId; readonly classId: ClassId }[],
  who: string,
  atMs: number,
): void {
  db.transaction(() => {
    addLabels(
      db,
      pictures.map((one) => ({ ...one, source: 'teach', who, atMs })),
    );
    for (const { imageId } of pictures) insertResolution(db, roundId, 'agreed', { imageId, who, reason: '', atMs });
  });
}
