import type { AuditShiftView } from '../contract/audit.ts';
import { AppError } from '../contract/errors.ts';
import type { Core } from '../core.ts';
import { estimatePassed, WANTED_SHARE } from '../domain/audit-sample.ts';
import type { LineId } from '../domain/ids.ts';
import { auditFigures, shiftAudits, type ShiftAudit } from '../report/audit-figures.ts';
import { defaultPerShift, sampleForAudit } from '../review/audit-sampling.ts';
import { auditState, isOverdue, plannedPerShift, planPerShift, setShiftSize } from '../store/audit-shifts.ts';
import { listLines } from '../store/cameras.ts';
import { noteOf, type Implementer } from './base.ts';

/** Shifts of the trend. */
const SHOWN = 14;

function shiftView({ shift, strata, cells, draws }: ShiftAudit, atMs: number): AuditShiftView {
  const count = (...answers: readonly string[]): number =>
    draws.filter(({ answer }) => answers.includes(answer)).length;
  const { id, kind, day, endMs, closed } = shift;
  return {
    ...{ id, kind, day, shift: shift.shift, endMs, closed },
    overdue: isOverdue(shift, atMs) && count('open') > 0,
    drawn: draws.length,
    answered: count('good', 'defect'),
    held: count('held'),
    late: cells.filter(({ late }) => late).reduce((sum, { passed }) => sum + passed, 0),
    estimate: estimatePassed(strata),
  };
}

/** The audit of what passed, shift by shift. */
export function auditCalls(os: Implementer, core: Core) {
  const { store, person, now } = core;
  const knownLine = (id: number): LineId => {
    const line = listLines(store.read).find((one) => one.id === id);
    if (line === undefined) throw new AppError('not_found', { lineId: id });
    return line.id;
  };
  const note = noteOf(core);
  return {
    audit: {
      overview: os.audit.overview.handler(({ input }) => {
        const lineId = knownLine(input.lineId);
        const audits = shiftAudits(store.read, lineId);
        return {
          perShift: plannedPerShift(store.read, lineId) ?? defaultPerShift,
          defaultPerShift,
          wantedShare: WANTED_SHARE,
          shifts: audits.slice(0, SHOWN).map((audit) => shiftView(audit, now())),
          line: auditFigures(audits),
          pilot: auditFigures(listLines(store.read).length > 1 ? shiftAudits(store.read, null) : audits),
        };
      }),
      plan: os.audit.plan.handler(({ input }) => {
        const lineId = knownLine(input.lineId);
        const { perShift } = input;
        store.write.transaction(() => {
          planPerShift(store.write, { lineId, perShift, who: person(), atMs: now() });
          setShiftSize(store.write, lineId, perShift);
          note('audit.plan', { lineId, perShift });
        });
        sampleForAudit(store.write, core.random, now());
        core.changed();
        return {};
      }),
    },
  };
}

/** What waits in the audit of each line. */
export function auditStates({ store, now }: Core) {
  return listLines(store.read).map(({ id }) => auditState(store.read, id, now()));
}
