import { mkdirSync, statfsSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { AppError } from '#core/contract/errors.ts';
import { backupTo } from './backup.ts';
import { createHandle, type Reader, type SlowQueryLog, type Writer } from './handle.ts';
import { lockDataFolder } from './lock.ts';
import { checkBeforeOpening, migrate } from './migrate.ts';

export interface Store {
  /** A connection that cannot write; sees what `write` has committed. */
  readonly read: Reader;
  /** Every transaction is on the disk when it returns (synchronous = FULL). */
  readonly write: Writer;
  readonly file: string;
  /** Writes a verified copy into a new file. */
  readonly backup: (file: string) => void;
  readonly close: () => void;
}

export interface StoreOptions {
  readonly onSlow?: SlowQueryLog;
}

/** File system types of NFS, SMB, SMB2 and CIFS (linux/magic.h): their locks and syncs don't hold what SQLite needs. */
const networkFileSystems: ReadonlySet<number> = new Set([0x6969, 0x517b, 0xfe534d42, 0xff534d42]);

function refuseNetworkFolder(dataDir: string): void {
  const uncPath = process.platform === 'win32' && /^[\\/]{2}[^?.]/.test(dataDir);
  if (uncPath || networkFileSystems.has(statfsSync(dataDir).type >>> 0))
    throw new AppError('database_on_network', { folder: dataDir });
}

function connect(file: string, readonly: boolean): Database.Database {
  const database = new Database(file, { readonly, timeout: 5000 });
  database.pragma('foreign_keys = ON');
  // Pictures by the hundred thousand (90 MB of database): the pages of the indices stay in memory, for the reader and the writer.
  database.pragma('cache_size = -32768');
  database.pragma('temp_store = MEMORY');
  return database;
}

function openDatabase(file: string): Database.Database {
  const database = connect(file, false);
  try {
    database.pragma('journal_mode = WAL');
    database.pragma('synchronous = FULL');
    migrate(database);
    return database;
  } catch (error) {
    database.close();
    throw error;
  }
}

const isBroken = (error: unknown): boolean =>
  error instanceof Database.SqliteError && /^SQLITE_(CORRUPT|NOTADB)/.test(error.code);

/**
 * Opens the database of a data folder, made or migrated as needed. Throws `second_instance`, `database_newer` (the file is
 * left untouched), `database_broken`, `database_on_network`.
 */
export function openStore(dataDir: string, options: StoreOptions = {}): Store {
  mkdirSync(dataDir, { recursive: true });
  refuseNetworkFolder(dataDir);
  const unlock = lockDataFolder(dataDir);
  const file = join(dataDir, 'minarai.db');
  const onSlow = options.onSlow ?? (() => undefined);
  try {
    checkBeforeOpening(file);
    const writer = openDatabase(file);
    const reader = connect(file, true);
    return {
      read: createHandle(reader, onSlow),
      write: createHandle(writer, onSlow),
      file,
      backup: (target) => backupTo(writer, target),
      close: () => {
        reader.close();
        writer.close();
        unlock();
      },
    };
  } catch (error) {
    unlock();
    throw isBroken(error) ? new AppError('database_broken', { path: file }, { cause: error }) : error;
  }
}
