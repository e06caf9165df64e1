import type { ImageId } from '#core/domain/ids.ts';
import type { Reader } from './handle.ts';

/*
 * All that is known of a lot's pictures, for taking it out.
 */

/** Lots whose name holds a text, the newest first, with their pictures and how many of those were deleted. */
export function listLots(
  db: Reader,
  text: string,
  limit: number,
): { lot: string; pictures: number; deleted: number }[] {
  return db.all(
    `SELECT m.lot, count(*) AS pictures, count(d.image_id) AS deleted FROM image_meta m
     LEFT JOIN deleted_picture d ON d.image_id = m.image_id
     WHERE m.lot IS NOT NULL AND m.lot <> '' AND instr(lower(m.lot), lower(?)) > 0
     GROUP BY m.lot ORDER BY max(m.image_id) DESC LIMIT ?`,
    ...[text, limit],
  );
}

/** A picture of a lot as it is taken out. */
export interface LotPicture {
  readonly id: ImageId;
  readonly sha256: string;
  readonly page: number;
  /** null: it is not there any more. */
  readonly path: string | null;
  readonly fileName: string;
  readonly camera: string;
  readonly serial: string;
  readonly shift: string;
  readonly takenAtMs: number;
  readonly seenAtMs: number;
  readonly quality: string;
  readonly label: string;
  readonly labelledBy: string;
  readonly verdict: string;
  readonly score: number | null;
  readonly modelId: number | null;
  readonly split: string;
  readonly deleted: 0 | 1;
}

/** The pictures of a lot in order of arrival. */
export function lotPictures(db: Reader, lot: string): LotPicture[] {
  return db.all<LotPicture>(
    `SELECT i.id, i.sha256, i.page, i.path, i.file_name AS fileName, c.name AS camera, coalesce(m.serial, '') AS serial,
       coalesce(m.shift, '') AS shift, i.taken_at_ms AS takenAtMs, i.seen_at_ms AS seenAtMs, coalesce(q.verdict, '') AS quality,
       coalesce(k.name, '') AS label, coalesce(a.who, '') AS labelledBy, coalesce(v.verdict, '') AS verdict, v.score,
       v.model_id AS modelId, coalesce(t.split, '') AS split, d.image_id IS NOT NULL AS deleted
     FROM image_meta m JOIN image i ON i.id = m.image_id JOIN camera c ON c.id = i.camera_id
     LEFT JOIN quality q ON q.image_id = i.id LEFT JOIN current_label l ON l.image_id = i.id
     LEFT JOIN label a ON a.id = l.label_id LEFT JOIN class k ON k.id = l.class_id
     LEFT JOIN current_verdict v ON v.image_id = i.id LEFT JOIN image_split t ON t.image_id = i.id
     LEFT JOIN deleted_picture d ON d.image_id = i.id
     WHERE m.lot = ? ORDER BY i.id`,
    lot,
  );
}

/** Every score that a model gave these pictures. */
export function lotScores(
  db: Reader,
  lot: string,
): { imageId: ImageId; modelId: number; score: number; ownScore: number | null; source: string; atMs: number }[] {
  return db.all(
    `SELECT s.image_id AS imageId, s.model_id AS modelId, s.score, s.own_score AS ownScore, s.source, s.at_ms AS atMs
     FROM image_meta m JOIN score s ON s.image_id = m.image_id WHERE m.lot = ? ORDER BY s.image_id, s.model_id`,
    lot,
  );
}
