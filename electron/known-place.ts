import { existsSync } from 'node:fs';
import { AppError } from '#core/contract/errors.ts';
import { holdsPilot, readChosenPlace } from '#core/shell/chosen-place.ts';

/** Where the data lies, where that is known: named by whoever starts the app, chosen at the first start, or left by a former version. */
export function knownDataDir(home: string, named: string | undefined): string | null {
  if (named) return named;
  return readChosenPlace(home)?.dataDir ?? (holdsPilot(home) ? home : null);
}

/**
 * A folder that was chosen and is gone (a disk that is not connected) must not be made anew: an empty pilot would look as if all
 * was lost. Throws `data_folder_gone`.
 */
export function checkStillThere(home: string, dataDir: string): void {
  if (readChosenPlace(home)?.dataDir === dataDir && !existsSync(dataDir))
    throw new AppError('data_folder_gone', { folder: dataDir });
}
