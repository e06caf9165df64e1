import type { ImageId, ModelId, ThresholdId } from '#core/domain/ids.ts';
import { entryFor, followedBy, forAll, isSameFor, type MarksFor } from '#core/domain/marks-for.ts';
import type { Marks, Verdict } from '#core/domain/threshold.ts';
import { AppError } from '#core/contract/errors.ts';
import type { ThresholdView } from '#core/contract/views.ts';
import type { Reader, Writer } from './handle.ts';
import { judgedBy, marksParam, placesOf, type MarksEntry } from './marks-table.ts';

export type ThresholdRow = ThresholdView & { readonly id: ThresholdId; readonly modelId: ModelId };
type Stored = Omit<ThresholdRow, 'active' | 'own'> & { readonly own: 0 | 1 };

const select = `SELECT t.id, t.model_id AS modelId, t.review, t.reject, t.reason, t.who, t.at_ms AS createdAtMs,
  t.camera_id AS cameraId, a.name AS camera, t.class_id AS classId, k.name AS kind, t.own, t.changed
  FROM threshold t LEFT JOIN camera a ON a.id = t.camera_id LEFT JOIN class k ON k.id = t.class_id`;

/** The newest row of each camera, kind and pair of a model. */
const newest = `SELECT max(id) FROM threshold WHERE model_id = ?1 GROUP BY camera_id, class_id`;

const toRow = (stored: Stored, active: boolean): ThresholdRow => ({ ...stored, own: stored.own === 1, active });

/**
 * All marks in force of a model, by default the active one: the common ones first, then those of cameras and kinds. Empty before
 * common ones were set.
 */
export function marksInForce(db: Reader, modelId?: ModelId): ThresholdRow[] {
  const active = db.value<ModelId>('SELECT id FROM model WHERE active = 1');
  const model = modelId ?? active;
  if (model === undefined) return [];
  const rows = db.all<Stored>(
    `${select} WHERE t.id IN (${newest}) AND t.own = 1 ORDER BY t.camera_id, t.class_id`,
    ...[model],
  );
  return rows.map((row) => toRow(row, model === active));
}

const commonOf = (rows: readonly ThresholdRow[]): ThresholdRow | null =>
  rows.find((row) => isSameFor(row, forAll)) ?? null;

/** The common marks in force: the newest of the active model; null before any were set for it. */
export function activeThreshold(db: Reader): ThresholdRow | null {
  return commonOf(marksInForce(db));
}

/** The newest row of the active model's marks, whatever it is for: another one means that something judges otherwise. 0 before the first. */
export function marksThrough(db: Reader): ThresholdId | 0 {
  const sql = 'SELECT max(id) FROM threshold WHERE model_id = (SELECT id FROM model WHERE active = 1)';
  return (db.value<number | null>(sql) ?? 0) as ThresholdId | 0;
}

/** All marks that were ever set or given up, newest first. */
export function thresholdHistory(db: Reader, limit = 200): ThresholdRow[] {
  const active = new Set<number>(marksInForce(db).map(({ id }) => id));
  return db.all<Stored>(`${select} ORDER BY t.id DESC LIMIT ?`, limit).map((row) => toRow(row, active.has(row.id)));
}

const differs = 'v.image_id IS NULL OR v.verdict <> s.verdict';

const judging = (only: readonly ImageId[] | null) => {
  const chosen = only === null ? '?3 IS NULL' : 's.image_id IN (SELECT value FROM json_each(?3))';
  const from = `FROM ${judgedBy('?1', '?2')} s LEFT JOIN current_verdict v ON v.image_id = s.image_id WHERE ${chosen} AND`;
  return { from, ids: only === null ? null : JSON.stringify(only) };
};

/** How many verdicts are others, or new, by these marks. */
function countChanges(
  db: Reader,
  modelId: ModelId,
  marks: readonly MarksEntry[],
  only: readonly ImageId[] | null,
): number {
  const { from, ids } = judging(only);
  return db.value<number>(`SELECT count(*) ${from} (${differs})`, modelId, marksParam(db, marks), ids) ?? 0;
}

/** Writes what the marks in force say of the scores of their model: a row where that is new; where nothing changed, none. */
function writeVerdicts(db: Writer, modelId: ModelId, atMs: number, only: readonly ImageId[] | null): void {
  const { from, ids } = judging(only);
  db.run(
    `INSERT INTO verdict (image_id, model_id, threshold_id, verdict, score, at_ms)
     SELECT s.image_id, s.model_id, s.threshold_id, s.verdict, s.score, ?4 ${from} (${differs} OR v.model_id <> s.model_id)
     ORDER BY s.image_id`,
    ...[modelId, marksParam(db, marksInForce(db, modelId)), ids, atMs],
  );
}

/** Judges by the marks in force; returns how many verdicts that made or changed. */
function judge(db: Writer, modelId: ModelId, atMs: number, only: readonly ImageId[] | null): number {
  const changed = countChanges(db, modelId, marksInForce(db, modelId), only);
  writeVerdicts(db, modelId, atMs, only);
  return changed;
}

export interface Applied {
  readonly thresholdId: ThresholdId;
  /** Pictures whose verdict is another one now, or that had none. */
  readonly changed: number;
}

interface NewMarks extends Marks, Partial<MarksFor> {
  readonly modelId: ModelId;
  readonly reason: string;
  readonly who: string;
  readonly atMs: number;
}

/** Marks in force with one entry set, or, with `marks` null, taken out. */
export function withEntry(rows: readonly ThresholdRow[], of: MarksFor, marks: Marks | null): MarksEntry[] {
  const others = rows.filter((row) => !isSameFor(row, of));
  return marks === null ? others : [...others, { ...of, review: marks.review, reject: marks.reject, id: 0 }];
}

/** Adds a row and judges all scores of the model by what is in force then, in one transaction. */
function record(db: Writer, entry: NewMarks, own: boolean): Applied {
  const { modelId, review, reject, reason, who, atMs, cameraId = null, classId = null } = entry;
  return db.transaction(() => {
    const after = withEntry(marksInForce(db, modelId), { cameraId, classId }, own ? { review, reject } : null);
    const changed = countChanges(db, modelId, after, null);
    const id = db.run(
      `INSERT INTO threshold (model_id, review, reject, reason, who, at_ms, camera_id, class_id, own, changed)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
      ...[modelId, review, reject, reason, who, atMs, cameraId, classId, own ? 1 : 0, changed],
    ).id as ThresholdId;
    writeVerdicts(db, modelId, atMs, null);
    return { thresholdId: id, changed };
  });
}

/**
 * Sets marks of a model, by default the common ones, and judges all its scores anew, in one transaction. Raw scores stay as they
 * are. Throws `bad_input` unless 0 ≤ review ≤ reject ≤ 1, `needs_marks` where a camera or a kind is to have marks before there
 * are common ones.
 */
export function applyThreshold(db: Writer, entry: NewMarks): Applied {
  const { modelId, review, reject, cameraId = null, classId = null } = entry;
  if (!(review >= 0 && review <= reject && reject <= 1)) throw new AppError('bad_input', { review, reject });
  const isCommon = isSameFor({ cameraId, classId }, forAll);
  if (!isCommon && commonOf(marksInForce(db, modelId)) === null) throw new AppError('needs_marks');
  return record(db, entry, true);
}

/**
 * A camera's or a kind's own marks are given up: what they judged is judged by the marks that it follows then. Throws
 * `marks_not_own` where there are none of its own; the common ones are never given up.
 */
export function followCommon(db: Writer, entry: Omit<NewMarks, keyof Marks> & MarksFor): Applied {
  return db.transaction(() => {
    const own = marksInForce(db, entry.modelId).find((row) => isSameFor(row, entry));
    if (own === undefined || isSameFor(entry, forAll)) throw new AppError('marks_not_own');
    return record(db, { ...entry, review: own.review, reject: own.reject }, false);
  });
}

/** The common marks of a model that were set last, in force or not. */
export function newestThreshold(db: Reader, modelId: ModelId): ThresholdRow | null {
  return commonOf(marksInForce(db, modelId));
}

/** Judges all that the active model has scored by the marks in force; returns how many verdicts that made or changed. */
export function judgeAll(db: Writer, atMs: number): number {
  const threshold = activeThreshold(db);
  return threshold === null ? 0 : judge(db, threshold.modelId, atMs, null);
}

/** Judges newly scored pictures by the marks in force; returns how many verdicts that made or changed (0 without marks). */
export function judgeScored(db: Writer, imageIds: readonly ImageId[], atMs: number): number {
  return db.transaction(() => {
    const threshold = activeThreshold(db);
    if (threshold === null || imageIds.length === 0) return 0;
    return judge(db, threshold.modelId, atMs, imageIds);
  });
}

/** The marks in force that judge each picture, by its number; those without are left out. */
export function marksOf(db: Reader, ids: readonly ImageId[]): Map<ImageId, ThresholdRow> {
  const rows = marksInForce(db);
  const [first] = rows;
  if (first === undefined) return new Map();
  return new Map(
    placesOf(db, first.modelId, ids).flatMap((place): [ImageId, ThresholdRow][] => {
      const row = entryFor(rows, place);
      return row === null ? [] : [[place.imageId, row]];
    }),
  );
}

export interface Flip {
  readonly imageId: ImageId;
  readonly from: Verdict;
  readonly to: Verdict;
}

/**
 * Pictures whose verdict would change if the active model's marks for `of` were these, or, with null, were given up: how many, which
 * is what {@link applyThreshold} then changes, and the highest scores among those that have a verdict. Before there are common
 * marks, only those can be set.
 */
export function verdictFlips(
  db: Reader,
  marks: Marks | null,
  limit: number,
  of: MarksFor = forAll,
): { total: number; rows: Flip[] } {
  const rows = marksInForce(db);
  const modelId = db.value<ModelId>('SELECT id FROM model WHERE active = 1');
  const cannot = marks === null ? followedBy(rows, of) === null : rows.length === 0 && !isSameFor(of, forAll);
  if (modelId === undefined || cannot) return { total: 0, rows: [] };
  const param = marksParam(db, withEntry(rows, of, marks));
  const from = `FROM ${judgedBy('?1', '?2')} s LEFT JOIN current_verdict v ON v.image_id = s.image_id WHERE (${differs})`;
  return {
    total: db.value<number>(`SELECT count(*) ${from}`, modelId, param) ?? 0,
    rows: db.all<Flip>(
      `SELECT s.image_id AS imageId, v.verdict AS "from", s.verdict AS "to" ${from} AND v.image_id IS NOT NULL ORDER BY s.score DESC, s.image_id LIMIT ?3`,
      ...[modelId, param, limit],
    ),
  };
}
