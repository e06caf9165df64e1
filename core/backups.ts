import { mkdirSync, rmSync, statfsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { AppError, toErrorData, type ErrorData } from './contract/errors.ts';
import type { Core } from './core.ts';
import { stamp } from './exports.ts';
import { backupsFolder, listBackups, pruneBackups, recordBackup, type BackupEntry } from './store/backups.ts';
import { stateCounts } from './store/counts.ts';
import { placeNext } from './store/take-place.ts';

/** Work of more than this is never lost to a broken database. */
const EVERY_MS = 3_600_000;
/** After a failure. */
const AGAIN_MS = 600_000;
/** What backups may take of what is free and theirs already. */
const SHARE = 0.1;
/** What stays free for pictures and checkpoints when a backup has been written. */
const LEAVE_BYTES = 200e6;

export interface Backups {
  /** To be called now and then: writes one where it is due. */
  readonly look: () => void;
  /** Writes one now. Throws `disk_full`, `database_broken`. */
  readonly make: () => Promise<BackupEntry>;
  readonly list: () => BackupEntry[];
  /** Why the last one could not be written; null where it could. */
  readonly error: () => ErrorData | null;
  /** At the next start this one takes the database's place. Throws `not_found`, `database_broken`. */
  readonly restore: (name: string, who: string) => void;
  readonly close: () => Promise<void>;
}

/** Backups that are written by themselves while people work, checked, and kept by age and room. */
export function createBackups({
  store,
  dataDir,
  log,
  now,
  changed,
}: Pick<Core, 'store' | 'dataDir' | 'log' | 'now' | 'changed'>): Backups {
  const folder = backupsFolder(dataDir);
  let error: ErrorData | null = null;
  let running: Promise<BackupEntry> | null = null;
  let notBefore = 0;
  let changesThen = -1;

  async function write(): Promise<BackupEntry> {
    mkdirSync(folder, { recursive: true });
    const { bavail, bsize } = statfsSync(folder);
    const free = bavail * bsize;
    if (free < statSync(store.file).size + LEAVE_BYTES) throw new AppError('disk_full', { path: folder });
    const atMs = now();
    const atStart = store.changes();
    const { images, labelled } = stateCounts(store.read);
    const name = `minarai-${stamp(atMs)}-${atMs}.db`;
    const file = join(folder, name);
    await store.backup(file);
    const record = await recordBackup(file, { atMs, pictures: images, labels: labelled }).catch((thrown: unknown) => {
      // Without its record nothing says that it is whole.
      rmSync(file, { force: true });
      throw thrown;
    });
    changesThen = atStart;
    const theirs = listBackups(dataDir).reduce((sum, { bytes }) => sum + bytes, 0);
    pruneBackups(dataDir, SHARE * (free + theirs));
    return { name, ...record };
  }

  const make = (): Promise<BackupEntry> => {
    running ??= write()
      .then(
        (entry) => {
          error = null;
          return entry;
        },
        (thrown: unknown) => {
          error = toErrorData(thrown);
          notBefore = now() + AGAIN_MS;
          log('error', 'backup_failed', { ...error });
          throw thrown;
        },
      )
      .finally(() => {
        running = null;
        changed();
      });
    return running;
  };

  return {
    make,
    look() {
      if (running !== null || now() < notBefore || store.changes() === changesThen) return;
      const newest = listBackups(dataDir)[0];
      // A clock that was put back must not end backups.
      if (newest !== undefined && Math.abs(now() - newest.atMs) < EVERY_MS) return;
      // Told by `error`.
      make().catch(() => undefined);
    },
    list: () => listBackups(dataDir),
    error: () => error,
    restore(name, who) {
      // Only a name that is listed: none leads out of the folder.
      const entry = listBackups(dataDir).find((one) => one.name === name);
      if (entry === undefined) throw new AppError('not_found', { backup: name });
      placeNext(dataDir, join(folder, entry.name), { kind: 'restored', backupAtMs: entry.atMs, who, atMs: now() });
    },
    async close() {
      await running?.catch(() => undefined);
    },
  };
}
