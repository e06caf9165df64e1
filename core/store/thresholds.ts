import type { ImageId, ModelId, ThresholdId } from '#core/domain/ids.ts';
import { AppError } from '#core/contract/errors.ts';
import type { ThresholdView } from '#core/contract/views.ts';
import type { Reader, Writer } from './handle.ts';

export type Verdict = 'ok' | 'review' | 'reject';

export interface Marks {
  /** Below: OK. */
  readonly review: number;
  /** From here on: NG; between the two a person looks. */
  readonly reject: number;
}

type Row = ThresholdView & { readonly id: ThresholdId; readonly modelId: ModelId };
type Stored = Omit<Row, 'active'>;

const select = 'SELECT id, model_id AS modelId, review, reject, reason, who, at_ms AS createdAtMs FROM threshold';

/** The marks in force: the newest of the active model; null before any were set for it. */
export function activeThreshold(db: Reader): Row | null {
  const row = db.one<Stored>(
    `${select} WHERE model_id = (SELECT id FROM model WHERE active = 1) ORDER BY id DESC LIMIT 1`,
  );
  return row === undefined ? null : { ...row, active: true };
}

/** All marks that were ever set, newest first. */
export function thresholdHistory(db: Reader, limit = 200): Row[] {
  const active = activeThreshold(db)?.id;
  return db
    .all<Stored>(`${select} ORDER BY id DESC LIMIT ?`, limit)
    .map((row) => ({ ...row, active: row.id === active }));
}

/** The scores of model ?1 with the verdict that the marks ?2 and ?3 give each, as table `judged`. */
const judged = `(SELECT image_id, model_id, score, CASE WHEN score >= ?3 THEN 'reject' WHEN score >= ?2 THEN 'review' ELSE 'ok' END AS verdict
  FROM (SELECT image_id, model_id, coalesce(own_score, score) AS score FROM score WHERE model_id = ?1))`;

const differs = 'v.image_id IS NULL OR v.verdict <> s.verdict';

/** Writes what the marks say of the scores of their model: a row where that is new; where nothing changed, none. */
function judge(db: Writer, threshold: Row | Stored, atMs: number, only: readonly ImageId[] | null): number {
  const { modelId, review, reject, id } = threshold;
  const chosen = only === null ? '?4 IS NULL' : 's.image_id IN (SELECT value FROM json_each(?4))';
  const ids = only === null ? null : JSON.stringify(only);
  const from = `FROM ${judged} s LEFT JOIN current_verdict v ON v.image_id = s.image_id WHERE ${chosen} AND`;
  const changed = db.value<number>(`SELECT count(*) ${from} (${differs})`, modelId, review, reject, ids) ?? 0;
  db.run(
    `INSERT INTO verdict (image_id, model_id, threshold_id, verdict, score, at_ms)
     SELECT s.image_id, s.model_id, ?5, s.verdict, s.score, ?6 ${from} (${differs} OR v.model_id <> s.model_id)
     ORDER BY s.image_id`,
    ...[modelId, review, reject, ids, id, atMs],
  );
  return changed;
}

export interface Applied {
  readonly thresholdId: ThresholdId;
  /** Pictures whose verdict is another one now, or that had none. */
  readonly changed: number;
}

/**
 * Sets the marks of a model and judges all its scores by them, in one transaction. Raw scores stay as they are. Throws
 * `bad_input` unless 0 ≤ review ≤ reject ≤ 1.
 */
export function applyThreshold(
  db: Writer,
  entry: Marks & { readonly modelId: ModelId; readonly reason: string; readonly who: string; readonly atMs: number },
): Applied {
  const { modelId, review, reject, reason, who, atMs } = entry;
  if (!(review >= 0 && review <= reject && reject <= 1)) throw new AppError('bad_input', { review, reject });
  return db.transaction(() => {
    const id = db.run(
      'INSERT INTO threshold (model_id, review, reject, reason, who, at_ms) VALUES (?, ?, ?, ?, ?, ?)',
      ...[modelId, review, reject, reason, who, atMs],
    ).id as ThresholdId;
    const changed = judge(db, { id, modelId, review, reject, reason, who, createdAtMs: atMs }, atMs, null);
    return { thresholdId: id, changed };
  });
}

/** The marks of a model that were set last, in force or not. */
export function newestThreshold(db: Reader, modelId: ModelId): Row | null {
  const row = db.one<Stored>(`${select} WHERE model_id = ? ORDER BY id DESC LIMIT 1`, modelId);
  return row === undefined ? null : { ...row, active: activeThreshold(db)?.id === row.id };
}

/** Judges all that the active model has scored by the marks in force; returns how many verdicts that made or changed. */
export function judgeAll(db: Writer, atMs: number): number {
  const threshold = activeThreshold(db);
  return threshold === null ? 0 : judge(db, threshold, atMs, null);
}

/** Judges newly scored pictures by the marks in force; returns how many verdicts that made or changed (0 without marks). */
export function judgeScored(db: Writer, imageIds: readonly ImageId[], atMs: number): number {
  return db.transaction(() => {
    const threshold = activeThreshold(db);
    if (threshold === null || imageIds.length === 0) return 0;
    return judge(db, threshold, atMs, imageIds);
  });
}

export interface Flip {
  readonly imageId: ImageId;
  readonly from: Verdict;
  readonly to: Verdict;
}

/**
 * Pictures whose verdict would change under other marks of the active model: how many, which is what {@link applyThreshold} then changes,
 * and the highest scores among those that have a verdict.
 */
export function verdictFlips(db: Reader, marks: Marks, limit: number): { total: number; rows: Flip[] } {
  const model = db.value<number>('SELECT id FROM model WHERE active = 1');
  if (model === undefined) return { total: 0, rows: [] };
  const from = `FROM ${judged} s LEFT JOIN current_verdict v ON v.image_id = s.image_id WHERE (${differs})`;
  const { review, reject } = marks;
  return {
    total: db.value<number>(`SELECT count(*) ${from}`, model, review, reject) ?? 0,
    rows: db.all<Flip>(
      `SELECT s.image_id AS imageId, v.verdict AS "from", s.verdict AS "to" ${from} AND v.image_id IS NOT NULL ORDER BY s.score DESC, s.image_id LIMIT ?4`,
      ...[model, review, reject, limit],
    ),
  };
}
