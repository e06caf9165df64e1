import type { ImageId } from '#core/domain/ids.ts';
import type { Reader } from './handle.ts';

/** When it was last shown that what passes is good, and by what. */
export interface KnownGood {
  readonly atMs: number;
  readonly by: 'golden' | 'audit';
}

/**
 * The newest moment at or before another at which what passes was known to be good: a golden check was passed, or a shift ended of whose
 * passed pictures every drawn one was looked at again and is good. null: never.
 *
 * @param imageId of a picture on whose line an audit counts; null: any line
 */
export function knownGoodBefore(db: Reader, atMs: number, imageId: ImageId | null): KnownGood | null {
  return (
    db.one<KnownGood>(
      `SELECT at_ms AS atMs, 'golden' AS "by" FROM golden_check WHERE outcome IN ('passed', 'warned') AND at_ms <= ?1
       UNION ALL
       SELECT s.end_ms, 'audit' FROM audit_shift s
       WHERE s.closed_at_ms IS NOT NULL AND s.end_ms <= ?1
         AND (?2 IS NULL OR s.line_id = (SELECT c.line_id FROM image i JOIN camera c ON c.id = i.camera_id WHERE i.id = ?2))
         AND EXISTS (SELECT 1 FROM audit_sample a JOIN audit_passed p ON p.image_id = a.image_id WHERE p.shift_id = s.id)
         AND NOT EXISTS (
           SELECT 1 FROM audit_sample a JOIN audit_passed p ON p.image_id = a.image_id
           LEFT JOIN judged_label l ON l.image_id = a.image_id LEFT JOIN class c ON c.id = l.class_id
           WHERE p.shift_id = s.id AND coalesce(c.is_good, 0) = 0)
       ORDER BY 1 DESC, 2 LIMIT 1`,
      ...[atMs, imageId],
    ) ?? null
  );
}
