import type { ImageId, ModelId } from '#core/domain/ids.ts';
import type { Verdict } from '#core/domain/threshold.ts';
import type { Reader } from './handle.ts';
import { judgedBy, marksParam, type MarksEntry } from './marks-table.ts';
import { activeModel } from './models.ts';

/** Newest pictures of the line whose verdicts a candidate would change or not. */
export const NEWEST_COMPARED = 200;

const newestJudged = `SELECT image_id FROM current_verdict ORDER BY image_id DESC LIMIT ${NEWEST_COMPARED}`;

/** Pictures by which a candidate is compared: test rows, those judged since the teaching of the model in use, the newest ones. */
export function picturesToCompare(db: Reader, candidate: ModelId): ImageId[] {
  const rows = db.all<{ id: ImageId }>(
    `SELECT image_id AS id FROM image_split WHERE split = 'test'
     UNION SELECT image_id FROM current_label
       WHERE class_id IS NOT NULL AND label_id > coalesce((SELECT labels_through FROM model WHERE active = 1), 0)
     UNION SELECT image_id FROM (${newestJudged})
     EXCEPT SELECT image_id FROM score WHERE model_id = ? AND (source = 'scored' OR own_score IS NOT NULL)`,
    candidate,
  );
  return rows.map(({ id }) => id);
}

/** A labelled picture with the scores of two models. */
export interface TwiceScored {
  readonly imageId: ImageId;
  readonly isDefect: boolean;
  readonly active: number;
  readonly candidate: number;
  /** The score of the model in use is that of a model that had not seen it. */
  readonly activeHeldOut: boolean;
  readonly cameraId: number;
  /** The kind that each of both takes it for; null where it tells none. */
  readonly activeKind: number | null;
  readonly candidateKind: number | null;
}

export interface ComparedPictures {
  /**
   * test: rows that teach nothing. fresh: judged after the teaching of the model in use, by the candidate's cross-validation; weaker,
   * since most were chosen because a model was unsure of them.
   */
  readonly basis: 'test' | 'fresh';
  readonly pictures: readonly TwiceScored[];
}

/**
 * Pictures whose scores are fair to both models: neither was taught with them, or the score is that of a model that had not seen
 * them. Test rows where there are any.
 */
export function comparedPictures(db: Reader, candidate: ModelId): ComparedPictures {
  const active = activeModel(db);
  if (active === null) return { basis: 'fresh', pictures: [] };
  const rows = db.all<{
    imageId: ImageId;
    isDefect: 0 | 1;
    active: number;
    candidate: number;
    activeHeldOut: 0 | 1;
    candidateHeldOut: 0 | 1;
    fresh: 0 | 1;
    test: 0 | 1;
    frozenSince: 0 | 1;
    cameraId: number;
    activeKind: number | null;
    candidateKind: number | null;
  }>(
    `SELECT l.image_id AS imageId, 1 - c.is_good AS isDefect, a.score AS active, b.score AS candidate,
       a.source = 'held_out' AS activeHeldOut, b.source = 'held_out' AS candidateHeldOut,
       i.camera_id AS cameraId, a.likely_class AS activeKind, b.likely_class AS candidateKind,
       l.label_id > m.labels_through AS fresh, coalesce(p.split, '') = 'test' AS test,
       EXISTS (SELECT 1 FROM frozen_now f WHERE f.image_id = l.image_id)
         AND NOT EXISTS (SELECT 1 FROM frozen_now f WHERE f.image_id = l.image_id AND f.set_id <= m.frozen_through) AS frozenSince
     FROM current_label l JOIN class c ON c.id = l.class_id JOIN image i ON i.id = l.image_id
     JOIN model m ON m.id = ?1
     JOIN score a ON a.model_id = m.id AND a.image_id = l.image_id
     JOIN score b ON b.model_id = ?2 AND b.image_id = l.image_id
     LEFT JOIN image_split p ON p.image_id = l.image_id
     ORDER BY l.image_id`,
    ...[active.id, candidate],
  );
  const pick = (wanted: (row: (typeof rows)[number]) => boolean): TwiceScored[] =>
    rows.filter(wanted).map((row) => ({
      imageId: row.imageId,
      isDefect: row.isDefect === 1,
      active: row.active,
      candidate: row.candidate,
      activeHeldOut: row.activeHeldOut === 1,
      cameraId: row.cameraId,
      activeKind: row.activeKind,
      candidateKind: row.candidateKind,
    }));
  const test = pick((row) => row.test === 1 && (row.frozenSince === 0 || row.fresh === 1 || row.activeHeldOut === 1));
  if (test.length > 0) return { basis: 'test', pictures: test };
  return { basis: 'fresh', pictures: pick((row) => row.fresh === 1 && row.candidateHeldOut === 1) };
}

/** Pictures of the newest ones whose verdict another model would change, the highest scores first. */
export function flipsByModel(
  db: Reader,
  modelId: ModelId,
  marks: readonly MarksEntry[],
  limit: number,
): { readonly of: number; readonly rows: { imageId: ImageId; from: Verdict; to: Verdict }[]; readonly total: number } {
  const all = db.all<{ imageId: ImageId; from: Verdict; to: Verdict }>(
    `SELECT v.image_id AS imageId, v.verdict AS "from", s.verdict AS "to"
     FROM (${newestJudged}) n JOIN current_verdict v ON v.image_id = n.image_id
     JOIN ${judgedBy('?1', '?2')} s ON s.image_id = n.image_id ORDER BY s.score DESC, v.image_id`,
    ...[modelId, marksParam(db, marks)],
  );
  const flips = all.filter(({ from, to }) => from !== to);
  return { of: all.length, total: flips.length, rows: flips.slice(0, limit) };
}
