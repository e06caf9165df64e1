import { join } from 'node:path';
import Database from 'better-sqlite3';
import { AppError } from '#core/contract/errors.ts';

/**
 * One process a data folder. The lock is an exclusive SQLite lock on a file of its own, which the operating system drops
 * with the process, however it ends: nothing stale is left after a kill. Throws `second_instance`.
 */
export function lockDataFolder(dataDir: string): () => void {
  const lock = new Database(join(dataDir, 'minarai.lock'), { timeout: 0 });
  try {
    lock.pragma('journal_mode = MEMORY');
    lock.exec('BEGIN EXCLUSIVE');
  } catch (cause) {
    lock.close();
    if (cause instanceof Database.SqliteError && cause.code.startsWith('SQLITE_BUSY'))
      throw new AppError('second_instance', { folder: dataDir }, { cause });
    throw cause;
  }
  return () => lock.close();
}
