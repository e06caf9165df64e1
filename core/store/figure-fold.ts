import type { LineId } from '#core/domain/ids.ts';
import { shiftInstance, type Shift } from '#core/domain/shifts.ts';
import type { Reader, Writer } from './handle.ts';
import { shiftCalendar } from './naming.ts';

interface Told {
  readonly imageId: number;
  readonly cameraId: number;
  readonly lineId: LineId;
  readonly takenAtMs: number;
  readonly shift: string | null;
  readonly lot: string;
  readonly verdict: string;
  readonly classId: number;
  readonly auditShiftId: number | null;
  readonly thresholdId: number | null;
  readonly stratum: string | null;
  readonly late: number | null;
}

/** What is known of the pictures of which something was said, in the order of their numbers. */
const told = `SELECT i.id AS imageId, i.camera_id AS cameraId, c.line_id AS lineId, i.taken_at_ms AS takenAtMs, m.shift,
    coalesce(m.lot, '') AS lot,
    CASE WHEN v.id IS NULL THEN 'none'
      WHEN EXISTS (SELECT 1 FROM label l WHERE l.image_id = i.id AND l.undone = 0
        AND l.id <= (SELECT labels_through FROM model WHERE id = v.model_id)) THEN 'taught'
      -- What a find stopped goes to a person, whatever the marks say.
      WHEN v.verdict = 'ok' AND EXISTS (SELECT 1 FROM find_flag g WHERE g.image_id = i.id) THEN 'review'
      ELSE v.verdict END AS verdict,
    CASE WHEN j.image_id IS NULL THEN 0 ELSE coalesce(j.class_id, -1) END AS classId,
    p.shift_id AS auditShiftId, p.threshold_id AS thresholdId, p.stratum, p.late
  FROM figure_due d
  JOIN image i ON i.id = d.image_id JOIN camera c ON c.id = i.camera_id
  LEFT JOIN image_meta m ON m.image_id = i.id
  LEFT JOIN verdict v ON v.id = (SELECT min(f.id) FROM verdict f WHERE f.image_id = i.id)
  LEFT JOIN judged_label j ON j.image_id = i.id
  LEFT JOIN audit_passed p ON p.image_id = i.id
  ORDER BY d.image_id LIMIT ?`;

/** How many pictures wait to be counted anew. */
export function figuresDue(db: Reader): number {
  return db.value<number>('SELECT count(*) FROM figure_due') ?? 0;
}

/**
 * Counts up to `most` pictures anew of which something was said, in one transaction. Returns how many; 0: all figures are up to date.
 */
export function foldFigures(db: Writer, most: number): number {
  const calendars = new Map<LineId, readonly Shift[]>();
  const dayOf = ({ lineId, shift, takenAtMs }: Told): string => {
    let calendar = calendars.get(lineId);
    if (calendar === undefined) calendars.set(lineId, (calendar = shiftCalendar(db, lineId)));
    return shiftInstance(calendar, shift, takenAtMs).day;
  };
  return db.transaction(() => {
    const rows = db.all<Told>(told, most);
    for (const row of rows) {
      const { imageId, cameraId, lot, shift, verdict, classId, auditShiftId, thresholdId, stratum, late } = row;
      // Not REPLACE: that takes a row away without its trigger.
      db.run('DELETE FROM figure_picture WHERE image_id = ?', imageId);
      db.run(
        `INSERT INTO figure_picture (image_id, day, shift, camera_id, lot, verdict, class_id, audit_shift_id, threshold_id,
           stratum, late) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
        ...[
          imageId,
          dayOf(row),
          shift ?? '',
          cameraId,
          lot,
          verdict,
          classId,
          auditShiftId,
          thresholdId,
          stratum,
          late,
        ],
      );
      db.run('DELETE FROM figure_due WHERE image_id = ?', imageId);
    }
    return rows.length;
  });
}
