import type { DefectRegion } from '#core/contract/engine.ts';
import type { ClassId, DecisionId, FindId, ImageId, ModelId } from '#core/domain/ids.ts';
import { addDecision } from './decisions.ts';
import type { Reader, Writer } from './handle.ts';
import { stillThere } from './forget.ts';
import { moveDecision } from './labels.ts';
import { tellStopped } from './outbox.ts';

export type FindPlace = 'line' | 'next_process' | 'shipping' | 'customer';

/** A defect that somebody found further down. */
export interface NewFind {
  /** null: the part's picture was not found, or none was taken. */
  readonly imageId: ImageId | null;
  /** null: nobody knows the kind; only without a picture. */
  readonly classId: ClassId | null;
  readonly regions?: readonly DefectRegion[] | undefined;
  readonly parts: number;
  readonly place: FindPlace;
  readonly foundAtMs: number;
  readonly lot: string;
  readonly serial: string;
  readonly fromMs: number | null;
  readonly toMs: number | null;
  readonly costYen: number | null;
  readonly note: string;
  readonly who: string;
  readonly atMs: number;
}

/** Records a find; its picture becomes an example of the kind by the same action. */
export function addFind(db: Writer, find: NewFind): FindId {
  const { imageId, classId, regions, parts, place, foundAtMs, lot, serial, fromMs, toMs, costYen, note } = find;
  const { who, atMs } = find;
  return db.transaction(() => {
    const decisionId =
      imageId === null
        ? null
        : addDecision(db, { imageId, queue: 'missed', classId, regions, reason: note, who, atMs });
    return db.run(
      `INSERT INTO downstream_find (image_id, decision_id, class_id, parts, place, found_at_ms, lot, serial, from_ms, to_ms,
         cost_yen, note, who, at_ms) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
      ...[imageId, decisionId, classId, parts, place, foundAtMs, lot, serial, fromMs, toMs, costYen, note, who, atMs],
    ).id as FindId;
  });
}

export type FindWord = 'withdrawn' | 'restored' | 'watched' | 'unwatched' | 'drafted';

/** What was said of a find; withdrawing takes its examples back as well, restoring puts them back. */
export function sayOfFind(db: Writer, findId: FindId, says: FindWord, who: string, atMs: number): void {
  db.transaction(() => {
    db.run('INSERT INTO find_word (find_id, says, who, at_ms) VALUES (?, ?, ?, ?)', findId, says, who, atMs);
    if (says !== 'withdrawn' && says !== 'restored') return;
    const decisions = db.all<{ id: DecisionId }>(
      `SELECT decision_id AS id FROM downstream_find WHERE id = ?1 AND decision_id IS NOT NULL
       UNION SELECT a.decision_id FROM find_answer a WHERE a.find_id = ?1 AND a.decision_id IS NOT NULL AND ${newestAnswer}`,
      findId,
    );
    for (const { id } of decisions) moveDecision(db, id, says === 'restored' ? 1 : 0, who, atMs);
  });
}

const newestAnswer =
  'a.id = (SELECT max(n.id) FROM find_answer n WHERE n.find_id = a.find_id AND n.image_id = a.image_id)';

/** The newest of two words on a find `f`, as an SQL condition that the first of them was not taken back. */
const stands = (find: string, no: FindWord, yes: FindWord): string =>
  `coalesce((SELECT w.says FROM find_word w WHERE w.find_id = ${find} AND w.says IN ('${no}', '${yes}')
     ORDER BY w.id DESC LIMIT 1), '${yes}') = '${yes}'`;

/** SQL: a find that was not withdrawn. */
export const standingFind = (find: string): string => stands(find, 'withdrawn', 'restored');
/** SQL: a find that may stop new pictures. */
const watching = (find: string): string => `${standingFind(find)} AND ${stands(find, 'unwatched', 'watched')}`;

export type AnswerSays = 'is' | 'is_not' | 'hold' | 'open';

/** A person's answer whether a passed picture is one like the find; a former answer's judgement is taken back. */
export function answerAlike(
  db: Writer,
  answer: {
    readonly find: Pick<FindRow, 'id' | 'classId'>;
    readonly imageId: ImageId;
    readonly says: AnswerSays;
    readonly who: string;
    readonly atMs: number;
  },
): void {
  const { find, imageId, says, who, atMs } = answer;
  db.transaction(() => {
    const before = db.value<number | null>(
      'SELECT decision_id FROM find_answer WHERE find_id = ? AND image_id = ? ORDER BY id DESC LIMIT 1',
      find.id,
      imageId,
    );
    if (before != null) moveDecision(db, before as DecisionId, 0, who, atMs);
    const decision = { imageId, queue: 'missed', classId: find.classId, reason: '', who, atMs } as const;
    const decisionId = says === 'is' ? addDecision(db, decision) : null;
    db.run(
      'INSERT INTO find_answer (find_id, image_id, says, decision_id, who, at_ms) VALUES (?, ?, ?, ?, ?, ?)',
      ...[find.id, imageId, says, decisionId, who, atMs],
    );
  });
}

export interface AnswerRow {
  readonly imageId: ImageId;
  readonly says: Exclude<AnswerSays, 'open'>;
}

/** The answers of a find that stand, oldest first; an "is" whose judgement was undone elsewhere stands no more. */
export function answersOf(db: Reader, findId: FindId): AnswerRow[] {
  return db.all<AnswerRow>(
    `SELECT a.image_id AS imageId, a.says FROM find_answer a LEFT JOIN decision d ON d.id = a.decision_id
     WHERE a.find_id = ? AND a.says <> 'open' AND coalesce(d.undone, 0) = 0 AND ${newestAnswer} ORDER BY a.id`,
    findId,
  );
}

/** What was entered, and what has become of it. */
export interface FindRow extends Omit<NewFind, 'regions'> {
  readonly id: FindId;
  readonly withdrawn: boolean;
  readonly watched: boolean;
  readonly drafted: boolean;
  /** Whether its picture is an example now: labelled a defect and not undone. */
  readonly taught: boolean;
  readonly answered: { readonly is: number; readonly isNot: number; readonly hold: number };
  /** New pictures that it stopped, and how many of those a person found good. */
  readonly flagged: number;
  readonly flaggedGood: number;
  /** How the active model tells its look-alikes; null where it does not watch. */
  readonly watch: {
    readonly examples: number;
    readonly good: number;
    readonly goodFlagged: number;
  } | null;
}

const flagOf = (from: string): string => `(SELECT count(*) FROM find_flag g ${from} WHERE g.find_id = f.id)`;
const said = (says: string): string =>
  `(SELECT count(*) FROM find_answer a LEFT JOIN decision d ON d.id = a.decision_id
    WHERE a.find_id = f.id AND a.says = '${says}' AND coalesce(d.undone, 0) = 0 AND ${newestAnswer})`;

const select = `SELECT f.id, f.image_id AS imageId, f.class_id AS classId, f.parts, f.place, f.found_at_ms AS foundAtMs, f.lot,
    f.serial, f.from_ms AS fromMs, f.to_ms AS toMs, f.cost_yen AS costYen, f.note, f.who, f.at_ms AS atMs,
    NOT (${standingFind('f.id')}) AS withdrawn, ${watching('f.id')} AS watched,
    EXISTS (SELECT 1 FROM find_word w WHERE w.find_id = f.id AND w.says = 'drafted') AS drafted,
    EXISTS (SELECT 1 FROM current_label l WHERE l.image_id = f.image_id AND l.class_id = f.class_id) AS taught,
    ${said('is')} AS "is", ${said('is_not')} AS isNot, ${said('hold')} AS hold,
    ${flagOf('')} AS flagged,
    ${flagOf('JOIN current_label l ON l.image_id = g.image_id JOIN class c ON c.id = l.class_id AND c.is_good = 1')} AS flaggedGood,
    t.examples, t.good, t.good_flagged AS goodFlagged
  FROM downstream_find f
  LEFT JOIN find_watch t ON t.find_id = f.id AND t.model_id = (SELECT id FROM model WHERE active = 1)`;

type Stored = Omit<FindRow, 'withdrawn' | 'watched' | 'drafted' | 'taught' | 'answered' | 'watch'> &
  Record<'withdrawn' | 'watched' | 'drafted' | 'taught', 0 | 1> &
  FindRow['answered'] & { readonly examples: number | null; readonly good: number; readonly goodFlagged: number };

function toRow(stored: Stored): FindRow {
  const { is, isNot, hold, examples, good, goodFlagged, withdrawn, watched, drafted, taught, ...row } = stored;
  return {
    ...row,
    ...{ withdrawn: withdrawn === 1, watched: watched === 1, drafted: drafted === 1, taught: taught === 1 },
    answered: { is, isNot, hold },
    watch: examples === null ? null : { examples, good, goodFlagged },
  };
}

export function getFind(db: Reader, id: FindId): FindRow | null {
  const row = db.one<Stored>(`${select} WHERE f.id = ?`, id);
  return row === undefined ? null : toRow(row);
}

/** Newest first. */
export function listFinds(db: Reader, limit: number): FindRow[] {
  return db.all<Stored>(`${select} ORDER BY f.id DESC LIMIT ?`, limit).map(toRow);
}

/** Finds with a picture that may stop new ones, the newest first: each costs a comparison per new picture. */
export function watchingFinds(db: Reader, limit: number): FindRow[] {
  return db
    .all<Stored>(`${select} WHERE f.image_id IS NOT NULL AND ${watching('f.id')} ORDER BY f.id DESC LIMIT ?`, limit)
    .map(toRow)
    .filter(({ taught }) => taught);
}

/** Sets from how much likeness on a find stops a picture. */
export function setWatch(
  db: Writer,
  watch: {
    readonly findId: FindId;
    readonly modelId: ModelId;
    readonly cutoff: number;
    readonly examples: number;
    readonly good: number;
    readonly goodFlagged: number;
    readonly atMs: number;
  },
): void {
  const { findId, modelId, cutoff, examples, good, goodFlagged, atMs } = watch;
  db.run(
    `INSERT OR REPLACE INTO find_watch (find_id, model_id, cutoff, examples, good, good_flagged, at_ms)
     VALUES (?, ?, ?, ?, ?, ?, ?)`,
    ...[findId, modelId, cutoff, examples, good, goodFlagged, atMs],
  );
}

/** From how much likeness on a find stops a picture of a model; null where that is not known. */
export function watchCutoff(db: Reader, findId: FindId, modelId: ModelId): number | null {
  return db.value<number>('SELECT cutoff FROM find_watch WHERE find_id = ? AND model_id = ?', findId, modelId) ?? null;
}

/** Stops pictures that the marks passed; what a person has judged stays as judged. Returns how many were stopped. */
export function addFlags(
  db: Writer,
  find: { readonly findId: FindId; readonly modelId: ModelId; readonly atMs: number },
  rows: readonly { readonly id: number; readonly likeness: number }[],
): number {
  return db.transaction(() => {
    let stopped = 0;
    for (const { id, likeness } of rows) {
      const { changes } = db.run(
        `INSERT OR IGNORE INTO find_flag (image_id, find_id, model_id, likeness, at_ms)
         SELECT v.image_id, ?2, ?3, ?4, ?5 FROM current_verdict v
         WHERE v.image_id = ?1 AND v.flagged = 0 AND NOT EXISTS (SELECT 1 FROM current_label l WHERE l.image_id = v.image_id)`,
        ...[id, find.findId, find.modelId, likeness, find.atMs],
      );
      stopped += changes;
      if (changes > 0) tellStopped(db, id as ImageId, find.atMs);
    }
    return stopped;
  });
}

/** SQL: passed pictures that a standing find stopped, with the newest such find; as `(image_id, find_id, likeness)`. */
const stopped = `SELECT g.image_id, max(g.find_id) AS find_id, max(g.likeness) AS likeness
  FROM find_flag g JOIN current_verdict v ON v.image_id = g.image_id AND v.flagged = 0
  WHERE ${watching('g.find_id')} AND ${stillThere('g')} GROUP BY g.image_id`;

/** How many stopped pictures wait for a person. */
export function countStopped(db: Reader): number {
  return (
    db.value<number>(
      `SELECT count(*) FROM (${stopped}) s LEFT JOIN current_label l ON l.image_id = s.image_id WHERE l.image_id IS NULL`,
    ) ?? 0
  );
}

/** Stopped pictures that wait for a person, the most alike first: those that nobody has judged, or those that were set aside. */
export function stoppedQueue(
  db: Reader,
  limit: number,
  which: 'fresh' | 'held' = 'fresh',
): { readonly id: ImageId; readonly missedAtMs: number }[] {
  const judged = which === 'fresh' ? 'l.image_id IS NULL' : 'l.image_id IS NOT NULL AND l.class_id IS NULL';
  return db.all(
    `SELECT s.image_id AS id, f.found_at_ms AS missedAtMs FROM (${stopped}) s JOIN downstream_find f ON f.id = s.find_id
     LEFT JOIN current_label l ON l.image_id = s.image_id
     WHERE ${judged} ORDER BY s.likeness DESC, s.image_id LIMIT ?`,
    limit,
  );
}

/** Parts found further down without a picture of theirs, withdrawn ones not counted. */
export function partsWithoutPicture(db: Reader): number {
  return (
    db.value<number>(
      `SELECT coalesce(sum(f.parts - (f.image_id IS NOT NULL)), 0) FROM downstream_find f WHERE ${standingFind('f.id')}`,
    ) ?? 0
  );
}

export function noteExport(
  db: Writer,
  entry: { findId: FindId; imageIds: readonly ImageId[]; file: string; who: string; atMs: number },
): void {
  const { findId, imageIds, file, who, atMs } = entry;
  db.run(
    `INSERT INTO find_export (find_id, image_id, file, who, at_ms) SELECT ?, value, ?, ?, ? FROM json_each(?)`,
    ...[findId, file, who, atMs, JSON.stringify(imageIds)],
  );
}

const LIMIT = 'finds.falseFlagLimit';
const DEFAULT_LIMIT = 0.01;

/** Share of good pictures that one find may stop. */
export function falseFlagLimit(db: Reader): number {
  return Number(db.value<string>('SELECT value FROM setting WHERE key = ?', LIMIT) ?? DEFAULT_LIMIT);
}

export function setFalseFlagLimit(db: Writer, limit: number): void {
  db.run('INSERT OR REPLACE INTO setting (key, value) VALUES (?, ?)', LIMIT, String(limit));
}
