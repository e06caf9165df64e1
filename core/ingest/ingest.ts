import { realpathSync } from 'node:fs';
import { basename } from 'node:path';
import type { CameraId, ImageId } from '#core/domain/ids.ts';
import { AppError, toErrorData, type ErrorData } from '#core/contract/errors.ts';
import { defaultWatching, type WatchingSettings, type WatchingView } from '#core/contract/watching.ts';
import * as cameras from '#core/store/cameras.ts';
import { currentAreas } from '#core/store/inspection-areas.ts';
import type { FileFacts } from '#core/store/images.ts';
import type { Store } from '#core/store/open.ts';
import { quarantineFile } from '#core/store/quarantine.ts';
import * as watching from '#core/store/watching.ts';
import { Admission } from './admission.ts';
import { CameraWatch, type WatchState } from './camera-watch.ts';
import { ClockWatch } from './clock-watch.ts';
import type { DecodePool } from './decode-pool.ts';
import { overlap, usableFolder } from './folder.ts';
import { openHints, type OpenHints } from './folder-hints.ts';
import type { FolderRecord } from './folder-scan.ts';
import { KnownFiles } from './known-files.ts';
import { keepMarker } from './marker.ts';
import { Registrar } from './register.ts';
import { SideCars } from './side-cars.ts';
import { watchNotices, type WatchNotice } from './watch-notices.ts';

export interface IngestOptions {
  readonly store: Store;
  /** Never searched for pictures, even where it lies inside a camera's folder. */
  readonly dataDir: string;
  /** Something that a screen shows has changed; `admitted` lists pictures that were not there before. */
  readonly onChange: (admitted: readonly ImageId[]) => void;
  readonly log: (level: 'info' | 'warn' | 'error', event: string, params?: Record<string, unknown>) => void;
  readonly settleMs?: number;
  readonly patienceMs?: number;
  readonly reconcileMs?: number;
  readonly wholeEveryMs?: number;
  /** Milliseconds since 1970 by the computer's clock. */
  readonly now?: () => number;
  readonly openHints?: OpenHints;
  /** Whoever made it closes it. */
  readonly pool: DecodePool;
}

export interface CameraState {
  readonly id: CameraId;
  readonly state: WatchState | 'paused';
  readonly error: ErrorData | null;
  readonly notices: readonly WatchNotice[];
  /** Files seen that are not admitted yet. */
  readonly waiting: number;
  /** Why new pictures are found by scanning alone; null while a watcher runs. */
  readonly polling: WatchingView['polling'];
  /** Files of the last 24 hours that the watcher did not tell of. */
  readonly missed: number;
}

export interface NewCamera {
  readonly name: string;
  readonly folder: string;
  readonly lineName?: string | undefined;
  /** Left out: as {@link defaultWatching} says. */
  readonly watching?: WatchingSettings | undefined;
  readonly who?: string;
}

export interface Ingest {
  /** Adds a camera and starts watching. Throws `folder_missing`, `folder_not_readable`, `camera_overlaps`. */
  readonly addCamera: (camera: NewCamera) => Promise<CameraId>;
  /** Throws what stands against watching a folder, otherwise gives its real path. */
  readonly freeFolder: (folder: string) => Promise<string>;
  /** Stops watching; pictures, labels and the ledger stay. Throws `not_found`. */
  readonly removeCamera: (id: CameraId) => Promise<void>;
  /** Throws `not_found`. */
  readonly pause: (id: CameraId, paused: boolean) => Promise<void>;
  /** Resolves when the folder has been walked; what it found may still wait. Throws `not_found`. */
  readonly rescan: (id: CameraId) => Promise<void>;
  /** Watches a camera's folder in another way from now on. Throws `not_found`. */
  readonly setWatching: (id: CameraId, settings: WatchingSettings, who: string) => Promise<void>;
  /** How a camera's folder is watched was changed in the store. Throws `not_found`. */
  readonly watchAgain: (id: CameraId) => Promise<void>;
  /** A person says that a folder is right as it is, though its marker or most of its pictures are gone. Throws `not_found`. */
  readonly acceptFolder: (id: CameraId) => Promise<void>;
  /** Throws `not_found`. */
  readonly watching: (id: CameraId) => WatchingView;
  /** A camera's inspected area is another one: its pictures are measured by it from now on. */
  readonly areasChanged: () => void;
  readonly state: () => CameraState[];
  /** Resolves when no file waits any more, nor a side-car. */
  readonly idle: () => Promise<void>;
  readonly close: () => Promise<void>;
}

const DEFAULTS = { settleMs: 500, patienceMs: 10_000, reconcileMs: 15_000, wholeEveryMs: 3_600_000, lineName: '1' };

/** Starts watching the cameras of the store. */
export function createIngest(options: IngestOptions): Ingest {
  const { store, onChange, log, pool, now = Date.now } = options;
  const dataDir = realpathSync(options.dataDir);
  const watches = new Map<CameraId, CameraWatch>();
  const known = new Map<CameraId, KnownFiles>();
  const sideCars = new Map<CameraId, SideCars>();
  const clock = new ClockWatch(() => ({ wallMs: now(), steadyMs: performance.now() }));
  let storeError: ErrorData | null = null;

  let areas = currentAreas(store.read);
  const admission = new Admission({
    pool,
    registrar: new Registrar(store.write, now),
    areaOf: (cameraId) => areas.get(cameraId) ?? null,
    settleMs: options.settleMs ?? DEFAULTS.settleMs,
    patienceMs: options.patienceMs ?? DEFAULTS.patienceMs,
    onRegistered: (admitted, files) => {
      for (const [path, { cameraId, ...file }] of files) known.get(cameraId)?.set(path, file);
      onChange(admitted);
    },
    onStoreError: (error) => {
      storeError = error;
      if (error !== null) log('error', 'ingest.store_refused', { ...error });
      onChange([]);
    },
  });

  const listUnreadableName = (cameraId: CameraId, path: string, facts: FileFacts): void => {
    const error: ErrorData = { code: 'image_broken', params: { reason: 'file_name' } };
    const file = { cameraId, path, fileName: basename(path), error, atMs: now(), ...facts };
    known.get(cameraId)?.set(path, { ...facts, tries: quarantineFile(store.write, file) });
    onChange([]);
  };

  const recordOf = (id: CameraId): FolderRecord => ({
    read: () => watching.folderMemory(store.read, id),
    write: (change) => watching.remember(store.write, id, change),
    passOver: (files, last) =>
      store.write.transaction(() => {
        watching.passOver(store.write, id, files);
        if (last) watching.remember(store.write, id, { backlogBeforeMs: null });
      }),
  });

  const start = (id: CameraId, folder: string): void => {
    const settings = watching.watchingOf(store.read, id);
    const files = new KnownFiles(store.read, id, { inodes: settings.mode === 'local' });
    known.set(id, files);
    const beside = new SideCars({
      store,
      cameraId: id,
      folder,
      onChange: () => onChange([]),
      log: (event, params) => log('warn', event, params),
    });
    sideCars.set(id, beside);
    watches.set(
      id,
      new CameraWatch({
        folder,
        dataDir,
        settings,
        known: files,
        record: recordOf(id),
        openHints: options.openHints ?? openHints,
        now,
        reconcileMs: options.reconcileMs ?? DEFAULTS.reconcileMs,
        wholeEveryMs: options.wholeEveryMs ?? DEFAULTS.wholeEveryMs,
        onFile: (path, facts) => admission.look(id, path, facts),
        onUnreadableName: (path, facts) => listUnreadableName(id, path, facts),
        onSideCar: (path, facts) => beside.seen(path, facts),
        onScan: () => {
          if (clock.look()) log('warn', 'ingest.clock_jumped', { byMs: clock.byMs });
        },
        onLost: () => admission.forget(id),
        onScanned: () => {
          cameras.setScanned(store.write, id, now());
          void beside
            .scanned()
            .catch((thrown: unknown) => log('warn', 'ingest.side_car_failed', { ...toErrorData(thrown) }));
        },
        onChange: () => onChange([]),
        log: (event, params) => log('warn', event, params),
      }),
    );
  };

  const stop = async (id: CameraId): Promise<void> => {
    const watch = watches.get(id);
    watches.delete(id);
    await watch?.close();
    await sideCars.get(id)?.close();
    sideCars.delete(id);
    admission.forget(id);
    known.delete(id);
  };

  const require = (id: CameraId): cameras.CameraRow => {
    const camera = cameras.getCamera(store.read, id);
    if (camera === null) throw new AppError('not_found', { what: 'camera', id });
    return camera;
  };

  const freeFolder = async (folder: string): Promise<string> => {
    const real = await usableFolder(folder);
    for (const camera of cameras.listCameras(store.read))
      if (await overlap(camera.folder, real))
        throw new AppError('camera_overlaps', { folder: real, camera: camera.name });
    return real;
  };

  const add = async (camera: NewCamera): Promise<CameraId> => {
    const { name, folder, lineName = DEFAULTS.lineName, watching: settings = defaultWatching, who = '' } = camera;
    const real = await freeFolder(folder);
    const marker = settings.marker ? await keepMarker(real) : null;
    const atMs = now();
    const id = store.write.transaction(() => {
      const lineId = cameras.ensureLine(store.write, lineName);
      const cameraId = cameras.addCamera(store.write, { lineId, name, folder: real, atMs });
      watching.setWatching(store.write, cameraId, settings, { who, atMs });
      watching.remember(store.write, cameraId, {
        marker: marker?.token ?? null,
        expected: null,
        // A server's clock may differ from ours.
        backlogBeforeMs: settings.backlog === 'ignore' ? (marker?.writtenAtMs ?? atMs) : null,
      });
      // Of a folder that was watched before, and then not.
      if (settings.backlog === 'take') watching.takePassedOver(store.write, cameraId);
      return cameraId;
    });
    start(id, real);
    onChange([]);
    return id;
  };

  // One change after the other: two that stop and start the same camera would leave a watch that nobody ends.
  let turn: Promise<unknown> = Promise.resolve();
  const inTurn = <T>(work: () => Promise<T>): Promise<T> => {
    const done = turn.then(work);
    turn = done.catch(() => undefined);
    return done;
  };

  for (const camera of cameras.listCameras(store.read)) if (!camera.paused) start(camera.id, camera.folder);

  return {
    addCamera: (camera) => inTurn(() => add(camera)),
    freeFolder,
    removeCamera: (id) =>
      inTurn(async () => {
        require(id);
        await stop(id);
        cameras.removeCamera(store.write, id, now());
        onChange([]);
      }),
    pause: (id, paused) =>
      inTurn(async () => {
        const camera = require(id);
        if (camera.paused === paused) return;
        cameras.setCameraPaused(store.write, id, paused);
        if (paused) await stop(id);
        else start(id, camera.folder);
        onChange([]);
      }),
    rescan: async (id) => {
      require(id);
      await watches.get(id)?.rescan();
    },
    setWatching: (id, settings, who) =>
      inTurn(async () => {
        const camera = require(id);
        const before = watching.watchingOf(store.read, id);
        const other = (['include', 'exclude', 'maxDepth'] as const).some((what) => settings[what] !== before[what]);
        // A question about the folder that waits for its answer is not answered by this.
        const asked = watches.get(id)?.error !== null;
        await stop(id);
        store.write.transaction(() => {
          watching.setWatching(store.write, id, settings, { who, atMs: now() });
          if (!settings.marker) watching.remember(store.write, id, { marker: null });
          // Other files are the camera's now: how many there were before says nothing.
          if (other && !asked) watching.remember(store.write, id, { expected: 0 });
          if (settings.backlog === before.backlog) return;
          watching.remember(store.write, id, { backlogBeforeMs: settings.backlog === 'ignore' ? now() : null });
          if (settings.backlog === 'take') watching.takePassedOver(store.write, id);
        });
        if (!camera.paused) start(id, camera.folder);
        onChange([]);
      }),
    watchAgain: (id) =>
      inTurn(async () => {
        const camera = require(id);
        await stop(id);
        if (!camera.paused) start(id, camera.folder);
        onChange([]);
      }),
    acceptFolder: async (id) => {
      require(id);
      await watches.get(id)?.accept();
    },
    watching: (id) => {
      require(id);
      const watch = watches.get(id);
      return {
        settings: watching.watchingOf(store.read, id),
        marked: watching.folderMemory(store.read, id).marker !== null,
        polling: watch?.polling ?? null,
        scan: watch?.scan ?? null,
        waiting: admission.waiting(id),
        passedOver: watching.countPassedOver(store.read, id),
        missed: watch?.missed ?? { sinceStart: 0, lastDay: 0 },
      };
    },
    areasChanged: () => {
      areas = currentAreas(store.read);
    },
    state: () =>
      cameras.listCameras(store.read).map(({ id }) => {
        const watch = watches.get(id);
        return {
          id,
          state: watch?.state ?? 'paused',
          error: storeError ?? watch?.error ?? null,
          notices: watch === undefined ? [] : watchNotices(watch, clock.byMs),
          waiting: admission.waiting(id),
          polling: watch?.polling ?? null,
          missed: watch?.missed.lastDay ?? 0,
        };
      }),
    idle: async () => {
      await admission.idle();
      await Promise.all([...sideCars.values()].map((each) => each.idle()));
    },
    close: async () => {
      admission.close();
      await Promise.all([...watches.keys()].map(stop));
    },
  };
}
