import { readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';

/** Files that were made of a picture, by kind: decoded files, thumbnails, heat maps. */
export interface DerivedCounts {
  readonly thumbs: number;
  readonly heat: number;
  readonly decoded: number;
}

interface Known {
  readonly id: number;
  readonly sha256: string;
  readonly page: number;
}

const namesIn = (folder: string): string[] => {
  try {
    return readdirSync(folder);
  } catch {
    // A cache may be gone at any time.
    return [];
  }
};

/** Removes the files of a folder that are wanted. Throws what the system throws where one cannot be removed. */
function removeWhere(folder: string, isWanted: (name: string) => boolean): number {
  const names = namesIn(folder).filter(isWanted);
  for (const name of names) rmSync(join(folder, name), { force: true });
  return names.length;
}

/**
 * Removes every file that the caches hold of a picture, whichever model, area or number of channels it was made for. May be done any
 * number of times.
 */
export function removeDerived(dataDir: string, { id, sha256, page }: Known): DerivedCounts {
  const cache = (...names: string[]): string => join(dataDir, 'cache', ...names);
  const shard = sha256.slice(0, 2);
  const heat = new RegExp(`^\\d\\d-\\d+-${id}[-.]`);
  return {
    thumbs: removeWhere(cache('thumbs', shard), (name) => name.startsWith(`${sha256}-${page}.`)),
    heat: removeWhere(cache('heat', String(id % 100).padStart(2, '0')), (name) => heat.test(name)),
    decoded: removeWhere(cache('pixels', shard), (name) => name.startsWith(`${sha256}-${page}-`)),
  };
}

/**
 * Removes what holds parts of pictures without saying of which: views that somebody looked at, and what jobs that ended badly left.
 *
 * @param keptJobs folders of jobs that may go on
 */
export function removeUnnamed(dataDir: string, keptJobs: ReadonlySet<string>): void {
  rmSync(join(dataDir, 'cache', 'previews'), { recursive: true, force: true });
  const jobs = join(dataDir, 'jobs');
  for (const name of namesIn(jobs))
    if (/^\d+$/.test(name) && !keptJobs.has(name)) rmSync(join(jobs, name), { recursive: true, force: true });
}
