import type { ImageId, VerdictId } from '#core/domain/ids.ts';
import type { Random } from '#core/domain/random.ts';
import type { Reader, Writer } from './handle.ts';

/**
 * Flagged pictures that nobody has looked at, worst first, also where a group gave them a label; then, to be asked again, those that
 * were set aside.
 */
export function flaggedQueue(db: Reader, limit: number): ImageId[] {
  const page = (judged: string, most: number): ImageId[] =>
    db
      .all<{ id: ImageId }>(
        `SELECT v.image_id AS id FROM current_verdict v LEFT JOIN judged_label l ON l.image_id = v.image_id
         WHERE v.flagged = 1 AND ${judged} ORDER BY v.score DESC, v.image_id LIMIT ?`,
        most,
      )
      .map((row) => row.id);
  const fresh = page('l.image_id IS NULL', limit);
  if (fresh.length === limit) return fresh;
  return [...fresh, ...page('l.image_id IS NOT NULL AND l.class_id IS NULL', limit - fresh.length)];
}

/** Drawn passed pictures that wait for their second look, oldest first, those set aside last. */
export function auditQueue(db: Reader, limit: number): ImageId[] {
  return db
    .all<{ id: ImageId }>(
      `SELECT a.image_id AS id FROM audit_sample a
       JOIN current_verdict v ON v.image_id = a.image_id AND v.flagged = 0
       LEFT JOIN judged_label l ON l.image_id = a.image_id
       WHERE l.class_id IS NULL ORDER BY l.image_id IS NOT NULL, a.id LIMIT ?`,
      limit,
    )
    .map((row) => row.id);
}

const WATERMARK = 'audit.drawn_through';

/**
 * Draws passed pictures for a second look: each verdict OK is drawn or not drawn once, with the same chance, whatever its
 * score, so that what is found tells of all that passed. Pictures that a person has judged already are skipped. Returns how
 * many were drawn.
 */
export function drawAuditSample(db: Writer, percent: number, random: Random, atMs: number): number {
  return db.transaction(() => {
    const through = Number(db.value<string>('SELECT value FROM setting WHERE key = ?', WATERMARK) ?? 0);
    const passed = db.all<{ verdictId: VerdictId; imageId: ImageId }>(
      `SELECT v.verdict_id AS verdictId, v.image_id AS imageId FROM current_verdict v
       LEFT JOIN judged_label l ON l.image_id = v.image_id
       LEFT JOIN audit_sample a ON a.image_id = v.image_id
       WHERE v.flagged = 0 AND v.verdict_id > ? AND l.image_id IS NULL AND a.id IS NULL ORDER BY v.verdict_id`,
      through,
    );
    const share = percent / 100;
    let drawn = 0;
    for (const { verdictId, imageId } of passed) {
      if (random.uniform() >= share) continue;
      db.run(
        'INSERT INTO audit_sample (image_id, verdict_id, share, drawn_at_ms) VALUES (?, ?, ?, ?)',
        ...[imageId, verdictId, share, atMs],
      );
      drawn++;
    }
    const newest = db.value<number>('SELECT coalesce(max(id), 0) FROM verdict') ?? 0;
    db.run('INSERT OR REPLACE INTO setting (key, value) VALUES (?, ?)', WATERMARK, String(newest));
    return drawn;
  });
}

/** The highest scores among flagged pictures, judged or not: what a report shows. */
export function worstFlagged(db: Reader, limit: number): ImageId[] {
  const sql = 'SELECT image_id AS id FROM current_verdict WHERE flagged = 1 ORDER BY score DESC, image_id LIMIT ?';
  return db.all<{ id: ImageId }>(sql, limit).map((row) => row.id);
}
