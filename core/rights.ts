import { realpathSync } from 'node:fs';
import { join } from 'node:path';
import { AppError } from './contract/errors.ts';
import type { Core } from './core.ts';
import type { CameraId } from './domain/ids.ts';
import { addAudit } from './store/audit.ts';
import { checkRights, dataSets, sayRight, unsaid, type DataSet } from './store/data-rights.ts';
import { pictureRows } from './store/images.ts';
import { listJobs } from './store/jobs.ts';

/** Where the simulated camera of the sample line writes. */
export const sampleFolder = ({ dataDir }: Pick<Core, 'dataDir'>): string => join(realpathSync(dataDir), 'sample-line');

/** Refuses to begin a learning that would learn from a data set nobody cleared. Throws `right_missing`. */
export function checkLearning({ store, now }: Pick<Core, 'store' | 'now'>): void {
  const rows = pictureRows(store.read, { use: 'learn' });
  checkRights(
    store.read,
    rows.map(({ id }) => id),
    now(),
  );
}

/** {@link checkLearning} as a question. */
export function learningAllowed(core: Pick<Core, 'store' | 'now'>): boolean {
  try {
    checkLearning(core);
    return true;
  } catch (thrown) {
    if (thrown instanceof AppError && thrown.code === 'right_missing') return false;
    throw thrown;
  }
}

/** The program's own made-up pictures are cleared by itself, once. */
export function clearSample({ store, dataDir, now }: Pick<Core, 'store' | 'dataDir' | 'now'>): void {
  const folder = sampleFolder({ dataDir });
  for (const set of dataSets(store.read, now()))
    if (set.folder === folder && set.newest === null)
      sayRight(store.write, set.cameraId, {
        ...{ ...unsaid, people: 'no', customerParts: 'no', word: 'sample', reason: '', who: '', atMs: now() },
      });
}

/**
 * Whoever runs the command line declares by it that the pictures may teach: nobody can be asked there. It is recorded so, where no
 * person said anything else; what a person took back or let expire stays refused.
 *
 * @param owner whose pictures they are; empty: not said
 * @returns the data sets of which that was recorded now
 */
export function declareByRunning({ store, person, now }: Core, owner: string): DataSet[] {
  const open = new Set(['undeclared', 'grace', 'waiting']);
  const declared = dataSets(store.read, now()).filter(({ state }) => open.has(state));
  store.write.transaction(() => {
    const by = { who: person(), atMs: now() };
    for (const { cameraId, newest } of declared) {
      const said = newest ?? unsaid;
      sayRight(store.write, cameraId, {
        ...{ ...said, owner: owner === '' ? said.owner : owner, word: 'declared', reason: '', ...by },
      });
      addAudit(store.write, { ...by, what: 'rights.declare', params: { camera: cameraId, owner } });
    }
  });
  return declared;
}

/** What learns stops where a right was taken back: a pretraining keeps what it has, and is refused when it is to go on. */
export function stopLearning({ store, jobs }: Pick<Core, 'store' | 'jobs'>): void {
  jobs.pause();
  for (const { id, kind, state } of listJobs(store.read)) {
    const stops = kind === 'pretrain' ? state === 'queued' : kind === 'teach' || kind === 'evaluate';
    if (stops && (state === 'queued' || state === 'running')) jobs.cancel(id);
  }
}

/** Whether a data set is there. Throws `not_found`. */
export function knownDataSet({ store, now }: Pick<Core, 'store' | 'now'>, cameraId: number): DataSet {
  const found = dataSets(store.read, now()).find((set) => set.cameraId === (cameraId as CameraId));
  if (found === undefined) throw new AppError('not_found', { cameraId });
  return found;
}
