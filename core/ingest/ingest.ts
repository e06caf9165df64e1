import { realpathSync } from 'node:fs';
import { basename } from 'node:path';
import type { CameraId, ImageId } from '#core/domain/ids.ts';
import { AppError, type ErrorData } from '#core/contract/errors.ts';
import * as cameras from '#core/store/cameras.ts';
import { currentAreas } from '#core/store/inspection-areas.ts';
import type { FileFacts } from '#core/store/images.ts';
import type { Store } from '#core/store/open.ts';
import { quarantineFile } from '#core/store/quarantine.ts';
import { Admission } from './admission.ts';
import { CameraWatch } from './camera-watch.ts';
import type { DecodePool } from './decode-pool.ts';
import { contains, usableFolder } from './folder.ts';
import { KnownFiles } from './known-files.ts';
import { Registrar } from './register.ts';

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
  /** Whoever made it closes it. */
  readonly pool: DecodePool;
}

export interface CameraState {
  readonly id: CameraId;
  readonly state: 'watching' | 'scanning' | 'paused' | 'unreachable';
  readonly error: ErrorData | null;
  /** Files seen that are not admitted yet. */
  readonly waiting: number;
  /** The system refused to watch; new pictures are found by scanning. */
  readonly polling: boolean;
}

export interface Ingest {
  /**
   * Adds a camera and starts watching. Throws `folder_missing`, `folder_not_readable`, `camera_overlaps`.
   */
  readonly addCamera: (camera: { name: string; folder: string; lineName?: string | undefined }) => Promise<CameraId>;
  /** Stops watching; pictures, labels and the ledger stay. Throws `not_found`. */
  readonly removeCamera: (id: CameraId) => Promise<void>;
  /** Throws `not_found`. */
  readonly pause: (id: CameraId, paused: boolean) => Promise<void>;
  /** Resolves when the folder has been walked; what it found may still wait. Throws `not_found`. */
  readonly rescan: (id: CameraId) => Promise<void>;
  /** A camera's inspected area is another one: its pictures are measured by it from now on, and what is normal is learnt anew. */
  readonly areaChanged: (id: CameraId) => void;
  readonly state: () => CameraState[];
  /** Resolves when no file waits any more. */
  readonly idle: () => Promise<void>;
  readonly close: () => Promise<void>;
}

const DEFAULTS = { settleMs: 500, patienceMs: 10_000, reconcileMs: 15_000, lineName: '1' };

/** Starts watching the cameras of the store. */
export function createIngest(options: IngestOptions): Ingest {
  const { store, onChange, log, pool } = options;
  const dataDir = realpathSync(options.dataDir);
  const watches = new Map<CameraId, CameraWatch>();
  const known = new Map<CameraId, KnownFiles>();
  let storeError: ErrorData | null = null;

  let areas = currentAreas(store.read);
  const registrar = new Registrar(store.write, Date.now);
  const admission = new Admission({
    pool,
    registrar,
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
    const file = { cameraId, path, fileName: basename(path), error, atMs: Date.now(), ...facts };
    known.get(cameraId)?.set(path, { ...facts, tries: quarantineFile(store.write, file) });
    onChange([]);
  };

  const start = (id: CameraId, folder: string): void => {
    const files = new KnownFiles(store.read, id);
    known.set(id, files);
    watches.set(
      id,
      new CameraWatch({
        cameraId: id,
        folder,
        dataDir,
        known: files,
        reconcileMs: options.reconcileMs ?? DEFAULTS.reconcileMs,
        onFile: (path, facts) => admission.look(id, path, facts),
        onUnreadableName: (path, facts) => listUnreadableName(id, path, facts),
        onScanned: () => cameras.setScanned(store.write, id, Date.now()),
        onChange: () => onChange([]),
        log: (event, params) => log('warn', event, params),
      }),
    );
  };

  const stop = async (id: CameraId): Promise<void> => {
    const watch = watches.get(id);
    watches.delete(id);
    await watch?.close();
    admission.forget(id);
    known.delete(id);
  };

  const require = (id: CameraId): cameras.CameraRow => {
    const camera = cameras.getCamera(store.read, id);
    if (camera === null) throw new AppError('not_found', { what: 'camera', id });
    return camera;
  };

  for (const camera of cameras.listCameras(store.read)) if (!camera.paused) start(camera.id, camera.folder);

  return {
    addCamera: async ({ name, folder, lineName = DEFAULTS.lineName }) => {
      const real = await usableFolder(folder);
      const other = cameras
        .listCameras(store.read)
        .find((camera) => contains(camera.folder, real) || contains(real, camera.folder));
      if (other !== undefined) throw new AppError('camera_overlaps', { folder: real, camera: other.name });
      const id = store.write.transaction(() => {
        const lineId = cameras.ensureLine(store.write, lineName);
        return cameras.addCamera(store.write, { lineId, name, folder: real, atMs: Date.now() });
      });
      start(id, real);
      onChange([]);
      return id;
    },
    removeCamera: async (id) => {
      require(id);
      await stop(id);
      cameras.removeCamera(store.write, id, Date.now());
      onChange([]);
    },
    pause: async (id, paused) => {
      const camera = require(id);
      if (camera.paused === paused) return;
      cameras.setCameraPaused(store.write, id, paused);
      if (paused) await stop(id);
      else start(id, camera.folder);
      onChange([]);
    },
    rescan: async (id) => {
      require(id);
      await watches.get(id)?.rescan();
    },
    areaChanged: (id) => {
      areas = currentAreas(store.read);
      registrar.forget(id);
    },
    state: () =>
      cameras.listCameras(store.read).map(({ id }) => {
        const watch = watches.get(id);
        return {
          id,
          state: watch?.state ?? 'paused',
          error: storeError ?? watch?.error ?? null,
          waiting: admission.waiting(id),
          polling: watch?.polling ?? false,
        };
      }),
    idle: () => admission.idle(),
    close: async () => {
      admission.close();
      await Promise.all([...watches.keys()].map(stop));
    },
  };
}
