import { basename } from 'node:path';
import type { ImageId } from '#core/domain/ids.ts';
import type { LedgerLine } from '#core/contract/views.ts';
import type { Reader } from './handle.ts';

/**
 * Each source gives rows of one shape: time, event, who, and the event's values as a JSON object. `who` is empty for what the
 * program did by itself. `?1` is the picture.
 */
const sources: readonly string[] = [
  `SELECT s.seen_at_ms AS atMs, CASE s.duplicate WHEN 0 THEN 'admitted' ELSE 'seen_again' END AS event, '' AS who,
     json_object('camera', c.name, 'path', s.path) AS params, s.id AS ord
   FROM sighting s JOIN camera c ON c.id = s.camera_id WHERE s.image_id = ?1`,
  `SELECT s.replaced_at_ms, 'overwritten', '', json_object('camera', c.name), s.id
   FROM sighting s JOIN camera c ON c.id = s.camera_id WHERE s.image_id = ?1 AND s.replaced_at_ms IS NOT NULL`,
  `SELECT l.at_ms, CASE WHEN l.class_id IS NULL THEN 'set_aside' ELSE 'labelled' END, l.who,
     json_object('class', coalesce(c.name, ''), 'source', l.source), l.id
   FROM label l LEFT JOIN class c ON c.id = l.class_id
   WHERE l.image_id = ?1 AND l.source IN ('teach', 'csv')`,
  `SELECT d.at_ms, CASE WHEN d.class_id IS NULL THEN 'review_set_aside' ELSE 'reviewed' END, d.who,
     json_object('class', coalesce(c.name, ''), 'queue', d.queue, 'reason', d.reason, 'verdict', coalesce(v.verdict, '')), d.id
   FROM decision d LEFT JOIN class c ON c.id = d.class_id LEFT JOIN verdict v ON v.id = d.verdict_id
   WHERE d.image_id = ?1`,
  `SELECT u.at_ms, CASE u.redo WHEN 1 THEN 'redone' ELSE 'undone' END, u.who,
     json_object('class', coalesce(c.name, '')), u.id
   FROM undo u JOIN label l ON l.id = u.label_id LEFT JOIN class c ON c.id = l.class_id WHERE l.image_id = ?1`,
  `SELECT at_ms, CASE WHEN new IS NULL THEN 'fact_taken_back' ELSE 'fact_edited' END, who,
     json_object('field', field, 'from', old, 'to', coalesce(new, '')), id FROM meta_edit WHERE image_id = ?1`,
  `SELECT s.at_ms, 'scored', '', json_object('model', s.model_id, 'score', s.score, 'source', s.source), s.model_id
   FROM score s WHERE s.image_id = ?1`,
  `SELECT v.at_ms, 'verdict', t.who, json_object('verdict', v.verdict, 'score', v.score, 'model', v.model_id,
     'threshold', v.threshold_id, 'review', t.review, 'reject', t.reject), v.id
   FROM verdict v JOIN threshold t ON t.id = v.threshold_id WHERE v.image_id = ?1`,
  `SELECT a.drawn_at_ms, 'drawn_for_audit', '', json_object('percent', a.share * 100, 'stratum', p.stratum), a.id
   FROM audit_sample a JOIN audit_passed p ON p.image_id = a.image_id WHERE a.image_id = ?1`,
  `SELECT u.failed_at_ms, 'untrusted', f.who, json_object('verdict', v.verdict), u.check_id
   FROM verdict v JOIN untrusted_period u ON v.id > u.after_verdict AND v.id <= coalesce(u.through_verdict, v.id)
   JOIN golden_check f ON f.id = u.check_id WHERE v.image_id = ?1`,
  `SELECT c.at_ms, 'trusted_again', c.who, json_object('verdict', v.verdict, 'done', c.done, 'reason', c.reason), c.id
   FROM verdict v JOIN untrusted_period u ON v.id > u.after_verdict AND v.id <= u.through_verdict
   JOIN golden_clear c ON c.id = u.clear_id WHERE v.image_id = ?1`,
];

/** Everything that happened to a picture, oldest first: which model and marks, who judged, when. */
export function imageLedger(db: Reader, imageId: ImageId): LedgerLine[] {
  return db
    .all<Omit<LedgerLine, 'params'> & { params: string }>(
      `SELECT atMs, event, who, params FROM (${sources.join(' UNION ALL ')}) ORDER BY atMs, ord`,
      imageId,
    )
    .map((row) => {
      const { path, ...params } = JSON.parse(row.params) as LedgerLine['params'];
      return { ...row, params: typeof path === 'string' ? { ...params, fileName: basename(path) } : params };
    });
}
