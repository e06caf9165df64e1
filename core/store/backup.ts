import { closeSync, existsSync, fsyncSync, openSync, renameSync, rmSync } from 'node:fs';
import { dirname } from 'node:path';
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
    const found = copy.pragma('integrity_check', { simple: true });
    if (found !== 'ok') throw new AppError('database_broken', { path: file });
  } catch (cause) {
    throw cause instanceof AppError ? cause : new AppError('database_broken', { path: file }, { cause });
  } finally {
    copy.close();
  }
}

/**
 * A consistent, verified copy of an open database in a new file. `file` is there whole or not at all. Throws `bad_input`
 * when it exists, `database_broken` when the copy does not verify.
 */
export function backupTo(database: Database.Database, file: string): void {
  if (existsSync(file)) throw new AppError('bad_input', { path: file });
  const part = `${file}.part`;
  rmSync(part, { force: true });
  try {
    database.prepare('VACUUM INTO ?').run(part);
    verifyDatabase(part);
    syncPath(part);
    renameSync(part, file);
    syncFolder(dirname(file));
  } finally {
    rmSync(part, { force: true });
  }
}
