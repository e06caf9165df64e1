import type { FigurePicture, FigureFilter, FigureWhich } from '#core/contract/figures.ts';
import type { Reader, SqlValue } from './handle.ts';

const flagged = "f.verdict IN ('review', 'reject')";
const good = 'f.class_id IN (SELECT id FROM class WHERE is_good = 1)';
const defect = 'f.class_id IN (SELECT id FROM class WHERE is_good = 0)';
const audited = 'f.image_id IN (SELECT image_id FROM audit_sample) AND f.class_id > 0';

/** Which pictures stand behind a number. */
const conditions: Readonly<Record<FigureWhich, string>> = {
  all: '1',
  judged: "f.verdict IN ('ok', 'review', 'reject')",
  unjudged: "f.verdict = 'none'",
  taught: "f.verdict = 'taught'",
  passed: "f.verdict = 'ok'",
  review: "f.verdict = 'review'",
  reject: "f.verdict = 'reject'",
  flagged,
  waiting: `${flagged} AND f.class_id <= 0`,
  cleared: `${flagged} AND ${good}`,
  overkill: `f.verdict = 'reject' AND ${good}`,
  yielded: `(f.verdict = 'ok' AND NOT ${defect} OR ${flagged} AND ${good})`,
  defects: `f.verdict IN ('ok', 'review', 'reject') AND ${defect}`,
  missed: `f.verdict = 'ok' AND ${defect}`,
  audited,
};

/** Where the pictures are found without reading all: by what is rarest. */
function indexFor({ lot, classId, which, from, to }: FigureFilter): string {
  if (lot !== undefined) return 'INDEXED BY figure_picture_lot';
  if (classId !== undefined || which === 'defects' || which === 'missed') return 'INDEXED BY figure_picture_class';
  const stopped: readonly FigureWhich[] = ['review', 'reject', 'flagged', 'waiting', 'cleared', 'overkill'];
  if (stopped.includes(which)) return 'INDEXED BY figure_picture_flagged';
  // Of one day the index is in the order of the list; of more days a scan from the newest is there sooner.
  return from !== undefined && from === to ? 'INDEXED BY figure_picture_day' : '';
}

function whereOf(filter: FigureFilter): { where: string; values: SqlValue[] } {
  const { from, to, which, lineId, cameraId, lot, shift, classId } = filter;
  const parts: [string, ...SqlValue[]][] = [[conditions[which]]];
  if (from !== undefined) parts.push(['f.day >= ?', from]);
  if (to !== undefined) parts.push(['f.day <= ?', to]);
  if (lineId !== undefined) parts.push(['f.camera_id IN (SELECT id FROM camera WHERE line_id = ?)', lineId]);
  if (cameraId !== undefined) parts.push(['f.camera_id = ?', cameraId]);
  if (lot !== undefined) parts.push(['f.lot = ?', lot]);
  if (shift !== undefined) parts.push(['f.shift = ?', shift]);
  if (classId !== undefined) parts.push(['f.class_id = ?', classId]);
  // So that the indices of stopped and of answered pictures are known to hold all that is asked for.
  if (indexFor(filter).endsWith('class')) parts.push(['f.class_id > 0']);
  if (indexFor(filter).endsWith('flagged')) parts.push([flagged]);
  return {
    where: parts.map(([sql]) => sql).join(' AND '),
    values: parts.flatMap(([, ...values]) => values),
  };
}

/** How many pictures a filter has: by the counters wherever they know what is asked for. */
function countOf(db: Reader, filter: FigureFilter): number {
  const { where, values } = whereOf(filter);
  const counted = filter.which !== 'audited' && (filter.lot === undefined || onlyLot(filter));
  if (!counted) {
    const from =
      filter.which === 'audited'
        ? 'audit_sample a CROSS JOIN figure_picture f ON f.image_id = a.image_id'
        : `figure_picture f ${indexFor(filter)}`;
    return db.value<number>(`SELECT count(*) FROM ${from} WHERE ${where}`, ...values) ?? 0;
  }
  const table = filter.lot === undefined ? 'figure_day' : 'figure_lot';
  return db.value<number>(`SELECT coalesce(sum(f.n), 0) FROM ${table} f WHERE ${where}`, ...values) ?? 0;
}

const onlyLot = ({ lineId, cameraId, shift }: FigureFilter): boolean =>
  lineId === undefined && cameraId === undefined && shift === undefined;

/** The pictures behind a number, newest first, and how many there are. */
export function figurePictures(
  db: Reader,
  filter: FigureFilter,
  page: { readonly beforeId?: number | undefined; readonly limit: number },
): { rows: FigurePicture[]; total: number } {
  const { where, values } = whereOf(filter);
  const from =
    filter.which === 'audited'
      ? 'audit_sample a CROSS JOIN figure_picture f ON f.image_id = a.image_id'
      : `figure_picture f ${indexFor(filter)}`;
  const rows = db.all<FigurePicture>(
    `SELECT f.image_id AS id, i.file_name AS fileName, i.width, i.height, i.taken_at_ms AS takenAtMs, f.day, f.shift, f.lot,
       f.camera_id AS cameraId, c.name AS camera, f.verdict, f.class_id AS classId, coalesce(k.name, '') AS className
     FROM ${from} JOIN image i ON i.id = f.image_id JOIN camera c ON c.id = f.camera_id
     LEFT JOIN class k ON k.id = f.class_id
     WHERE ${where} AND f.image_id < ? ORDER BY f.image_id DESC LIMIT ?`,
    ...[...values, page.beforeId ?? Number.MAX_SAFE_INTEGER, page.limit],
  );
  return { rows, total: countOf(db, filter) };
}
