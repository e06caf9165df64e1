import type { ClassId, ImageId, ModelId, ThresholdId } from '#core/domain/ids.ts';
import type { CheckOutcome, Expectation, GoldenCandidate, Judged, PictureOutcome } from '#core/domain/golden.ts';
import type { GoldenView } from '#core/contract/golden.ts';
import type { Verdict } from '#core/domain/threshold.ts';
import type { Reader, Writer } from './handle.ts';

interface Said {
  readonly who: string;
  readonly atMs: number;
}

export interface GoldenPictureRow extends Judged {
  readonly id: ImageId;
  readonly expected: Expectation;
  readonly part: 'good' | 'defect' | 'near';
}

export interface GoldenSetRow extends Said {
  readonly id: number;
  readonly tolerance: number;
  readonly reason: string;
  readonly pictures: readonly (GoldenPictureRow & { readonly classId: ClassId | null })[];
}

/** The golden set in force; null before the first. */
export function goldenSet(db: Reader): GoldenSetRow | null {
  const set = db.one<Omit<GoldenSetRow, 'pictures'>>(
    'SELECT id, tolerance, reason, who, at_ms AS atMs FROM golden_set ORDER BY id DESC LIMIT 1',
  );
  if (set === undefined) return null;
  const pictures = db.all<GoldenSetRow['pictures'][number]>(
    `SELECT g.image_id AS id, g.expected, g.part, g.score, g.verdict, l.class_id AS classId FROM golden_picture g
     LEFT JOIN current_label l ON l.image_id = g.image_id WHERE g.set_id = ? ORDER BY g.score, g.image_id`,
    set.id,
  );
  return { ...set, pictures };
}

export function addGoldenSet(
  db: Writer,
  set: Said & { readonly tolerance: number; readonly reason: string; readonly pictures: readonly GoldenPictureRow[] },
): number {
  const { tolerance, reason, who, atMs, pictures } = set;
  return db.transaction(() => {
    const sql = 'INSERT INTO golden_set (tolerance, reason, who, at_ms) VALUES (?, ?, ?, ?)';
    const { id } = db.run(sql, tolerance, reason, who, atMs);
    for (const { id: imageId, expected, part, score, verdict } of pictures)
      db.run(
        'INSERT INTO golden_picture (set_id, image_id, expected, part, score, verdict) VALUES (?, ?, ?, ?, ?, ?)',
        ...[id, imageId, expected, part, score, verdict],
      );
    return id;
  });
}

export interface GoldenCheckRow extends Said {
  readonly id: number;
  readonly setId: number;
  readonly day: string;
  readonly outcome: CheckOutcome;
  readonly modelId: ModelId;
  readonly thresholdId: ThresholdId;
  readonly areasThrough: number;
}

const select = `SELECT id, set_id AS setId, day, outcome, model_id AS modelId, threshold_id AS thresholdId,
  areas_through AS areasThrough, who, at_ms AS atMs FROM golden_check`;

/** Newest first. */
export function goldenChecks(db: Reader, limit: number): GoldenCheckRow[] {
  return db.all<GoldenCheckRow>(`${select} ORDER BY id DESC LIMIT ?`, limit);
}

export interface GoldenResult {
  readonly id: ImageId;
  readonly outcome: PictureOutcome;
  readonly score: number | null;
  readonly verdict: Verdict | null;
}

export function goldenResults(db: Reader, checkId: number): GoldenResult[] {
  return db.all<GoldenResult>(
    'SELECT image_id AS id, outcome, score, verdict FROM golden_result WHERE check_id = ? ORDER BY image_id',
    checkId,
  );
}

/** The newest verdict; 0 before the first. */
export const newestVerdictId = (db: Reader): number =>
  db.value<number>('SELECT coalesce(max(id), 0) FROM verdict') ?? 0;

/** Records a check. `verdictsThrough`: the newest verdict when it began, so that what was judged beside it is after it. */
export function addGoldenCheck(
  db: Writer,
  check: Omit<GoldenCheckRow, 'id'> & { readonly verdictsThrough: number; readonly results: readonly GoldenResult[] },
): number {
  const { setId, day, outcome, modelId, thresholdId, areasThrough, verdictsThrough, who, atMs, results } = check;
  return db.transaction(() => {
    const { id } = db.run(
      `INSERT INTO golden_check (set_id, day, outcome, model_id, threshold_id, areas_through, verdicts_through, who, at_ms)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
      ...[setId, day, outcome, modelId, thresholdId, areasThrough, verdictsThrough, who, atMs],
    );
    for (const { id: imageId, outcome: found, score, verdict } of results)
      db.run(
        'INSERT INTO golden_result (check_id, image_id, outcome, score, verdict) VALUES (?, ?, ?, ?, ?)',
        ...[id, imageId, found, score, verdict],
      );
    return id;
  });
}

/** Verdicts that are not trusted at present: how many, from which on, and when the last check was passed. */
export interface Untrusted {
  readonly afterVerdict: number;
  readonly pictures: number;
  /** When verdicts were trusted last; null: never checked before. */
  readonly sinceMs: number | null;
}

/** The open period, from the last passed check on, until a person clears it; null while all is well. */
export function openUntrusted(db: Reader): Untrusted | null {
  const after = db.value<number>('SELECT after_verdict FROM untrusted_period WHERE clear_id IS NULL LIMIT 1');
  if (after === undefined) return null;
  const sinceMs = db.value<number | null>(
    `SELECT max(at_ms) FROM (
       SELECT at_ms FROM golden_check WHERE outcome IN ('passed', 'warned') AND verdicts_through = ?1
       UNION ALL SELECT at_ms FROM golden_clear WHERE verdicts_through = ?1)`,
    after,
  );
  const pictures = db.value<number>('SELECT count(*) FROM current_verdict WHERE verdict_id > ?', after) ?? 0;
  return { afterVerdict: after, pictures, sinceMs: sinceMs ?? null };
}

/** Pictures whose verdicts are not trusted, newest first. */
export function untrustedPictures(
  db: Reader,
  { afterVerdict }: Untrusted,
  page: { readonly beforeId?: number | undefined; readonly limit: number },
): ImageId[] {
  return db
    .all<{ id: ImageId }>(
      'SELECT image_id AS id FROM current_verdict WHERE verdict_id > ? AND image_id < ? ORDER BY image_id DESC LIMIT ?',
      ...[afterVerdict, page.beforeId ?? Number.MAX_SAFE_INTEGER, page.limit],
    )
    .map(({ id }) => id);
}

/** How many of them passed and were judged by no person since. */
export function untrustedToJudge(db: Reader, { afterVerdict }: Untrusted): number {
  return (
    db.value<number>(
      `SELECT count(*) FROM current_verdict v LEFT JOIN judged_label l ON l.image_id = v.image_id
       WHERE v.verdict_id > ? AND v.flagged = 0 AND l.class_id IS NULL`,
      afterVerdict,
    ) ?? 0
  );
}

/** A person's word that verdicts may be trusted again; ends the open period. */
export function clearUntrusted(
  db: Writer,
  clear: Said & { readonly reason: string; readonly done: GoldenView['clearings'][number]['done'] },
): void {
  const { reason, done, who, atMs } = clear;
  db.run(
    `INSERT INTO golden_clear (checks_through, verdicts_through, reason, done, who, at_ms)
     SELECT max(id), ?, ?, ?, ?, ? FROM golden_check`,
    ...[newestVerdictId(db), reason, done, who, atMs],
  );
}

/** Newest first. */
export function goldenClearings(db: Reader, limit: number): GoldenView['clearings'] {
  return db.all('SELECT at_ms AS atMs, who, reason, done FROM golden_clear ORDER BY id DESC LIMIT ?', limit);
}

/** Labelled pictures with a file, with their score and verdict of the active model. */
export function goldenCandidates(db: Reader): (GoldenCandidate & { readonly id: ImageId })[] {
  return db
    .all<Omit<GoldenCandidate, 'isGood'> & { id: ImageId; isGood: 0 | 1 }>(
      `SELECT i.id, l.class_id AS classId, c.is_good AS isGood, v.score, v.verdict
       FROM judged_label l JOIN class c ON c.id = l.class_id JOIN image i ON i.id = l.image_id
       JOIN current_verdict v ON v.image_id = i.id AND v.model_id = (SELECT id FROM model WHERE active = 1)
       LEFT JOIN quality q ON q.image_id = i.id
       WHERE i.path IS NOT NULL AND coalesce(q.verdict, '') <> 'reject'
         AND NOT EXISTS (SELECT 1 FROM quarantine b WHERE b.path = i.path AND b.resolved_at_ms IS NULL)`,
    )
    .map((row) => ({ ...row, isGood: row.isGood === 1 }));
}

/** Takes back the active model's scores of the pictures whose verdicts are not trusted, so that they are scored again. */
export function forgetUntrustedScores(db: Writer, { afterVerdict }: Untrusted): number {
  return db.run(
    `DELETE FROM score WHERE model_id = (SELECT id FROM model WHERE active = 1) AND source = 'scored'
       AND image_id IN (SELECT image_id FROM current_verdict WHERE verdict_id > ?)`,
    afterVerdict,
  ).changes;
}
