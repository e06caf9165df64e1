import { basename } from 'node:path';
import type { ImageId } from '#core/domain/ids.ts';
import type { LedgerLine } from '#core/contract/views.ts';
import type { Reader } from './handle.ts';

/** A class as it was called at that moment. */
const calledAt = (moment: string): string => `coalesce((SELECT h.old FROM class_change h
  WHERE h.class_id = c.id AND h.what = 'renamed' AND h.at_ms > ${moment} ORDER BY h.id LIMIT 1), c.name, '')`;

/**
 * Each source gives rows of one shape: time, event, who, and the event's values as a JSON object. `who` is empty for what the
 * program did by itself. `?1` is the picture. The last column orders what happened within one millisecond: of people's words on a
 * picture it is the number of the label, which all of them have.
 */
const sources: readonly string[] = [
  `SELECT s.seen_at_ms AS atMs, CASE s.duplicate WHEN 0 THEN 'admitted' ELSE 'seen_again' END AS event, '' AS who,
     json_object('camera', c.name, 'path', s.path) AS params, s.id AS ord
   FROM sighting s JOIN camera c ON c.id = s.camera_id WHERE s.image_id = ?1`,
  `SELECT s.replaced_at_ms, 'overwritten', '', json_object('camera', c.name), s.id
   FROM sighting s JOIN camera c ON c.id = s.camera_id WHERE s.image_id = ?1 AND s.replaced_at_ms IS NOT NULL`,
  `SELECT l.at_ms, CASE WHEN l.class_id IS NULL THEN 'set_aside' ELSE 'labelled' END, l.who,
     json_object('class', ${calledAt('l.at_ms')}, 'source', l.source, 'boxes', nullif(json_array_length(coalesce(l.regions, '[]')), 0)), l.id
   FROM label l LEFT JOIN class c ON c.id = l.class_id
   WHERE l.image_id = ?1 AND l.source IN ('teach', 'csv') AND l.id NOT IN (SELECT label_id FROM group_label)`,
  `SELECT l.at_ms, CASE g.seen WHEN 1 THEN 'labelled_in_spot_check' ELSE 'labelled_with_group' END, l.who,
     json_object('class', c.name, 'groupSize', k.size, 'checkRight', e.right, 'checkAsked', e.asked), l.id
   FROM label l JOIN group_label g ON g.label_id = l.id JOIN group_check k ON k.id = g.check_id
   JOIN group_end e ON e.check_id = k.id JOIN class c ON c.id = l.class_id WHERE l.image_id = ?1`,
  `SELECT k.at_ms, CASE k.kept WHEN 1 THEN 'label_kept' ELSE 'label_kept_taken_back' END, k.who,
     json_object('class', coalesce(c.name, '')), k.id
   FROM label_kept k JOIN label l ON l.id = k.label_id LEFT JOIN class c ON c.id = l.class_id WHERE l.image_id = ?1`,
  `SELECT d.at_ms, CASE WHEN d.class_id IS NULL THEN 'review_set_aside' ELSE 'reviewed' END, d.who,
     json_object('class', ${calledAt('d.at_ms')}, 'queue', d.queue, 'reason', d.reason, 'verdict', coalesce(v.verdict, '')), d.label_id
   FROM decision d LEFT JOIN class c ON c.id = d.class_id LEFT JOIN verdict v ON v.id = d.verdict_id
   WHERE d.image_id = ?1`,
  `SELECT u.at_ms, CASE u.redo WHEN 1 THEN 'redone' ELSE 'undone' END, u.who,
     json_object('class', ${calledAt('u.at_ms')}), u.labels_through + 0.5
   FROM undo u JOIN label l ON l.id = u.label_id LEFT JOIN class c ON c.id = l.class_id WHERE l.image_id = ?1`,
  `SELECT at_ms, CASE WHEN new IS NULL THEN 'fact_taken_back' ELSE 'fact_edited' END, who,
     json_object('field', field, 'from', old, 'to', coalesce(new, '')), id FROM meta_edit WHERE image_id = ?1`,
  `SELECT s.at_ms, 'scored', '', json_object('model', s.model_id, 'score', s.score, 'source', s.source, 'likelyClass',
     ${calledAt('s.at_ms')}), s.model_id
   FROM score s LEFT JOIN class c ON c.id = coalesce(s.own_likely_class, s.likely_class) WHERE s.image_id = ?1`,
  `SELECT v.at_ms, 'verdict', t.who, json_object('verdict', v.verdict, 'score', v.score, 'model', v.model_id,
     'threshold', v.threshold_id, 'review', t.review, 'reject', t.reject, 'marksOfCamera', a.name,
     'marksOfClass', ${calledAt('v.at_ms')}), v.id
   FROM verdict v JOIN threshold t ON t.id = v.threshold_id LEFT JOIN camera a ON a.id = t.camera_id
   LEFT JOIN class c ON c.id = t.class_id WHERE v.image_id = ?1`,
  `SELECT g.at_ms, 'picture_deleted', coalesce(o.who, ''), json_object('order', g.deletion_id), g.image_id
   FROM deleted_picture g LEFT JOIN deletion o ON o.id = g.deletion_id WHERE g.image_id = ?1`,
  `SELECT at_ms, 'quality_said', who, json_object('quality', says), id FROM quality_word WHERE image_id = ?1`,
  `SELECT a.at_ms, 'likened', '', json_object('class', c.name, 'model', a.model_id, 'examples', a.examples), a.class_id
   FROM look_alike a JOIN class c ON c.id = a.class_id WHERE a.image_id = ?1 AND a.likeness > 0`,
  `SELECT f.at_ms, 'found_downstream', f.who, json_object('class', coalesce(c.name, ''), 'place', f.place, 'find', f.id,
     'cost', f.cost_yen, 'note', f.note), f.id
   FROM downstream_find f LEFT JOIN class c ON c.id = f.class_id WHERE f.image_id = ?1`,
  `SELECT w.at_ms, 'find_' || w.says, w.who, json_object('find', w.find_id), w.id
   FROM find_word w JOIN downstream_find f ON f.id = w.find_id WHERE f.image_id = ?1`,
  `SELECT at_ms, 'answered_alike', who, json_object('find', find_id, 'answer', says), id FROM find_answer WHERE image_id = ?1`,
  `SELECT at_ms, 'stopped_by_find', '', json_object('find', find_id, 'model', model_id), find_id FROM find_flag WHERE image_id = ?1`,
  `SELECT at_ms, 'listed_to_set_apart', who, json_object('find', find_id, 'fileName', file), id FROM find_export WHERE image_id = ?1`,
  `SELECT s.at_ms, 'limit_sample', s.who, json_object('class', ${calledAt('s.at_ms')}, 'role', s.role, 'note', s.note), s.id
   FROM limit_sample s JOIN class c ON c.id = s.class_id WHERE s.image_id = ?1`,
  `SELECT r.at_ms, 'limit_sample_removed', r.who, json_object('class', ${calledAt('r.at_ms')}, 'reason', r.reason), r.sample_id
   FROM limit_sample_removed r JOIN limit_sample s ON s.id = r.sample_id JOIN class c ON c.id = s.class_id
   WHERE s.image_id = ?1`,
  `SELECT r.at_ms, CASE r.how WHEN 'agreed' THEN 'both_agreed' ELSE 'third_word' END, r.who,
     json_object('class', ${calledAt('r.at_ms')}, 'reason', r.reason), r.id
   FROM agreement_resolution r JOIN label l ON l.id = r.label_id JOIN class c ON c.id = l.class_id WHERE r.image_id = ?1`,
  `SELECT a.drawn_at_ms, 'drawn_for_audit', '', json_object('percent', a.share * 100, 'stratum', p.stratum), a.id
   FROM audit_sample a JOIN audit_passed p ON p.image_id = a.image_id WHERE a.image_id = ?1`,
  `SELECT u.failed_at_ms, 'untrusted', f.who, json_object('verdict', v.verdict), u.check_id
   FROM verdict v JOIN untrusted_period u ON v.id > u.after_verdict AND v.id <= coalesce(u.through_verdict, v.id)
   JOIN golden_check f ON f.id = u.check_id WHERE v.image_id = ?1`,
  `SELECT c.at_ms, 'trusted_again', c.who, json_object('verdict', v.verdict, 'done', c.done, 'reason', c.reason), c.id
   FROM verdict v JOIN untrusted_period u ON v.id > u.after_verdict AND v.id <= u.through_verdict
   JOIN golden_clear c ON c.id = u.clear_id WHERE v.image_id = ?1`,
];

const lines = `(${sources.join(' UNION ALL ')})`;

/**
 * What happened to a picture, oldest first: which model and marks, who judged, when. Of a longer history its newest lines.
 *
 * @param most lines at most
 */
export function imageLedger(db: Reader, imageId: ImageId, most = Number.MAX_SAFE_INTEGER): LedgerLine[] {
  return db
    .all<Omit<LedgerLine, 'params'> & { params: string }>(
      `SELECT atMs, event, who, params FROM ${lines} ORDER BY atMs DESC, ord DESC LIMIT ?2`,
      imageId,
      most,
    )
    .reverse()
    .map((row) => {
      const { path, ...known } = JSON.parse(row.params) as Record<string, LedgerLine['params'][string] | null>;
      const params = Object.fromEntries(
        Object.entries(known).flatMap(([name, value]) => (value === null ? [] : [[name, value]])),
      );
      return { ...row, params: typeof path === 'string' ? { ...params, fileName: basename(path) } : params };
    });
}

/** How many lines a picture's history has. */
export function ledgerLength(db: Reader, imageId: ImageId): number {
  return db.value<number>(`SELECT count(*) FROM ${lines}`, imageId) ?? 0;
}
