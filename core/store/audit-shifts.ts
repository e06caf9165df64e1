import type { AuditState } from '#core/contract/audit.ts';
import type { AuditStratumName, StratumCuts, StratumFinds } from '#core/domain/audit-draw.ts';
import type { AuditCell, AuditDraw } from '#core/domain/audit-strata.ts';
import type { ImageId, LineId, ThresholdId, VerdictId } from '#core/domain/ids.ts';
import type { ShiftInstance } from '#core/domain/shifts.ts';
import type { Reader, Writer } from './handle.ts';

export type AuditShiftKind = 'shift' | 'backlog' | 'former';
type Shares = Readonly<Record<AuditStratumName, number>>;

/** One shift of a line, of whose passed pictures a sample is looked at again. */
export interface AuditShift extends ShiftInstance {
  readonly id: number;
  readonly lineId: LineId;
  readonly kind: AuditShiftKind;
  /** Empty: the day is one shift. */
  readonly shift: string;
  readonly perShift: number;
  readonly seed: number;
  /** Chance with which each stratum is drawn while it runs. */
  readonly shares: Shares;
  readonly openedAtMs: number;
  readonly closesAtMs: number;
  readonly closed: boolean;
}

type Stored = Omit<AuditShift, 'shares' | 'closed'> & { readonly shares: string; readonly closed: 0 | 1 };

const select = `SELECT id, line_id AS lineId, kind, day, shift, start_ms AS startMs, end_ms AS endMs, per_shift AS perShift, seed,
  shares, opened_at_ms AS openedAtMs, closes_at_ms AS closesAtMs, closed_at_ms IS NOT NULL AS closed FROM audit_shift`;

const toShift = (row: Stored): AuditShift => ({
  ...row,
  shares: JSON.parse(row.shares) as Shares,
  closed: row.closed === 1,
});

export function findAuditShift(
  db: Reader,
  key: Pick<AuditShift, 'lineId' | 'kind' | 'day' | 'shift'>,
): AuditShift | null {
  const { lineId, kind, day, shift } = key;
  const sql = `${select} WHERE line_id = ? AND kind = ? AND day = ? AND shift = ?`;
  const row = db.one<Stored>(sql, lineId, kind, day, shift);
  return row === undefined ? null : toShift(row);
}

export function openAuditShift(db: Writer, shift: Omit<AuditShift, 'id' | 'closed'>): AuditShift {
  const { lineId, kind, day, shift: name, startMs, endMs, perShift, seed, shares, openedAtMs, closesAtMs } = shift;
  const { id } = db.run(
    `INSERT INTO audit_shift (line_id, kind, day, shift, start_ms, end_ms, per_shift, seed, shares, opened_at_ms, closes_at_ms)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    ...[lineId, kind, day, name, startMs, endMs, perShift, seed, JSON.stringify(shares), openedAtMs, closesAtMs],
  );
  return { ...shift, id, closed: false };
}

export function raiseShares(db: Writer, id: number, shares: Shares): void {
  db.run('UPDATE audit_shift SET shares = ? WHERE id = ?', JSON.stringify(shares), id);
}

/** A person's word on a shift that runs: its sample is made whole by it. */
export function setShiftSize(db: Writer, lineId: LineId, perShift: number): void {
  db.run('UPDATE audit_shift SET per_shift = ? WHERE line_id = ? AND closed_at_ms IS NULL', perShift, lineId);
}

/** Every picture that has a place in the audit, of one line or of all. */
export function countEntered(db: Reader, lineId: LineId | null): number {
  return (
    db.value<number>(
      `SELECT count(*) FROM audit_passed p JOIN audit_shift s ON s.id = p.shift_id WHERE ?1 IS NULL OR s.line_id = ?1`,
      lineId,
    ) ?? 0
  );
}

export function closeAuditShift(db: Writer, id: number, atMs: number): void {
  db.run('UPDATE audit_shift SET closed_at_ms = ? WHERE id = ?', atMs, id);
}

/** Shifts whose sample is not whole yet, oldest first. */
export function openAuditShifts(db: Reader): AuditShift[] {
  return db.all<Stored>(`${select} WHERE closed_at_ms IS NULL ORDER BY end_ms, id`).map(toShift);
}

/** Shifts of a line or of all, newest first. */
export function auditShifts(db: Reader, lineId: LineId | null): AuditShift[] {
  const sql = `${select} WHERE ?1 IS NULL OR line_id = ?1 ORDER BY end_ms DESC, id DESC`;
  return db.all<Stored>(sql, lineId).map(toShift);
}

/** Pictures to look at again in each shift of a line, as a person said last; null: nobody did. */
export function plannedPerShift(db: Reader, lineId: LineId): number | null {
  return (
    db.value<number>('SELECT per_shift FROM audit_plan WHERE line_id = ? ORDER BY id DESC LIMIT 1', lineId) ?? null
  );
}

export function planPerShift(db: Writer, plan: { lineId: LineId; perShift: number; who: string; atMs: number }): void {
  const { lineId, perShift, who, atMs } = plan;
  db.run('INSERT INTO audit_plan (line_id, per_shift, who, at_ms) VALUES (?, ?, ?, ?)', lineId, perShift, who, atMs);
}

/** Mean number of pictures that passed in the newest closed shifts of this name; null before the first. */
export function usualPassed(db: Reader, lineId: LineId, shift: string): number | null {
  const mean = db.value<number | null>(
    `SELECT avg(n) FROM (SELECT (SELECT count(*) FROM audit_passed p WHERE p.shift_id = s.id) AS n FROM audit_shift s
       WHERE s.line_id = ? AND s.kind = 'shift' AND s.shift = ? AND s.closed_at_ms IS NOT NULL ORDER BY s.end_ms DESC LIMIT 5)`,
    lineId,
    shift,
  );
  return mean ?? null;
}

/** Pictures of a line that were taken within a time. */
export function takenBetween(db: Reader, lineId: LineId, fromMs: number, toMs: number): number {
  return (
    db.value<number>(
      `SELECT count(*) FROM image i JOIN camera c ON c.id = i.camera_id
       WHERE c.line_id = ? AND i.taken_at_ms >= ? AND i.taken_at_ms < ?`,
      ...[lineId, fromMs, toMs],
    ) ?? 0
  );
}

const THROUGH = 'audit.entered_through';
const FORMER_THROUGH = 'audit.drawn_through';

/** A picture that passed and has no place in the audit yet. */
export interface Entrant {
  readonly imageId: ImageId;
  readonly verdictId: VerdictId;
  readonly thresholdId: ThresholdId;
  readonly lineId: LineId;
  readonly score: number;
  readonly shift: string | null;
  readonly takenAtMs: number;
}

/** What passed since the last time, without what a person had judged before; in the order of their verdicts. */
export function newEntrants(db: Writer): Entrant[] {
  const setting = (key: string): number =>
    Number(db.value<string>('SELECT value FROM setting WHERE key = ?', key) ?? 0);
  const through = Math.max(setting(THROUGH), setting(FORMER_THROUGH));
  const newest = db.value<number>('SELECT coalesce(max(id), 0) FROM verdict') ?? 0;
  if (newest <= through) return [];
  const entrants = db.all<Entrant>(
    `SELECT v.image_id AS imageId, v.verdict_id AS verdictId, t.threshold_id AS thresholdId, c.line_id AS lineId, v.score,
       m.shift, i.taken_at_ms AS takenAtMs
     FROM current_verdict v JOIN verdict t ON t.id = v.verdict_id
     JOIN image i ON i.id = v.image_id JOIN camera c ON c.id = i.camera_id
     LEFT JOIN image_meta m ON m.image_id = v.image_id
     LEFT JOIN judged_label l ON l.image_id = v.image_id
     LEFT JOIN audit_passed p ON p.image_id = v.image_id
     WHERE +v.flagged = 0 AND v.verdict_id > ? AND l.image_id IS NULL AND p.image_id IS NULL ORDER BY v.verdict_id`,
    through,
  );
  db.run('INSERT OR REPLACE INTO setting (key, value) VALUES (?, ?)', THROUGH, String(newest));
  return entrants;
}

export function enterPassed(
  db: Writer,
  entry: Pick<Entrant, 'imageId' | 'verdictId' | 'thresholdId'> & {
    readonly shiftId: number;
    readonly stratum: AuditStratumName;
    readonly late: boolean;
    readonly number: number;
    readonly atMs: number;
  },
): void {
  const { imageId, shiftId, verdictId, thresholdId, stratum, late, number, atMs } = entry;
  db.run(
    `INSERT INTO audit_passed (image_id, shift_id, verdict_id, threshold_id, stratum, late, number, at_ms)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
    ...[imageId, shiftId, verdictId, thresholdId, stratum, Number(late), number, atMs],
  );
}

/*
 * Draws are few and passed pictures many: what asks for draws reads them first (CROSS JOIN keeps that order), what counts passed
 * pictures reads their index alone.
 */
const drawnPassed = 'audit_sample a CROSS JOIN audit_passed p ON p.image_id = a.image_id';
const ofShifts = 'p.shift_id IN (SELECT value FROM json_each(?))';
const cell = 'p.shift_id AS shiftId, p.threshold_id AS thresholdId, p.stratum, p.late';

/** Cells of shifts. */
export function auditCells(db: Reader, shiftIds: readonly number[]): AuditCell[] {
  type Counted = Omit<AuditCell, 'late' | 'passed' | 'drawn'> & { readonly late: 0 | 1; readonly n: number };
  const ids = JSON.stringify(shiftIds);
  const counted = (from: string): Counted[] =>
    db.all<Counted>(`SELECT ${cell}, count(*) AS n FROM ${from} WHERE ${ofShifts} GROUP BY 1, 2, 3, 4`, ids);
  const key = ({ n: _, ...of }: Counted): string => JSON.stringify(of);
  const drawn = new Map(counted(drawnPassed).map((row) => [key(row), row.n]));
  return counted('audit_passed p').map((row) => {
    const { n, late, ...of } = row;
    return { ...of, late: late === 1, passed: n, drawn: drawn.get(key(row)) ?? 0 };
  });
}

/**
 * Draws of a cell the pictures with the smallest lots that are not drawn: those below `below`, or so many that `atLeast` are
 * drawn. `share`: the chance each had. Returns how many.
 */
export function drawOf(
  db: Writer,
  cell: Pick<AuditCell, 'shiftId' | 'thresholdId' | 'stratum' | 'late'>,
  which: { readonly below: number } | { readonly more: number },
  share: number,
  atMs: number,
): number {
  const { shiftId, thresholdId, stratum, late } = cell;
  // Lots are below 1.
  const [condition, limit] = 'below' in which ? [which.below, -1] : [2, which.more];
  return db.run(
    `INSERT INTO audit_sample (image_id, verdict_id, share, drawn_at_ms)
     SELECT p.image_id, p.verdict_id, ?, ? FROM audit_passed p
     WHERE p.shift_id = ? AND p.threshold_id = ? AND p.stratum = ? AND p.late = ? AND p.number < ?
       AND NOT EXISTS (SELECT 1 FROM audit_sample a WHERE a.image_id = p.image_id) ORDER BY p.number LIMIT ?`,
    ...[share, atMs, shiftId, thresholdId, stratum, Number(late), condition, limit],
  ).changes;
}

/** The cuts of a mark and since when there are any; null while there are none. */
export function storedCuts(db: Reader, thresholdId: ThresholdId): (StratumCuts & { readonly atMs: number }) | null {
  const sql = 'SELECT middle, near, at_ms AS atMs FROM audit_cuts WHERE threshold_id = ?';
  return db.one<StratumCuts & { atMs: number }>(sql, thresholdId) ?? null;
}

export function storeCuts(db: Writer, thresholdId: ThresholdId, { middle, near }: StratumCuts, atMs: number): void {
  const sql = 'INSERT INTO audit_cuts (threshold_id, middle, near, at_ms) VALUES (?, ?, ?, ?)';
  db.run(sql, thresholdId, middle, near, atMs);
}

/** Scores of what passed under a mark, the newest `limit`. */
export function passedScores(db: Reader, thresholdId: ThresholdId, limit: number): number[] {
  return db
    .all<{ score: number }>(
      `SELECT v.score FROM audit_passed p JOIN verdict v ON v.id = p.verdict_id WHERE p.threshold_id = ?
       ORDER BY p.image_id DESC LIMIT ?`,
      thresholdId,
      limit,
    )
    .map(({ score }) => score);
}

/** Draws of shifts, cell by cell in the order of their lots. */
export function auditDraws(db: Reader, shiftIds: readonly number[]): AuditDraw[] {
  return db
    .all<Omit<AuditDraw, 'late'> & { late: 0 | 1 }>(
      `SELECT ${cell}, p.number,
         CASE WHEN l.image_id IS NULL THEN 'open' WHEN l.class_id IS NULL THEN 'held' WHEN c.is_good THEN 'good'
           ELSE 'defect' END AS answer
       FROM ${drawnPassed}
       LEFT JOIN judged_label l ON l.image_id = a.image_id LEFT JOIN class c ON c.id = l.class_id
       WHERE ${ofShifts} ORDER BY p.shift_id, p.threshold_id, p.stratum, p.late, p.number`,
      JSON.stringify(shiftIds),
    )
    .map((row) => ({ ...row, late: row.late === 1 }));
}

/**
 * What was found in each stratum of a line's closed shifts: what a running one has found would let its own draws decide what else is
 * drawn.
 */
export function stratumFinds(db: Reader, lineId: LineId): Map<AuditStratumName, StratumFinds> {
  const rows = db.all<StratumFinds & { stratum: AuditStratumName }>(
    `SELECT p.stratum, count(*) AS answered, sum(1 - c.is_good) AS defects
     FROM ${drawnPassed} JOIN audit_shift s ON s.id = p.shift_id
     JOIN judged_label l ON l.image_id = a.image_id JOIN class c ON c.id = l.class_id
     WHERE s.line_id = ? AND s.closed_at_ms IS NOT NULL GROUP BY p.stratum`,
    lineId,
  );
  return new Map(rows.map(({ stratum, answered, defects }) => [stratum, { answered, defects }]));
}

/** After the end of a shift there is an hour for the hand-over. */
const OVERDUE_AFTER_MS = 3_600_000;

/** Whether what was drawn of a shift should have been looked at by now. */
export function isOverdue({ closed, endMs }: Pick<AuditShift, 'closed' | 'endMs'>, atMs: number): boolean {
  return closed && atMs >= endMs + OVERDUE_AFTER_MS;
}

/** What waits in a line's audit at a moment. */
export function auditState(db: Reader, lineId: LineId, atMs: number): AuditState {
  const shift = db.one<Stored>(
    `${select} WHERE line_id = ? AND kind = 'shift' AND start_ms <= ? AND end_ms > ? ORDER BY id DESC LIMIT 1`,
    ...[lineId, atMs, atMs],
  );
  const drawn = (condition: string, value: number): { drawn: number; done: number; open: number } =>
    db.one(
      `SELECT count(*) AS drawn, count(l.class_id) AS done,
         count(*) FILTER (WHERE l.image_id IS NULL AND v.flagged = 0) AS open
       FROM ${drawnPassed} JOIN audit_shift s ON s.id = p.shift_id
       LEFT JOIN judged_label l ON l.image_id = a.image_id LEFT JOIN current_verdict v ON v.image_id = a.image_id
       WHERE ${condition}`,
      value,
    ) ?? { drawn: 0, done: 0, open: 0 };
  const late = drawn(
    `s.line_id = ${Number(lineId)} AND s.closed_at_ms IS NOT NULL AND s.end_ms <= ?`,
    atMs - OVERDUE_AFTER_MS,
  );
  if (shift === undefined) return { lineId, shift: null, overdue: late.open };
  const { drawn: all, done } = drawn('s.id = ?', shift.id);
  const { shift: name, endMs, perShift } = shift;
  return { lineId, shift: { name, endMs, perShift, drawn: all, done }, overdue: late.open };
}
