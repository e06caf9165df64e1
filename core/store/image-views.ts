import type { ClassId, ImageId } from '#core/domain/ids.ts';
import type { ImageView } from '#core/contract/views.ts';
import type { Reader } from './handle.ts';
import { regionsOf } from './labels.ts';

export type ImageFilter = 'all' | 'unlabelled' | 'labelled' | 'flagged' | 'passed' | 'poor_quality';

type Stored = Omit<ImageView, 'qualityReasons' | 'held' | 'reviewed' | 'regions'> & {
  readonly regions: string | null;
  readonly qualityReasons: string | null;
  readonly held: 0 | 1;
  readonly reviewed: 0 | 1;
};

const select = `
  SELECT i.id, i.camera_id AS cameraId, i.file_name AS fileName, i.width, i.height, i.taken_at_ms AS takenAtMs,
    q.verdict AS quality, q.reasons AS qualityReasons, l.class_id AS classId, l.label_id AS labelId,
    l.image_id IS NOT NULL AND l.class_id IS NULL AS held,
    (SELECT regions FROM label WHERE id = l.label_id) AS regions,
    s.score, s.anomaly, v.verdict,
    EXISTS (SELECT 1 FROM decision d WHERE d.image_id = i.id AND d.undone = 0 AND d.class_id IS NOT NULL) AS reviewed
  FROM image i
  LEFT JOIN quality q ON q.image_id = i.id
  LEFT JOIN current_label l ON l.image_id = i.id
  LEFT JOIN current_verdict v ON v.image_id = i.id
  LEFT JOIN score s ON s.model_id = (SELECT id FROM model WHERE active = 1) AND s.image_id = i.id`;

const toView = (row: Stored): ImageView => ({
  ...row,
  qualityReasons: JSON.parse(row.qualityReasons ?? '[]') as string[],
  held: row.held === 1,
  regions: regionsOf(row.regions),
  reviewed: row.reviewed === 1,
});

/** The pictures of these ids, in the order given; unknown ids are left out. */
export function imageViews(db: Reader, ids: readonly ImageId[]): ImageView[] {
  const rows = db.all<Stored>(`${select} WHERE i.id IN (SELECT value FROM json_each(?))`, JSON.stringify(ids));
  const byId = new Map<number, ImageView>(rows.map((row) => [row.id, toView(row)]));
  return ids.flatMap((id) => byId.get(id) ?? []);
}

/**
 * Where each filter finds its picture ids by an index, newest first. `?1`: only ids below (null: from the newest), `?2`: class
 * or null, `?3`: at most so many.
 */
const sources: Readonly<Record<ImageFilter, { readonly from: string; readonly id: string; readonly where: string }>> = {
  all: { from: 'image x', id: 'x.id', where: '1' },
  unlabelled: {
    from: 'image x',
    id: 'x.id',
    where: `NOT EXISTS (SELECT 1 FROM current_label n WHERE n.image_id = x.id)
      AND NOT EXISTS (SELECT 1 FROM deleted_picture d WHERE d.image_id = x.id)`,
  },
  labelled: { from: 'current_label x', id: 'x.image_id', where: 'x.class_id IS NOT NULL' },
  flagged: { from: 'current_verdict x', id: 'x.image_id', where: 'x.flagged = 1' },
  passed: { from: 'current_verdict x', id: 'x.image_id', where: 'x.flagged = 0' },
  poor_quality: { from: 'quality x', id: 'x.image_id', where: "x.verdict IN ('warn', 'reject')" },
};

/** One page of pictures, newest first, and how many the filter has in all. `beforeId`: only older ones. */
export function listImages(
  db: Reader,
  query: {
    readonly filter: ImageFilter;
    readonly classId?: ClassId | undefined;
    readonly beforeId?: ImageId | undefined;
    readonly limit: number;
  },
): { rows: ImageView[]; total: number } {
  const { from, id, where } = sources[query.filter];
  const classId = query.classId ?? null;
  // Spelled out only when asked: a condition that may be NULL would keep SQLite from using the class's index.
  const ofClass =
    classId === null
      ? '?1 IS NULL'
      : `EXISTS (SELECT 1 FROM current_label c WHERE c.image_id = ${id} AND c.class_id = ?1)`;
  const filter = `FROM ${from} WHERE ${where} AND ${ofClass}`;
  const ids = db
    .all<{ id: ImageId }>(
      `SELECT ${id} AS id ${filter} AND ${id} < ?2 ORDER BY ${id} DESC LIMIT ?3`,
      classId,
      query.beforeId ?? Number.MAX_SAFE_INTEGER,
      query.limit,
    )
    .map((row) => row.id);
  return { rows: imageViews(db, ids), total: db.value<number>(`SELECT count(*) ${filter}`, classId) ?? 0 };
}
