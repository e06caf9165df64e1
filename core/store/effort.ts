import type { ImageId } from '#core/domain/ids.ts';
import type { Reader } from './handle.ts';
import { effortOf, type Effort, type Measured } from './labels.ts';

/** Longest time that one judgement is credited with: beyond it the person was called away, not looking. */
const LONGEST_JUDGEMENT_MS = 120_000;

/** Time that people spent judging pictures since a moment, as the screens measured it; what was undone cost time, too. */
export function judgingSeconds(db: Reader, sinceMs = 0): number {
  const sql = 'SELECT coalesce(sum(min(duration_ms, ?)), 0) FROM label WHERE at_ms >= ?';
  return (db.value<number>(sql, LONGEST_JUDGEMENT_MS, sinceMs) ?? 0) / 1000;
}

/** Decisions that stand and say otherwise than the machine's verdict did. */
const corrected = `FROM decision d JOIN verdict v ON v.id = d.verdict_id JOIN class c ON c.id = d.class_id
  WHERE d.undone = 0 AND (v.verdict <> 'ok') = c.is_good`;

/** Verdicts of the machine that a person changed, and how many of those the active model was taught with. */
export function corrections(db: Reader): { readonly made: number; readonly learnt: number } {
  const row = db.one<{ made: number; learnt: number }>(
    `SELECT count(*) AS made,
       coalesce(sum(d.label_id <= coalesce((SELECT labels_through FROM model WHERE active = 1), 0)), 0) AS learnt ${corrected}`,
  );
  return row ?? { made: 0, learnt: 0 };
}

/** Pictures whose verdict a person changed last, the newest first. */
export function correctedPictures(db: Reader, limit: number): ImageId[] {
  const sql = `SELECT d.image_id AS id, max(d.id) AS newest ${corrected} GROUP BY d.image_id ORDER BY newest DESC LIMIT ?`;
  return db.all<{ id: ImageId }>(sql, limit).map((row) => row.id);
}

const correctionRows = `SELECT l.duration_ms AS durationMs, l.keystrokes, l.clicks
   FROM label l WHERE l.duration_ms IS NOT NULL AND l.id IN (SELECT d.label_id ${corrected})`;

/** What changing a verdict of the machine took: medians over the decisions that did and that were measured, and all their times. */
export function correctionEffort(db: Reader): Effort & { readonly durationsMs: readonly number[] } {
  const rows = db.all<Measured>(correctionRows);
  return { ...effortOf(rows), durationsMs: rows.map(({ durationMs }) => durationMs) };
}

/** Time that looking at flagged, sampled and missed pictures took, by the minute in which it ended; what was undone cost time, too. */
export function reviewMinutes(db: Reader): { readonly atMs: number; readonly ms: number }[] {
  return db.all(
    `SELECT at_ms / 60000 * 60000 AS atMs, sum(min(duration_ms, ?)) AS ms FROM label
     WHERE source IN ('review', 'audit', 'missed') AND duration_ms IS NOT NULL GROUP BY at_ms / 60000`,
    LONGEST_JUDGEMENT_MS,
  );
}

/** Jobs since a moment that ended because the engine kept dying. */
export function interruptions(db: Reader, sinceMs: number): number {
  const sql = `SELECT count(*) FROM job
    WHERE state = 'failed' AND json_extract(error, '$.code') = 'engine_crashed' AND created_at_ms >= ?`;
  return db.value<number>(sql, sinceMs) ?? 0;
}
