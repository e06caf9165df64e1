import { closeSync, existsSync, fsyncSync, openSync, renameSync, rmSync } from 'node:fs';
import { dirname } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import Database from 'better-sqlite3';
import { AppError } from '#core/contract/errors.ts';

/** Waits until a file's bytes are on the disk. */
export function syncPath(path: string): void {
  const descriptor = openSync(path, 'r+');
  try {
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}

/** A rename is on the disk only after its folder is; Windows has no such call and needs none. */
export function syncFolder(path: string): void {
  if (process.platform === 'win32') return;
  const descriptor = openSync(path, 'r');
  try {
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}

/** Throws `database_broken` unless every page and index of the file is sound. */
export function verifyDatabase(file: string): void {
  const copy = new Database(file, { readonly: true });
  try {
    checkOpened(copy);
  } catch (cause) {
    throw cause instanceof AppError ? cause : new AppError('database_broken', { path: file }, { cause });
  } finally {
    copy.close();
  }
}

/** Throws `database_broken` unless every page and index of an open database is sound. */
export function checkOpened(database: Database.Database): void {
  const found = database.pragma('integrity_check(1)', { simple: true });
  if (found !== 'ok') throw new AppError('database_broken', { path: database.name });
}

/** Removes an unfinished copy and what SQLite keeps beside it. */
function removePart(part: string): void {
  for (const suffix of ['', '-journal', '-wal', '-shm']) rmSync(part + suffix, { force: true });
}

/** The disk, not the copy, is what is wrong. */
const isOfDisk = (cause: unknown): boolean =>
  cause instanceof Database.SqliteError && /^SQLITE_(FULL|IOERR_(WRITE|FSYNC|DIR_FSYNC|TRUNCATE|SHM))/.test(cause.code);

/** Pages copied in one go, 2 MB: some 5 ms, so that nobody waits for a backup. */
const PAGES_A_TURN = 512;

/**
 * As {@link verifyDatabase}, table by table with a turn of the event loop between, for use while people work. The copy leaves
 * the write-ahead mode of its source: a backup is one file.
 */
async function verifyInTurns(file: string): Promise<void> {
  const copy = new Database(file);
  try {
    copy.pragma('journal_mode = DELETE');
    const tables = copy.prepare<[], { name: string }>("SELECT name FROM sqlite_schema WHERE type = 'table'").all();
    for (const { name } of tables) {
      const found = copy.pragma(`integrity_check("${name}")`, { simple: true });
      if (found !== 'ok') throw new AppError('database_broken', { path: file });
      await nextTurn();
    }
  } catch (cause) {
    throw cause instanceof AppError || isOfDisk(cause)
      ? cause
      : new AppError('database_broken', { path: file }, { cause });
  } finally {
    copy.close();
  }
}

/**
 * A consistent, verified copy of an open database in a new file, made while it is worked on (SQLite's backup API on the one
 * writing connection, so that a write in between is copied and does not start it anew). `file` is there whole or not at all.
 * Throws `bad_input` when it exists, `database_broken` when the copy does not verify, `disk_full`.
 */
export async function backupInTurns(database: Database.Database, file: string): Promise<void> {
  if (existsSync(file)) throw new AppError('bad_input', { path: file });
  const part = `${file}.part`;
  removePart(part);
  try {
    await database.backup(part, { progress: () => PAGES_A_TURN });
    await verifyInTurns(part);
    syncPath(part);
    renameSync(part, file);
    syncFolder(dirname(file));
  } finally {
    removePart(part);
  }
}

/** As {@link backupInTurns}, at once: for the copy before a change of the schema, when nobody works yet. */
export function backupTo(database: Database.Database, file: string): void {
  if (existsSync(file)) throw new AppError('bad_input', { path: file });
  const part = `${file}.part`;
  removePart(part);
  try {
    database.prepare('VACUUM INTO ?').run(part);
    verifyDatabase(part);
    syncPath(part);
    renameSync(part, file);
    syncFolder(dirname(file));
  } finally {
    removePart(part);
  }
}
