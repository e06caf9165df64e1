import type { ImageId } from '#core/domain/ids.ts';
import type { Untrusted } from './golden.ts';
import { stillThere } from './forget.ts';
import type { Reader } from './handle.ts';

/**
 * Flagged pictures that nobody has looked at, worst first, also where a group gave them a label; then, to be asked again, those that
 * were set aside.
 */
export function flaggedQueue(db: Reader, limit: number): ImageId[] {
  const page = (judged: string, most: number): ImageId[] =>
    db
      .all<{ id: ImageId }>(
        `SELECT v.image_id AS id FROM current_verdict v LEFT JOIN judged_label l ON l.image_id = v.image_id
         WHERE v.flagged = 1 AND ${judged} AND ${stillThere('v')} ORDER BY v.score DESC, v.image_id LIMIT ?`,
        most,
      )
      .map((row) => row.id);
  const fresh = page('l.image_id IS NULL', limit);
  if (fresh.length === limit) return fresh;
  return [...fresh, ...page('l.image_id IS NOT NULL AND l.class_id IS NULL', limit - fresh.length)];
}

/**
 * Drawn passed pictures that wait for their second look: shift by shift, oldest first, within one in the order of their lots, so
 * that what was not reached is no choice of anybody's; those set aside last.
 */
export function auditQueue(db: Reader, limit: number): ImageId[] {
  return db
    .all<{ id: ImageId }>(
      `SELECT a.image_id AS id FROM audit_sample a
       CROSS JOIN audit_passed p ON p.image_id = a.image_id
       JOIN audit_shift s ON s.id = p.shift_id
       JOIN current_verdict v ON v.image_id = a.image_id AND v.flagged = 0
       LEFT JOIN judged_label l ON l.image_id = a.image_id
       WHERE l.class_id IS NULL AND ${stillThere('a')} ORDER BY l.image_id IS NOT NULL, s.end_ms, s.id, p.number LIMIT ?`,
      limit,
    )
    .map((row) => row.id);
}

/**
 * Pictures that passed while the golden check says that verdicts cannot be trusted, and that no person has judged: the highest score
 * first, those set aside last.
 */
export function untrustedQueue(db: Reader, { afterVerdict }: Untrusted, limit: number): ImageId[] {
  return db
    .all<{ id: ImageId }>(
      `SELECT v.image_id AS id FROM current_verdict v LEFT JOIN judged_label l ON l.image_id = v.image_id
       WHERE v.verdict_id > ? AND v.flagged = 0 AND l.class_id IS NULL AND ${stillThere('v')}
       ORDER BY l.image_id IS NOT NULL, v.score DESC, v.image_id LIMIT ?`,
      ...[afterVerdict, limit],
    )
    .map((row) => row.id);
}

/** The highest scores among flagged pictures, judged or not: what a report shows. */
export function worstFlagged(db: Reader, limit: number): ImageId[] {
  const sql = `SELECT image_id AS id FROM current_verdict WHERE flagged = 1 AND ${stillThere('current_verdict')} ORDER BY score DESC, image_id LIMIT ?`;
  return db.all<{ id: ImageId }>(sql, limit).map((row) => row.id);
}

/** Defects that passed, by what people say of them now; those that the machine was surest of first. */
export function passedDefects(db: Reader, limit: number): ImageId[] {
  const sql = `SELECT v.image_id AS id FROM current_verdict v JOIN judged_label l ON l.image_id = v.image_id
    JOIN class c ON c.id = l.class_id AND c.is_good = 0 WHERE v.flagged = 0 AND ${stillThere('v')} ORDER BY v.score, v.image_id LIMIT ?`;
  return db.all<{ id: ImageId }>(sql, limit).map((row) => row.id);
}
