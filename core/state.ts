import * as v from 'valibot';
import type { AppOptions } from './app-types.ts';
import type { ErrorData } from './contract/errors.ts';
import type { AppState, CameraView, ErrorView } from './contract/views.ts';
import type { Backups } from './backups.ts';
import type { Core } from './core.ts';
import type { CameraId } from './domain/ids.ts';
import type { Deletions } from './deletions.ts';
import { governanceState } from './governance.ts';
import { scoringSpeed } from './jobs/score.ts';
import { cameraCounts, listCameras, listLines } from './store/cameras.ts';
import { activeCheckpoint } from './store/checkpoints.ts';
import { listClasses, retiredClasses } from './store/classes.ts';
import { stateCounts } from './store/counts.ts';
import { databaseNotice } from './store/database-notice.ts';
import { pilotCurrency } from './store/currencies.ts';
import { listJobs, newestResult } from './store/jobs.ts';
import { lastSavedAtMs } from './store/labels.ts';
import { liveWait, taktOf } from './store/live.ts';
import { camerasWithOtherArea } from './store/inspection-areas.ts';
import { activeModel } from './store/models.ts';
import { namesMissed } from './store/naming.ts';
import { auditStates } from './calls/audit.ts';
import type { Golden } from './golden-check.ts';
import type { LineOutputs } from './line-outputs.ts';
import { activeThreshold, marksThrough } from './store/thresholds.ts';
import { PicturesUsed } from './jobs/pretrain.ts';
import type { SamplePlay } from './sample-play.ts';
import { teachingState } from './teaching-state.ts';

/** Fewest milliseconds between two states sent to a window. */
const STATE_EVERY_MS = 250;

function cameraViews({ store, ingest }: Core): CameraView[] {
  const states = new Map(ingest.state().map((camera) => [camera.id, camera]));
  return listCameras(store.read).map((camera) => {
    const { reasons, recent, ...counts } = cameraCounts(store.read, camera.id);
    const live = states.get(camera.id);
    return {
      ...counts,
      id: camera.id,
      lineId: camera.lineId,
      name: camera.name,
      folder: camera.folder,
      state: camera.paused ? 'paused' : (live?.state ?? 'scanning'),
      error: errorView(live?.error ?? null),
      notices: live?.notices.map(({ code, params }) => ({ code, params: { ...params } })) ?? [],
      waiting: live?.waiting ?? 0,
      missed: live?.missed ?? 0,
      lastScanAtMs: camera.lastScanAtMs,
      reasons: [...reasons],
      namesMissed: namesMissed(store.read, camera.id),
      recent: [...recent],
    };
  });
}

const errorView = (error: ErrorData | null): ErrorView | null =>
  error === null ? null : { code: error.code, params: { ...error.params } };

function engineView(core: Core): AppState['engine'] {
  const { facts, error } = core.engineState();
  return { state: error !== null ? 'failed' : facts !== null ? 'ready' : 'starting', facts, error: errorView(error) };
}

/** Says so where the newest pretraining learns from a part of the pictures only. */
function tooLittleDisk({ store }: Core): ErrorView[] {
  const used = v.safeParse(PicturesUsed, newestResult(store.read, 'pretrain'));
  if (!used.success || used.output.left === 0) return [];
  const { pictures, left } = used.output;
  return [{ code: 'not_all_pictures', params: { pictures, of: pictures + left } }];
}

/** Says so where the model in use was taught with pictures that were read otherwise. */
function otherAreas({ store }: Core): ErrorView[] {
  const model = activeModel(store.read);
  if (model === null) return [];
  return camerasWithOtherArea(store.read, model.areasThrough).map(({ id, name }) => ({
    code: 'area_changed',
    params: { camera: name, cameraId: id },
  }));
}

/** Says what opening the database found, that the history was tampered with, and that no backup can be written. */
function databaseWarnings(
  { store }: Core,
  { backups, historyBroken }: { readonly backups: Backups; readonly historyBroken: boolean },
): ErrorView[] {
  const notice = databaseNotice(store.read);
  const codes: ErrorView['code'][] = [];
  if (notice !== null) codes.push(`database_${notice.kind}`);
  if (historyBroken) codes.push('history_broken');
  if (backups.error() !== null) codes.push('backup_failed');
  return codes.map((code) => ({ code, params: {} }));
}

/** The whole state as a window shows it: small, whatever the number of pictures. */
export function readState(
  core: Core,
  parts: {
    readonly sample: SamplePlay;
    readonly golden: Golden;
    readonly backups: Backups;
    readonly deletions: Deletions;
    readonly outputs: LineOutputs;
    /** The history was found changed at the start. */
    readonly historyBroken: boolean;
  },
  { shell, version }: Pick<AppOptions, 'shell' | 'version'>,
): AppState {
  const { store } = core;
  const { sample, golden } = parts;
  const jobs = listJobs(store.read).map(({ params: _, result: __, createdAtMs: ___, who: ____, ...job }) => job);
  const checkpoint = activeCheckpoint(store.read);
  const model = activeModel(store.read);
  const cameras = cameraViews(core);
  const outputs = parts.outputs.dispatch.states();
  return {
    storeId: core.storeId,
    version,
    shell,
    engine: engineView(core),
    lines: listLines(store.read).map(({ id, name }) => ({ id, name })),
    cameras,
    counts: stateCounts(store.read),
    classes: listClasses(store.read),
    retiredClasses: retiredClasses(store.read),
    jobs,
    checkpoint:
      checkpoint === null
        ? null
        : {
            id: checkpoint.id,
            jobId: checkpoint.jobId,
            step: checkpoint.step,
            steps: checkpoint.steps,
            images: checkpoint.images,
            createdAtMs: checkpoint.createdAtMs,
            active: checkpoint.active,
            config: checkpoint.config,
          },
    model:
      model === null
        ? null
        : {
            id: model.id,
            checkpointId: model.checkpointId,
            createdAtMs: model.createdAtMs,
            active: model.active,
            labels: model.labels,
            classIds: model.classIds,
            card: model.card,
          },
    scoring: model === null ? null : scoringSpeed(store.read, model.id),
    threshold: activeThreshold(store.read),
    marksThrough: marksThrough(store.read),
    teaching: teachingState(core),
    live: cameras.map(({ id }) => {
      const cameraId = id as CameraId;
      return { cameraId, takt: taktOf(store.read, cameraId), wait: liveWait(store.read, cameraId) };
    }),
    sample: sample.status(),
    lastSavedAtMs: lastSavedAtMs(store.read),
    audit: auditStates(core),
    golden: golden.state(),
    governance: governanceState(core, parts.deletions),
    outputs,
    warnings: [
      ...databaseWarnings(core, parts),
      ...cameras.flatMap((camera) => camera.error ?? []),
      ...tooLittleDisk(core),
      ...otherAreas(core),
      ...parts.outputs.late(outputs),
    ],
    currency: pilotCurrency(store.read, core.pilot().id),
    settings: core.settings(),
  };
}

/** The state at once, then again whenever something changed, at most four times a second. Ends when `signal` aborts. */
export async function* watchState(
  core: Core,
  read: () => AppState,
  signal: AbortSignal | undefined,
): AsyncGenerator<AppState> {
  let wake: () => void = () => undefined;
  let dirty = true;
  const stop = core.onChange(() => {
    dirty = true;
    wake();
  });
  signal?.addEventListener('abort', () => wake(), { once: true });
  try {
    while (!signal?.aborted) {
      if (!dirty) await new Promise<void>((resolve) => (wake = resolve));
      if (signal?.aborted) return;
      dirty = false;
      yield read();
      await new Promise<void>((resolve) => setTimeout(resolve, STATE_EVERY_MS));
    }
  } finally {
    stop();
  }
}
