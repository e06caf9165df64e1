import { type Aims, defaultAims, LEAST_ESCAPE, MOST_ESCAPE } from '#core/domain/aims.ts';
import type { Reader } from '#core/store/handle.ts';
import { currentPilot } from '#core/store/pilots.ts';
import { storedAims } from '#core/store/threshold-aims.ts';
import { pilotPlan } from './pilot-plan.ts';

/** What marks are suggested by, and what is promised: as set on the threshold page, else as the pilot's plan has it. */
export function thresholdAims(db: Reader): Aims {
  const pilot = currentPilot(db);
  const stored = pilot === null ? null : storedAims(db, pilot.id);
  const planned = Math.min(MOST_ESCAPE, Math.max(LEAST_ESCAPE, pilotPlan(db).maxEscape));
  return stored ?? { ...defaultAims, maxEscape: planned };
}
