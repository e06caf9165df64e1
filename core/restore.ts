import { copyFileSync, existsSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { AppError } from './contract/errors.ts';
import { syncFolder, syncPath, verifyDatabase } from './store/backup.ts';
import { checkBeforeOpening } from './store/migrate.ts';

/**
 * Puts a backup into a data folder that has no database yet: whole or not at all, the backup left as it is. Checkpoints and
 * models are files beside the database and are not in it. Throws `not_found`, `out_folder_not_empty`, `database_newer`,
 * `database_broken`.
 */
export function restoreBackup(backup: string, dataDir: string): void {
  if (!existsSync(backup)) throw new AppError('not_found', { path: backup });
  const file = join(dataDir, 'minarai.db');
  if (existsSync(file)) throw new AppError('out_folder_not_empty', { path: dataDir });
  checkBeforeOpening(backup);
  verifyDatabase(backup);
  mkdirSync(dataDir, { recursive: true });
  const part = `${file}.part`;
  try {
    copyFileSync(backup, part);
    syncPath(part);
    renameSync(part, file);
    syncFolder(dataDir);
  } finally {
    rmSync(part, { force: true });
  }
}
