import { existsSync, mkdirSync, rmSync, statfsSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { AppError } from '#core/contract/errors.ts';
import { isNetworkType, isSharePath } from '#core/domain/network-file-systems.ts';
import { backupInTurns, checkOpened, syncFolder } from './backup.ts';
import { listBackups, removeUnfinishedBackups } from './backups.ts';
import { createHandle, type Reader, type SlowQueryLog, type Writer } from './handle.ts';
import { lockDataFolder } from './lock.ts';
import { isLogDamaged } from './log-check.ts';
import { checkBeforeOpening, migrate } from './migrate.ts';
import { breakSeal, seal, sealState, type SealState } from './seal.ts';
import { heal, takePlace } from './take-place.ts';

export interface Store {
  /** A connection that cannot write; sees what `write` has committed. */
  readonly read: Reader;
  /** Every transaction is on the disk when it returns (synchronous = FULL). */
  readonly write: Writer;
  readonly file: string;
  /** Writes a verified copy into a new file, while work goes on. */
  readonly backup: (file: string) => Promise<void>;
  readonly doubt: StoreDoubt | null;
  /** Rows written since the opening. */
  readonly changes: () => number;
  readonly close: () => void;
}

export interface StoreOptions {
  readonly onSlow?: SlowQueryLog;
}

function refuseNetworkFolder(dataDir: string): void {
  if ((process.platform === 'win32' && isSharePath(dataDir)) || isNetworkType(statfsSync(dataDir).type))
    throw new AppError('database_on_network', { folder: dataDir });
}

/** At the opening a virus scanner or a copying program is waited for; later the window must hear within two seconds. */
const OPENING_BUSY_MS = 5000;
const BUSY_MS = 600;

function connect(file: string, readonly: boolean): Database.Database {
  const database = new Database(file, { readonly, timeout: OPENING_BUSY_MS });
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
  (error instanceof AppError && error.code === 'database_broken') ||
  (error instanceof Database.SqliteError && /^SQLITE_(CORRUPT|NOTADB)/.test(error.code));

/** What is to be told of a database that could be opened. */
export type StoreDoubt =
  /** The write-ahead log was taken away or damaged after a crash, and with it what was written last. */
  | 'log_lost'
  /** Something else wrote into the file, or it was put back from a copy. */
  | 'changed_outside'
  /** Bytes changed by themselves, and no sound backup was there to take its place. */
  | 'rotten';

/** While a database is open it has a log. After a crash without one, somebody took it away. */
const openMarkOf = (file: string): string => `${file}.open`;

function connectBoth(
  file: string,
  sealed: SealState,
): { readonly writer: Database.Database; readonly reader: Database.Database } {
  checkBeforeOpening(file);
  const writer = openDatabase(file);
  try {
    if (sealed !== 'whole') checkOpened(writer);
    breakSeal(file);
    return { writer, reader: connect(file, true) };
  } catch (error) {
    writer.close();
    throw error;
  }
}

/** Opens what is there; where that is broken, the newest sound backup in its place. */
function openOrHeal(
  dataDir: string,
  file: string,
): ReturnType<typeof connectBoth> & { readonly doubt: StoreDoubt | null } {
  const sealed = sealState(file);
  const hasLog = existsSync(`${file}-wal`);
  const isEmpty = !existsSync(file) || (statSync(file).size === 0 && !hasLog);
  const isBackedUp = listBackups(dataDir).length > 0;
  if (isBackedUp && (isEmpty || sealed === 'rotten')) {
    heal(dataDir, Date.now());
    return { ...connectBoth(file, 'none'), doubt: null };
  }
  const logIsLost = (existsSync(openMarkOf(file)) && !isEmpty && !hasLog) || isLogDamaged(`${file}-wal`);
  const doubt = logIsLost
    ? 'log_lost'
    : sealed === 'changed'
      ? 'changed_outside'
      : sealed === 'rotten'
        ? 'rotten'
        : null;
  try {
    return { ...connectBoth(file, sealed), doubt };
  } catch (error) {
    if (!isBroken(error)) throw error;
    heal(dataDir, Date.now());
    return { ...connectBoth(file, 'none'), doubt: null };
  }
}

/**
 * Opens the database of a data folder, made or migrated as needed; a broken one is kept aside and replaced by the newest sound
 * backup (then {@link placed} says so). Throws `second_instance`, `database_newer` (the file is left untouched), `database_broken`
 * where no backup is sound, `database_on_network`.
 */
export function openStore(dataDir: string, options: StoreOptions = {}): Store {
  mkdirSync(dataDir, { recursive: true });
  refuseNetworkFolder(dataDir);
  const unlock = lockDataFolder(dataDir);
  const file = join(dataDir, 'minarai.db');
  const onSlow = options.onSlow ?? (() => undefined);
  try {
    takePlace(dataDir);
    removeUnfinishedBackups(dataDir);
    const { writer, reader, doubt } = openOrHeal(dataDir, file);
    for (const connection of [writer, reader]) connection.pragma(`busy_timeout = ${BUSY_MS}`);
    // The log is there from the first read on.
    reader.pragma('user_version');
    // And its name on the disk before the mark that there is one; at the end the mark is gone before the log.
    syncFolder(dataDir);
    writeFileSync(openMarkOf(file), '');
    return {
      read: createHandle(reader, onSlow),
      write: createHandle(writer, onSlow),
      file,
      backup: (target) => backupInTurns(writer, target),
      doubt,
      changes: () => writer.prepare<[], number>('SELECT total_changes()').pluck().get() ?? 0,
      close: () => {
        rmSync(openMarkOf(file), { force: true });
        syncFolder(dataDir);
        reader.close();
        writer.close();
        seal(file);
        unlock();
      },
    };
  } catch (error) {
    unlock();
    throw isBroken(error) ? new AppError('database_broken', { path: file }, { cause: error }) : error;
  }
}
