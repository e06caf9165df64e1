import type { AuditCell, AuditDraw } from '#core/domain/audit-strata.ts';
import type { FirstVerdict } from '#core/domain/figures.ts';
import type { FigureBy } from '#core/contract/figures.ts';
import type { Reader } from './handle.ts';

/** Production days, both included. */
export interface Days {
  readonly from: string;
  readonly to: string;
}

/** Pictures of a group by first verdict and answer; `classId` 0: nobody looked, −1: set aside. */
export interface FigureCell {
  readonly key: string;
  readonly verdict: FirstVerdict;
  readonly classId: number;
  readonly n: number;
}

/** What a group is known by, where `f` has day, shift, camera_id, lot and class_id. */
const keys: Readonly<Record<Exclude<FigureBy, 'class'>, string>> = {
  line: '(SELECT CAST(c.line_id AS TEXT) FROM camera c WHERE c.id = f.camera_id)',
  camera: 'CAST(f.camera_id AS TEXT)',
  lot: 'f.lot',
  shift: 'f.shift',
  day: 'f.day',
};

/** The counted groups of a period. Reads counters only: days × shifts × cameras, or days × lots. */
export function figureCells(db: Reader, by: FigureBy, { from, to }: Days): FigureCell[] {
  const key = by === 'class' ? 'CAST(f.class_id AS TEXT)' : keys[by];
  return db.all<FigureCell>(
    `SELECT ${key} AS key, verdict, class_id AS classId, sum(n) AS n FROM ${by === 'lot' ? 'figure_lot' : 'figure_day'} f
     WHERE day BETWEEN ? AND ? ${by === 'class' ? 'AND class_id > 0' : ''} GROUP BY 1, 2, 3`,
    from,
    to,
  );
}

/** The same by day and shift, for a trend. */
export function trendCells(
  db: Reader,
  { from, to }: Days,
): (Omit<FigureCell, 'key'> & { readonly day: string; readonly shift: string })[] {
  return db.all(
    `SELECT day, shift, verdict, class_id AS classId, sum(n) AS n FROM figure_day WHERE day BETWEEN ? AND ?
     GROUP BY day, shift, verdict, class_id`,
    from,
    to,
  );
}

/** Pictures of the days before and after a period, and the first and the last day of all. */
export function outside(
  db: Reader,
  { from, to }: Days,
): { readonly before: number; readonly after: number; readonly first: string | null; readonly last: string | null } {
  const found = db.one<{ before: number; after: number; first: string | null; last: string | null }>(
    `SELECT (SELECT coalesce(sum(n), 0) FROM figure_day WHERE day < ?1) AS before,
       (SELECT coalesce(sum(n), 0) FROM figure_day WHERE day > ?2) AS after,
       (SELECT min(day) FROM figure_day) AS first, (SELECT max(day) FROM figure_day) AS last`,
    from,
    to,
  );
  return found ?? { before: 0, after: 0, first: null, last: null };
}

/** What a point of a trend is known by: its day and shift. */
export const trendKey = (day: string, shift: string): string => `${day} ${shift}`;

export type AuditBy = Exclude<FigureBy, 'class'> | 'trend' | 'all';
const auditKeys: Readonly<Record<AuditBy, string>> = { ...keys, trend: "f.day || ' ' || f.shift", all: "''" };
const cell = 'f.audit_shift_id AS shiftId, f.threshold_id AS thresholdId, f.stratum, f.late';

export type Keyed<T> = T & { readonly key: string };
type Stored<T extends { readonly late: boolean }> = Omit<T, 'late'> & { readonly late: 0 | 1 };

/** What passed into the audit, group by group: a random sample of all is one of each group's pictures as well. */
export function auditCellsBy(db: Reader, by: AuditBy, { from, to }: Days): Keyed<Omit<AuditCell, 'drawn'>>[] {
  return db
    .all<Stored<Keyed<Omit<AuditCell, 'drawn'>>>>(
      `SELECT ${auditKeys[by]} AS key, ${cell}, sum(f.n) AS passed
       FROM ${by === 'lot' ? 'figure_audit_lot' : 'figure_audit'} f WHERE f.day BETWEEN ? AND ? GROUP BY 1, 2, 3, 4, 5`,
      from,
      to,
    )
    .map((row) => ({ ...row, late: row.late === 1 }));
}

/** A drawn picture and which groups it belongs to. */
export interface FigureDraw extends AuditDraw {
  readonly day: string;
  readonly shift: string;
  readonly lot: string;
  readonly cameraId: number;
  readonly lineId: number;
}

/** The drawn pictures of a period. */
export function figureDraws(db: Reader, { from, to }: Days): FigureDraw[] {
  return db
    .all<Stored<FigureDraw>>(
      `SELECT f.day, f.shift, f.lot, f.camera_id AS cameraId, c.line_id AS lineId, ${cell}, p.number,
         CASE WHEN f.class_id = 0 THEN 'open' WHEN f.class_id < 0 THEN 'held' WHEN k.is_good THEN 'good' ELSE 'defect' END AS answer
       FROM audit_sample a CROSS JOIN figure_picture f ON f.image_id = a.image_id
       JOIN audit_passed p ON p.image_id = a.image_id JOIN camera c ON c.id = f.camera_id
       LEFT JOIN class k ON k.id = f.class_id
       WHERE f.audit_shift_id IS NOT NULL AND f.day BETWEEN ? AND ?`,
      from,
      to,
    )
    .map((row) => ({ ...row, late: row.late === 1 }));
}

/** The group of a drawn picture, as {@link auditCellsBy} knows it. */
export const drawKey: Readonly<Record<AuditBy, (draw: FigureDraw) => string>> = {
  line: ({ lineId }) => String(lineId),
  camera: ({ cameraId }) => String(cameraId),
  lot: ({ lot }) => lot,
  shift: ({ shift }) => shift,
  day: ({ day }) => day,
  trend: ({ day, shift }) => trendKey(day, shift),
  all: () => '',
};

/** Names of all cameras, also of those that were taken out, by their number. */
export function cameraNames(db: Reader): ReadonlyMap<string, string> {
  const rows = db.all<{ id: number; name: string }>('SELECT id, name FROM camera');
  return new Map(rows.map(({ id, name }) => [String(id), name]));
}

/** Whether each class is one of good parts. */
export function goodClasses(db: Reader): ReadonlyMap<number, boolean> {
  const rows = db.all<{ id: number; isGood: 0 | 1 }>('SELECT id, is_good AS isGood FROM class');
  return new Map(rows.map(({ id, isGood }) => [id, isGood === 1]));
}
