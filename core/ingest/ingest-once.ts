import { realpathSync } from 'node:fs';
import { basename } from 'node:path';
import type { CameraId } from '#core/domain/ids.ts';
import { patternFilter } from '#core/domain/file-patterns.ts';
import { AppError, type ErrorData } from '#core/contract/errors.ts';
import * as cameras from '#core/store/cameras.ts';
import { currentArea } from '#core/store/inspection-areas.ts';
import type { Store } from '#core/store/open.ts';
import { quarantineFile } from '#core/store/quarantine.ts';
import { watchingOf } from '#core/store/watching.ts';
import { Admission } from './admission.ts';
import type { DecodePool } from './decode-pool.ts';
import { usableFolder } from './folder.ts';
import { KnownFiles } from './known-files.ts';
import { Registrar } from './register.ts';
import { scanFolder } from './scan.ts';
import { SideCars } from './side-cars.ts';

export interface IngestOnceOptions {
  readonly store: Store;
  readonly dataDir: string;
  readonly folder: string;
  /** `total` grows while the folder is still being walked. */
  readonly onProgress: (done: number, total: number) => void;
  readonly signal: AbortSignal;
  /** Whoever made it closes it. */
  readonly pool: DecodePool;
}

export interface IngestOnceResult {
  readonly cameraId: CameraId;
  /** Pictures of the folder in the store, whether this call admitted them or an earlier one. */
  readonly images: number;
  readonly rejected: number;
  readonly duplicates: number;
}

/** Nobody writes into the folder meanwhile: the two looks may follow each other closely, and what lacks its end is broken. */
const SETTLE_MS = 200;

/**
 * Admits the pictures of a folder without watching it, for the command line: walks it once and returns when every file is
 * admitted or rejected. Throws `folder_missing`, `folder_not_readable`, the store's errors, and the signal's reason.
 */
export async function ingestOnce(options: IngestOnceOptions): Promise<IngestOnceResult> {
  const { store, signal, onProgress, pool } = options;
  const folder = await usableFolder(options.folder);
  const cameraId = store.write.transaction(() => {
    const lineId = cameras.ensureLine(store.write, basename(folder));
    const camera = { lineId, name: basename(folder), folder, atMs: Date.now() };
    const existing = cameras.listCameras(store.read).find((other) => other.folder === folder);
    return existing?.id ?? cameras.addCamera(store.write, camera);
  });
  const area = currentArea(store.read, cameraId);
  const known = new KnownFiles(store.read, cameraId);
  const sideCars = new SideCars({ store, cameraId, folder, onChange: () => undefined, log: () => undefined });
  const settings = watchingOf(store.read, cameraId);
  let found = 0;
  let done = 0;
  const { promise: refused, reject: refuse } = Promise.withResolvers<never>();
  const admission = new Admission({
    pool,
    registrar: new Registrar(store.write, Date.now),
    areaOf: () => area,
    settleMs: SETTLE_MS,
    patienceMs: 0,
    onRegistered: (_admitted, files) => onProgress((done += files.size), found),
    // A command line does not wait for somebody to make room.
    onStoreError: (error: ErrorData | null) => error && refuse(new AppError(error.code, error.params)),
  });
  const aborted = (): void => refuse(signal.reason);
  signal.addEventListener('abort', aborted, { once: true });
  try {
    signal.throwIfAborted();
    const work = async (): Promise<void> => {
      await scanFolder(folder, realpathSync(options.dataDir), {
        signal,
        sideCar: (path, facts) => sideCars.seen(path, facts),
        filter: patternFilter(settings),
        maxDepth: settings.maxDepth,
        file: ({ path, ...facts }) => {
          if (!known.isNews(path, facts)) return;
          found++;
          admission.look(cameraId, path, facts);
        },
        unreadableName: ({ path, ...facts }) => {
          const error: ErrorData = { code: 'image_broken', params: { reason: 'file_name' } };
          const file = { cameraId, path, fileName: basename(path), error, atMs: Date.now(), ...facts };
          if (known.isNews(path, facts)) quarantineFile(store.write, file);
        },
      });
      await admission.idle();
      await sideCars.idle();
    };
    await Promise.race([work(), refused]);
  } finally {
    signal.removeEventListener('abort', aborted);
    admission.close();
    await sideCars.close();
  }
  const { images, quarantined, duplicates } = cameras.cameraCounts(store.read, cameraId);
  return { cameraId, images, rejected: quarantined, duplicates };
}
