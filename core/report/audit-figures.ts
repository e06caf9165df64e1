import { estimatePassed, moreToProve, WANTED_SHARE, type PassedEstimate } from '#core/domain/audit-sample.ts';
import { strataOf, type AuditCell, type AuditDraw } from '#core/domain/audit-strata.ts';
import type { AuditStratum } from '#core/domain/stratified-bound.ts';
import type { LineId } from '#core/domain/ids.ts';
import { auditCells, auditDraws, auditShifts, countEntered, type AuditShift } from '#core/store/audit-shifts.ts';
import type { Reader } from '#core/store/handle.ts';

/** One shift with what was found in it. */
export interface ShiftAudit {
  readonly shift: AuditShift;
  readonly strata: readonly AuditStratum[];
  readonly cells: readonly AuditCell[];
  readonly draws: readonly AuditDraw[];
}

const answered = (audit: Pick<ShiftAudit, 'strata'>): boolean => audit.strata.some((one) => one.answered > 0);

/** The audited shifts of a line, or of all lines, newest first. */
export function shiftAudits(db: Reader, lineId: LineId | null): ShiftAudit[] {
  const shifts = auditShifts(db, lineId);
  const ids = shifts.map(({ id }) => id);
  const closed = new Set(shifts.filter((shift) => shift.closed).map(({ id }) => id));
  const [cells, draws] = [auditCells(db, ids), auditDraws(db, ids)];
  const [cellsOf, drawsOf] = [Map.groupBy(cells, (one) => one.shiftId), Map.groupBy(draws, (one) => one.shiftId)];
  const strata = Map.groupBy(
    strataOf(cells, draws, (id) => closed.has(id)),
    (one) => one.shiftId,
  );
  return shifts.map((shift) => ({
    shift,
    strata: strata.get(shift.id) ?? [],
    cells: cellsOf.get(shift.id) ?? [],
    draws: drawsOf.get(shift.id) ?? [],
  }));
}

export interface AuditSummary {
  readonly strata: readonly AuditStratum[];
  readonly shifts: readonly ShiftAudit[];
  readonly unchecked: { readonly shifts: number; readonly passed: number };
}

/**
 * What shifts together are judged by: those that have ended and were looked at; while there is none, those that run. Shifts in
 * which nobody looked are counted apart: nothing is known of them.
 */
export function summarise(audits: readonly ShiftAudit[]): AuditSummary {
  const ended = audits.filter(({ shift }) => shift.closed);
  const checked = ended.filter(answered);
  const shifts = checked.length > 0 ? checked : audits.filter(answered);
  const left = ended.filter((audit) => !answered(audit));
  const passed = left.flatMap(({ strata }) => strata).reduce((sum, one) => sum + one.passed, 0);
  return { strata: shifts.flatMap(({ strata }) => strata), shifts, unchecked: { shifts: left.length, passed } };
}

/** The estimate of a line, or of the whole pilot, as the screens show it. */
export function auditFigures(audits: readonly ShiftAudit[]) {
  const { strata, shifts, unchecked } = summarise(audits);
  const estimate: PassedEstimate = estimatePassed(strata);
  const marks = new Set(shifts.flatMap(({ cells }) => cells.map((cell) => cell.thresholdId)));
  return {
    estimate,
    shifts: shifts.length,
    unchecked,
    marks: marks.size,
    sinceMs: shifts.length === 0 ? null : Math.min(...shifts.map(({ shift }) => shift.startMs)),
    more: moreToProve(estimate, WANTED_SHARE),
  };
}

/** All that passed in the pilot and what was looked at of it, for the escape rate. */
export function passedAudit(db: Reader): { passed: number; strata: readonly AuditStratum[] } {
  return { passed: countEntered(db, null), strata: summarise(shiftAudits(db, null)).strata };
}
