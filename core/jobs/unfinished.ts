import { readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';

/**
 * Removes what a killed process had begun to write into the folders of jobs and models: such a file gets its name only when it
 * is whole, and nobody goes on with one. To be called before any job runs.
 */
export function removeUnfinished(dataDir: string): void {
  for (const kind of ['jobs', 'models'])
    for (const folder of foldersIn(join(dataDir, kind)))
      for (const name of readdirSync(folder))
        if (name.endsWith('.tmp')) rmSync(join(folder, name), { recursive: true, force: true });
}

function foldersIn(folder: string): string[] {
  try {
    return readdirSync(folder, { withFileTypes: true }).flatMap((entry) =>
      entry.isDirectory() ? [join(folder, entry.name)] : [],
    );
  } catch {
    // Nothing was learnt yet.
    return [];
  }
}
