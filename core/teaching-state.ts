import type { TeachingState } from './contract/models.ts';
import type { Core } from './core.ts';
import { retrainBecause } from './domain/retrain.ts';
import { learningAllowed } from './rights.ts';
import { activeCheckpoint } from './store/checkpoints.ts';
import { correctionsLearnt, freshDefects, promisedMissed, taughtThrough, waitingToTeach } from './store/corrections.ts';
import { camerasWithOtherArea } from './store/inspection-areas.ts';
import { lastSavedAtMs } from './store/labels.ts';
import { listJobs } from './store/jobs.ts';
import { candidateModel } from './store/model-use.ts';
import { activeModel, newestModel } from './store/models.ts';
import { marksInForce } from './store/thresholds.ts';

/** Between the last word of a person and a teaching that starts by itself: nobody labels any more. */
const QUIET_MS = 300_000;

/** What waits to be taught and why teaching anew would help. */
export function teachingState({ store, jobs }: Pick<Core, 'store' | 'jobs'>): TeachingState {
  const db = store.read;
  const waiting = waitingToTeach(db, taughtThrough(db));
  const newest = newestModel(db);
  const active = activeModel(db);
  const marks = marksInForce(db);
  const candidateId = candidateModel(db)?.id ?? null;
  const state = {
    ...waiting,
    learnt: newest === null ? null : { modelId: newest.id, ...correctionsLearnt(db, newest.id, marks) },
    candidateId,
  };
  const busy = jobs.pending('pretrain') || jobs.pending('teach');
  if (active === null || newest === null || candidateId !== null || busy) return { ...state, because: [] };
  const fresh = marks.length === 0 ? { defects: 0, missed: 0 } : freshDefects(db, active.id, marks);
  const because = retrainBecause({
    ...waiting,
    taught: newest.labels,
    freshDefects: fresh.defects,
    freshMissed: fresh.missed,
    promisedMissed: marks.length === 0 ? null : promisedMissed(db, active.id, marks),
    areaChanged: camerasWithOtherArea(db, newest.areasThrough).length > 0,
    encoderChanged: activeCheckpoint(db)?.id !== newest.checkpointId,
  });
  return { ...state, because };
}

/** Teaches a candidate by itself where that is wanted, would help, and nobody is labelling. */
export function teachWhenIdle(core: Core): void {
  const { store, jobs, settings, now } = core;
  if (!settings().autoTeach || jobs.pending('embed') || jobs.pending('evaluate')) return;
  if (teachingState(core).because.length === 0) return;
  const saidAtMs = lastSavedAtMs(store.read) ?? 0;
  if (now() - saidAtMs < QUIET_MS) return;
  // A teaching that failed is not tried again until there is something new to learn from.
  const last = listJobs(store.read, 200).find(({ kind }) => kind === 'teach');
  if (last !== undefined && last.state !== 'done' && last.createdAtMs > saidAtMs) return;
  if (!learningAllowed(core)) return;
  jobs.start('teach', {});
}
