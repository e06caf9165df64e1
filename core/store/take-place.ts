import { copyFileSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import * as v from 'valibot';
import { AppError } from '#core/contract/errors.ts';
import { syncFolder, syncPath, verifyDatabase } from './backup.ts';
import { isUnchanged, restorable } from './backups.ts';
import { checkBeforeOpening } from './migrate.ts';
import { breakSeal } from './seal.ts';

/*
 * A backup takes the place of the database: because that one is broken, or because a person asked for it. A complete copy waits under a
 * name of its own (`minarai.db.next`) and is put in place at the next opening; the database that it replaces is kept. A kill
 * at any moment leaves the one or the other, and the next start goes on.
 */

const Placing = v.object({
  kind: v.picklist(['healed', 'restored']),
  backup: v.string(),
  backupAtMs: v.number(),
  /** Folder, within the data folder, in which the replaced database is kept. */
  keptIn: v.string(),
  who: v.string(),
  atMs: v.number(),
});
export type Placing = v.InferOutput<typeof Placing>;

const fileOf = (dataDir: string): string => join(dataDir, 'minarai.db');
const nextOf = (dataDir: string): string => `${fileOf(dataDir)}.next`;
const reasonOf = (dataDir: string): string => `${nextOf(dataDir)}.json`;
const placedOf = (dataDir: string): string => `${fileOf(dataDir)}.placed.json`;

/** Copies a backup so that it takes the database's place at the next opening. Throws `database_broken`, `database_newer`, `disk_full`. */
export function placeNext(
  dataDir: string,
  backup: string,
  reason: Pick<Placing, 'kind' | 'backupAtMs' | 'who' | 'atMs'>,
): void {
  if (!isUnchanged(backup)) throw new AppError('database_broken', { path: backup });
  checkBeforeOpening(backup);
  verifyDatabase(backup);
  const next = nextOf(dataDir);
  const part = `${next}.part`;
  const placing: Placing = {
    ...reason,
    backup: basename(backup),
    keptIn: join('replaced', new Date(reason.atMs).toISOString().replaceAll(/[:.]/g, '-')),
  };
  try {
    copyFileSync(backup, part);
    syncPath(part);
    writeFileSync(reasonOf(dataDir), JSON.stringify(placing), { flush: true });
    // The reason is there before what it is the reason of.
    syncFolder(dataDir);
    renameSync(part, next);
    syncFolder(dataDir);
  } finally {
    rmSync(part, { force: true });
  }
}

function readPlacing(file: string): Placing | null {
  if (!existsSync(file)) return null;
  // One that a power cut caught is cut short, and what it is the reason of is not there yet.
  const parsed = v.safeParse(v.pipe(v.string(), v.parseJson(), Placing), readFileSync(file, 'utf8'));
  return parsed.success ? parsed.output : null;
}

/** Puts a copy that waits in place; the database before it goes into a folder of its own. To be called under the folder's lock. */
export function takePlace(dataDir: string): void {
  const next = nextOf(dataDir);
  const reason = readPlacing(reasonOf(dataDir));
  const kept = join(dataDir, reason?.keptIn ?? 'replaced');
  if (existsSync(next)) {
    const file = fileOf(dataDir);
    mkdirSync(kept, { recursive: true });
    // The log and its index first: beside another database they would be read as its own.
    for (const suffix of ['-wal', '-shm', ''])
      if (existsSync(file + suffix)) renameSync(file + suffix, join(kept, basename(file) + suffix));
    breakSeal(file);
    syncFolder(kept);
    // A power cut must not leave the copy beside the log or the seal of the other one.
    syncFolder(dataDir);
    renameSync(next, file);
    syncFolder(dataDir);
  }
  // Its folder tells that the change was made, should it have been cut off before this.
  if (reason !== null && existsSync(kept)) renameSync(reasonOf(dataDir), placedOf(dataDir));
}

/** What takes the database's place at the next opening; null where nothing does. */
export function waitingNext(dataDir: string): Placing | null {
  return existsSync(nextOf(dataDir)) ? readPlacing(reasonOf(dataDir)) : null;
}

/** The database stays. */
export function cancelNext(dataDir: string): void {
  rmSync(nextOf(dataDir), { force: true });
  rmSync(reasonOf(dataDir), { force: true });
}

/** How the database was replaced, until somebody has read of it; null where it was not. */
export function placed(dataDir: string): Placing | null {
  return readPlacing(placedOf(dataDir));
}

/** Somebody has read it. */
export function forgetPlaced(dataDir: string): void {
  rmSync(placedOf(dataDir), { force: true });
}

/**
 * Lets the newest backup that is sound take the place of a broken database, which is kept. Throws `database_broken` where there is
 * none; everything is left as it is then.
 */
export function heal(dataDir: string, atMs: number): void {
  for (const { file, atMs: backupAtMs } of restorable(dataDir)) {
    try {
      placeNext(dataDir, file, { kind: 'healed', backupAtMs, who: '', atMs });
    } catch (thrown) {
      if (thrown instanceof AppError) continue;
      throw thrown;
    }
    return takePlace(dataDir);
  }
  throw new AppError('database_broken', { path: fileOf(dataDir) });
}
