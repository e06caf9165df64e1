import type { Core } from '../core.ts';
import { productionDay, wholeDay } from '../domain/shifts.ts';
import { thresholdAims } from '../report/aims.ts';
import { passedAudit } from '../report/audit-figures.ts';
import { auditEstimate } from '../report/inputs.ts';
import { listLines } from '../store/cameras.ts';
import { activeModel } from '../store/models.ts';
import { shiftCalendar } from '../store/naming.ts';
import { auditedPictures, newestTakenBefore, pastPictures } from '../store/past-pictures.ts';
import { addAims } from '../store/threshold-aims.ts';
import { noteOf, type Implementer } from './base.ts';

/** What other marks would do on the threshold page, beyond the scores themselves. */
export function whatIfCalls(os: Implementer, core: Core) {
  const { store, person, now } = core;
  const note = noteOf(core);
  return {
    whatIf: {
      get: os.whatIf.get.handler(() => {
        const model = activeModel(store.read);
        const estimate = auditEstimate(store.read);
        const answered = passedAudit(store.read).strata.reduce((sum, stratum) => sum + stratum.answered, 0);
        return {
          aims: thresholdAims(store.read),
          audited: model === null ? [] : auditedPictures(store.read, model.id),
          auditEscape: estimate === null ? null : { ...estimate.escape, audited: answered },
        };
      }),
      setAims: os.whatIf.setAims.handler(({ input }) => {
        store.write.transaction(() => {
          addAims(store.write, { ...input, pilotId: core.pilot().id, who: person(), atMs: now() });
          note('threshold.aims', { ...input });
        });
        core.changed();
        return {};
      }),
      past: os.whatIf.past.handler(({ input }) => {
        const [line] = listLines(store.read);
        const shifts = line === undefined ? [] : shiftCalendar(store.read, line.id);
        // Days on which the line stood still are not counted: one step back for each day that has pictures.
        const newest = newestTakenBefore(store.read, Number.MAX_SAFE_INTEGER);
        if (newest === null) return { days: [], ids: [], dayOf: [], happened: [] };
        const days: string[] = [];
        let fromMs = newest;
        for (let taken: number | null = newest; taken !== null && days.length < input.days;) {
          days.unshift(productionDay(shifts, taken));
          fromMs = wholeDay(shifts, taken).startMs;
          taken = newestTakenBefore(store.read, fromMs);
        }
        const pictures = pastPictures(store.read, fromMs, newest + 1);
        const place = new Map(days.map((day, at) => [day, at]));
        return {
          days,
          ids: pictures.map((picture) => picture.id),
          dayOf: pictures.map((picture) => place.get(productionDay(shifts, picture.takenAtMs)) ?? 0),
          happened: pictures.map((picture) => picture.happened),
        };
      }),
    },
  };
}
