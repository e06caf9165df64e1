import { newestByName } from '#core/domain/date-folders.ts';

interface SeenFolder {
  readonly mtimeMs: number;
  readonly folders: readonly string[];
}

/** Some file systems keep times to 2 s: a file that came right after a listing may have left the folder's time as it was. */
const COARSE_MS = 5000;

/**
 * A camera's folders as scans saw them, by path, so that a quick scan asks a network share for each folder's time and lists
 * only those that look new: changed since, changed last of all, or the last by a date-like name. What that misses (a file
 * rewritten in place in an old folder), the next whole scan finds.
 */
export class FolderTree {
  readonly #seen = new Map<string, SeenFolder>();
  #newestMs = -Infinity;

  get size(): number {
    return this.#seen.size;
  }

  remember(path: string, mtimeMs: number, folders: readonly string[]): void {
    this.#seen.set(path, { mtimeMs, folders });
    this.#newestMs = Math.max(this.#newestMs, mtimeMs);
  }

  /** A folder that is gone. */
  forget(path: string): void {
    this.#seen.delete(path);
  }

  /** Nothing is known any more: the next scan lists all. */
  clear(): void {
    this.#seen.clear();
    this.#newestMs = -Infinity;
  }

  /**
   * The names of a folder's sub-folders where it need not be listed again; null where it must be.
   *
   * @param latest the folder lies where the next picture is expected
   */
  unchanged(path: string, mtimeMs: number, latest: boolean): readonly string[] | null {
    const seen = this.#seen.get(path);
    if (seen === undefined || seen.mtimeMs !== mtimeMs || mtimeMs > this.#newestMs - COARSE_MS) return null;
    return latest && newestByName(seen.folders) === null ? null : seen.folders;
  }

  /** Whether the next picture is expected in a sub-folder: the last of those named by dates, otherwise any that has folders. */
  isLatest(path: string, name: string, siblings: readonly string[]): boolean {
    const newest = newestByName(siblings);
    return newest === null ? (this.#seen.get(path)?.folders.length ?? 0) > 0 : name === newest;
  }
}
