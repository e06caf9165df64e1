import type { HandoverLine } from '#core/contract/sheets.ts';
import type { LineId } from '#core/domain/ids.ts';
import type { Reader } from './handle.ts';

/** What came on a line between two moments, what the machine said of it and what people said of what it stopped. */
export function shiftCounts(
  db: Reader,
  lineId: LineId,
  fromMs: number,
  toMs: number,
): Pick<HandoverLine, 'taken' | 'judged' | 'flagged' | 'confirmed' | 'overruled'> {
  const row = db.one<Pick<HandoverLine, 'taken' | 'judged' | 'flagged' | 'confirmed' | 'overruled'>>(
    `SELECT count(*) AS taken, count(v.image_id) AS judged, coalesce(sum(v.flagged), 0) AS flagged,
       coalesce(sum(v.flagged AND c.is_good = 0), 0) AS confirmed, coalesce(sum(v.flagged AND c.is_good = 1), 0) AS overruled
     FROM image i JOIN camera m ON m.id = i.camera_id
     LEFT JOIN current_verdict v ON v.image_id = i.id
     LEFT JOIN judged_label l ON l.image_id = i.id LEFT JOIN class c ON c.id = l.class_id
     WHERE m.line_id = ? AND i.taken_at_ms >= ? AND i.taken_at_ms < ?`,
    ...[lineId, fromMs, toMs],
  );
  return row ?? { taken: 0, judged: 0, flagged: 0, confirmed: 0, overruled: 0 };
}
