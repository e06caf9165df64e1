import type { LineId, PilotId } from '#core/domain/ids.ts';
import type { PilotPlan } from '#core/domain/pilot-plan.ts';
import type { Reader, Writer } from './handle.ts';

/** A plan that was agreed on. */
export interface PlanVersion extends PilotPlan {
  readonly id: number;
  /** Empty for the first. */
  readonly reason: string;
  readonly agreedDay: string;
  readonly who: string;
  readonly atMs: number;
}

interface Stored extends Omit<PlanVersion, 'criteria'> {
  readonly maxEscape: number;
  readonly maxOverkill: number;
  readonly maxPaybackMonths: number;
  readonly minHoursSavedPerMonth: number | null;
  readonly minJudgedParts: number;
}

/** Every version of a pilot's plan, the first before the others; empty while nothing was agreed. */
export function planVersions(db: Reader, pilotId: PilotId): PlanVersion[] {
  const rows = db.all<Stored>(
    `SELECT id, goal, line_id AS lineId, from_day AS fromDay, to_day AS toDay, max_escape AS maxEscape,
       max_overkill AS maxOverkill, max_payback_months AS maxPaybackMonths, min_hours_saved AS minHoursSavedPerMonth,
       min_judged_parts AS minJudgedParts, agreed_by AS agreedBy, reason, agreed_day AS agreedDay, who, at_ms AS atMs
     FROM pilot_plan WHERE pilot_id = ? ORDER BY id`,
    pilotId,
  );
  return rows.map(({ maxEscape, maxOverkill, maxPaybackMonths, minHoursSavedPerMonth, minJudgedParts, ...rest }) => ({
    ...rest,
    criteria: { maxEscape, maxOverkill, maxPaybackMonths, minHoursSavedPerMonth, minJudgedParts },
  }));
}

/** Freezes a plan as the pilot's newest version; on the disk when this returns. */
export function addPlanVersion(
  db: Writer,
  pilotId: PilotId,
  plan: PilotPlan,
  by: { readonly reason: string; readonly agreedDay: string; readonly who: string; readonly atMs: number },
): number {
  const { goal, lineId, fromDay, toDay, criteria, agreedBy } = plan;
  return db.run(
    `INSERT INTO pilot_plan (pilot_id, goal, line_id, from_day, to_day, max_escape, max_overkill, max_payback_months,
       min_hours_saved, min_judged_parts, agreed_by, reason, agreed_day, who, at_ms)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    ...[pilotId, goal, lineId, fromDay, toDay, criteria.maxEscape, criteria.maxOverkill, criteria.maxPaybackMonths],
    ...[criteria.minHoursSavedPerMonth, criteria.minJudgedParts, agreedBy, by.reason, by.agreedDay, by.who, by.atMs],
  ).id;
}

type Draft = 'plan' | 'baseline';

/** What is being filled in, as it was kept; null: nothing. The caller checks its shape. */
export function pilotDraft(db: Reader, pilotId: PilotId, what: Draft): unknown {
  const text = db.value<string>('SELECT value FROM pilot_draft WHERE pilot_id = ? AND what = ?', pilotId, what);
  return text === undefined ? null : (JSON.parse(text) as unknown);
}

/** Keeps what is being filled in; null: it is done with. */
export function keepPilotDraft(db: Writer, pilotId: PilotId, what: Draft, value: object | null): void {
  if (value === null) db.run('DELETE FROM pilot_draft WHERE pilot_id = ? AND what = ?', pilotId, what);
  else
    db.run(
      'INSERT OR REPLACE INTO pilot_draft (pilot_id, what, value) VALUES (?, ?, ?)',
      ...[pilotId, what, JSON.stringify(value)],
    );
}

/** Defects and good pictures that were taken on a line since a moment and that somebody looked at. */
export function judgedSince(db: Reader, lineId: LineId, sinceMs: number): { defects: number; good: number } {
  const row = db.one<{ defects: number; good: number }>(
    `SELECT coalesce(sum(c.is_good = 0), 0) AS defects, coalesce(sum(c.is_good), 0) AS good
     FROM judged_label l JOIN class c ON c.id = l.class_id
     JOIN image i ON i.id = l.image_id JOIN camera m ON m.id = i.camera_id
     WHERE m.line_id = ? AND i.taken_at_ms >= ?`,
    lineId,
    sinceMs,
  );
  return row ?? { defects: 0, good: 0 };
}
