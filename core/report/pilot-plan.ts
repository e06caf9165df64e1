import * as v from 'valibot';
import { PlanFieldsView } from '#core/contract/plan.ts';
import { baselineFigures, sumBaseline } from '#core/domain/baseline.ts';
import type { LineId } from '#core/domain/ids.ts';
import {
  loosenedAfterStart,
  type PilotCriteria,
  pilotProgress,
  type PlanFields,
  planProblems,
  usualCriteria,
} from '#core/domain/pilot-plan.ts';
import { productionDay } from '#core/domain/shifts.ts';
import { baselineEntries } from '#core/store/baseline.ts';
import { listLines } from '#core/store/cameras.ts';
import type { Reader } from '#core/store/handle.ts';
import { shiftCalendar } from '#core/store/naming.ts';
import { pilotDraft, type PlanVersion, planVersions } from '#core/store/pilot-plan.ts';
import { currentPilot } from '#core/store/pilots.ts';
import type { ReportBaseline, ReportPlan } from './report-data.ts';

/** The day that a moment belongs to on a line. */
export function lineDay(db: Reader, lineId: LineId | undefined, atMs: number): string {
  return productionDay(lineId === undefined ? [] : shiftCalendar(db, lineId), atMs);
}

/** The plan that is being filled in; null: none. */
export function planDraft(db: Reader): PlanFields | null {
  const pilot = currentPilot(db);
  const parsed = v.safeParse(PlanFieldsView, pilot === null ? null : pilotDraft(db, pilot.id, 'plan'));
  return parsed.success ? parsed.output : null;
}

/** What the pilot is to achieve: as agreed; before that what a draft says and, where it says nothing possible, what is usual. */
export function pilotPlan(db: Reader): PilotCriteria {
  const pilot = currentPilot(db);
  const agreed = pilot === null ? undefined : planVersions(db, pilot.id).at(-1);
  if (agreed !== undefined) return agreed.criteria;
  const draft = planDraft(db);
  if (draft === null) return usualCriteria;
  const wrong = new Set<string>(planProblems(draft));
  const { maxEscape, maxOverkill, maxPaybackMonths, minHoursSavedPerMonth, minJudgedParts } = draft.criteria;
  return {
    maxEscape: wrong.has('escape') ? usualCriteria.maxEscape : (maxEscape ?? usualCriteria.maxEscape),
    maxOverkill: wrong.has('overkill') ? usualCriteria.maxOverkill : (maxOverkill ?? usualCriteria.maxOverkill),
    maxPaybackMonths: wrong.has('payback')
      ? usualCriteria.maxPaybackMonths
      : (maxPaybackMonths ?? usualCriteria.maxPaybackMonths),
    minHoursSavedPerMonth: wrong.has('hours') ? null : minHoursSavedPerMonth,
    minJudgedParts: wrong.has('judged')
      ? usualCriteria.minJudgedParts
      : (minJudgedParts ?? usualCriteria.minJudgedParts),
  };
}

/** The plan as a report tells it; null while nothing was agreed. */
export function reportPlan(db: Reader, atMs: number): ReportPlan | null {
  const pilot = currentPilot(db);
  const versions = pilot === null ? [] : planVersions(db, pilot.id);
  const [first, current] = [versions[0], versions.at(-1)];
  if (first === undefined || current === undefined) return null;
  const lineId = current.lineId as LineId;
  const length = ({ fromDay, toDay }: PlanVersion): number => pilotProgress(fromDay, toDay, toDay).days;
  return {
    lineName: listLines(db).find(({ id }) => id === lineId)?.name ?? '',
    versions: versions.map(({ goal, fromDay, toDay, criteria, agreedBy, agreedDay, reason }) => ({
      ...{ goal, fromDay, toDay, criteria, agreedBy, agreedDay, reason },
    })),
    progress: pilotProgress(current.fromDay, current.toDay, lineDay(db, lineId, atMs)),
    shortenedDays: Math.max(0, length(first) - length(current)),
    agreedLate: first.agreedDay > first.fromDay,
    loosened: loosenedAfterStart(versions),
  };
}

export function reportBaseline(db: Reader): ReportBaseline {
  const pilot = currentPilot(db);
  const entries = pilot === null ? [] : baselineEntries(db, pilot.id);
  const counts = sumBaseline(entries.filter(({ withdrawn }) => withdrawn === null));
  return { counts, figures: baselineFigures(counts) };
}
