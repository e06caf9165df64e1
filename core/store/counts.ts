import type { AppState } from '#core/contract/views.ts';
import { stillThere } from './forget.ts';
import { countStopped, partsWithoutPicture } from './finds.ts';
import type { Reader } from './handle.ts';

/** The counts that every screen shows, read in one statement so that they belong together. */
export function stateCounts(db: Reader): AppState['counts'] {
  const counts = db.one<AppState['counts']>(`
    SELECT
      (SELECT count(*) FROM image) AS images,
      (SELECT count(*) FROM current_label WHERE class_id IS NOT NULL) AS labelled,
      (SELECT count(*) FROM current_label l JOIN class c ON c.id = l.class_id WHERE c.is_good = 1 AND c.retired_at_ms IS NULL) AS labelledGood,
      (SELECT count(*) FROM current_label l JOIN class c ON c.id = l.class_id WHERE c.is_good = 0 AND c.retired_at_ms IS NULL) AS labelledDefect,
      (SELECT count(*) FROM current_label WHERE class_id IS NULL) AS held,
      (SELECT count(*) FROM quarantine WHERE resolved_at_ms IS NULL) AS quarantined,
      (SELECT count(*) FROM score WHERE model_id = (SELECT id FROM model WHERE active = 1)) AS scored,
      (SELECT count(*) FROM current_verdict WHERE flagged = 1) AS flagged,
      (SELECT count(*) FROM current_verdict v LEFT JOIN judged_label l ON l.image_id = v.image_id
        WHERE v.flagged = 1 AND l.image_id IS NULL AND ${stillThere('v')}) AS toReview,
      (SELECT count(DISTINCT image_id) FROM decision
        WHERE undone = 0 AND queue = 'flagged' AND class_id IS NOT NULL) AS reviewed,
      (SELECT count(*) FROM audit_sample a JOIN current_verdict v ON v.image_id = a.image_id AND v.flagged = 0
        LEFT JOIN judged_label l ON l.image_id = a.image_id WHERE l.image_id IS NULL AND ${stillThere('a')}) AS toAudit,
      (SELECT count(DISTINCT d.image_id) FROM decision d
        WHERE d.undone = 0 AND d.queue = 'audit' AND d.class_id IS NOT NULL) AS audited`);
  if (counts === undefined) throw new Error('a SELECT without FROM has one row');
  return { ...counts, toReview: counts.toReview + countStopped(db) };
}

/** What people found about the machine's verdicts: the raw counts behind escapes and overkill. */
export interface ReviewCounts {
  /** Flagged pictures that a person judged to be a defect, and to be good. */
  readonly flaggedDefect: number;
  readonly flaggedGood: number;
  /** Defects found downstream that the machine had passed, those without a picture among them. */
  readonly missed: number;
}

/** Counted over verdicts and decisions that stand. */
export function reviewCounts(db: Reader): ReviewCounts {
  const decided = (queue: string, flagged: 0 | 1, isGood: 0 | 1): number =>
    db.value<number>(
      `SELECT count(DISTINCT d.image_id) FROM decision d
       JOIN verdict v ON v.id = d.verdict_id
       JOIN class c ON c.id = d.class_id
       WHERE d.undone = 0 AND d.queue = ?1 AND c.is_good = ?3
         -- What a find stopped was caught, though the marks alone would have passed it.
         AND (v.verdict <> 'ok' OR (d.queue = 'flagged' AND EXISTS (SELECT 1 FROM find_flag g WHERE g.image_id = d.image_id))) = ?2
         AND d.id = (SELECT max(n.id) FROM decision n WHERE n.image_id = d.image_id AND n.undone = 0)`,
      ...[queue, flagged, isGood],
    ) ?? 0;
  return {
    flaggedDefect: decided('flagged', 1, 0),
    flaggedGood: decided('flagged', 1, 1),
    missed: decided('missed', 0, 0) + partsWithoutPicture(db),
  };
}
