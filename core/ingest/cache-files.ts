import { rmSync, statSync, utimesSync, type Dirent } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';

/** A file of the cache on the disk. */
interface Entry {
  readonly name: string;
  bytes: number;
  usedAtMs: number;
  /** The use that the file's own time tells, for the next start. */
  markedAtMs: number;
  /** How many readers need it; never removed while there are any. */
  pins: number;
}

/** A file that somebody reads. */
export type PinnedFile = Pick<Entry, 'name'>;

/** Uses are written to the disk this often: what counts is which pictures have not been used for days. */
const MARK_EVERY_MS = 60 * 60 * 1000;
/** Files looked at between two turns of the event loop: some milliseconds. */
const AT_ONCE = 256;
/** More is removed than was asked for, so that not each new picture sorts all of them. */
const SLACK = 0.01;

const isMissing = (cause: unknown): boolean =>
  cause instanceof Error && 'code' in cause && (cause.code === 'ENOENT' || cause.code === 'ENOTDIR');

/**
 * The files of a cache folder (decoded pictures, thumbnails, heat maps): which there are, how large, when they were last used.
 * Nothing else knows of them, so that the folder may be deleted at any time: a file is looked at before anybody is told that it
 * is there. Names begin with the two characters that choose their sub-folder.
 */
export class CacheFiles {
  readonly #folder: string;
  readonly #ending: string;
  readonly #entries = new Map<string, Entry>();
  #bytes = 0;
  #pinned = 0;
  #loaded: Promise<void> | undefined;

  /** @param ending of every file's name; anything else in the folder is what a crash left half written */
  constructor(folder: string, ending: string) {
    this.#folder = folder;
    this.#ending = ending;
  }

  /** Bytes of all files. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Where a file of this name lies, or is to lie. */
  path(name: string): string {
    return join(this.#folder, name.slice(0, 2), name);
  }

  /** Finds the files of former runs, once, and sweeps what a crash left half written. */
  load(): Promise<void> {
    return (this.#loaded ??= this.#scan());
  }

  async #scan(): Promise<void> {
    for (const shard of await list(this.#folder)) {
      if (!shard.isDirectory()) continue;
      const files = await list(join(this.#folder, shard.name));
      for (let from = 0; from < files.length; from += AT_ONCE) {
        for (const { name } of files.slice(from, from + AT_ONCE)) {
          if (name.endsWith(this.#ending) && name.slice(0, 2) === shard.name) this.look(name);
          else rmSync(join(this.#folder, shard.name, name), { force: true, recursive: true });
        }
        await setImmediate();
      }
    }
  }

  /** What is on the disk under this name now; null where nothing is. */
  look(name: string): Entry | null {
    const entry = this.#entries.get(name);
    const stats = statSync(this.path(name), { throwIfNoEntry: false });
    if (stats === undefined) {
      this.#forget(name);
      return null;
    }
    if (entry !== undefined) {
      this.#bytes += stats.size - entry.bytes;
      entry.bytes = stats.size;
      return entry;
    }
    const { size: bytes, mtimeMs } = stats;
    const found: Entry = { name, bytes, usedAtMs: mtimeMs, markedAtMs: mtimeMs, pins: 0 };
    this.#entries.set(name, found);
    this.#bytes += found.bytes;
    return found;
  }

  #forget(name: string): void {
    const entry = this.#entries.get(name);
    if (entry === undefined) return;
    this.#entries.delete(name);
    this.#bytes -= entry.bytes;
    if (entry.pins > 0) this.#pinned--;
  }

  /** Keeps a file until it is unpinned, and counts as a use; null where there is none. */
  pin(name: string): PinnedFile | null {
    const entry = this.look(name);
    if (entry === null) return null;
    if (entry.pins++ === 0) this.#pinned++;
    entry.usedAtMs = Date.now();
    if (entry.usedAtMs - entry.markedAtMs > MARK_EVERY_MS) {
      const seconds = entry.usedAtMs / 1000;
      try {
        utimesSync(this.path(name), seconds, seconds);
      } catch (cause) {
        // Gone within the last microseconds; whoever reads it will say so.
        if (!isMissing(cause)) throw cause;
      }
      entry.markedAtMs = entry.usedAtMs;
    }
    return entry;
  }

  unpin(file: PinnedFile): void {
    const entry = file as Entry;
    // Of a file that was lost meanwhile nothing is kept.
    if (--entry.pins === 0 && this.#entries.get(entry.name) === entry) this.#pinned--;
  }

  /** Removes the files that have not been used for longest until all take at most `bytes`. Returns the bytes freed. */
  shrinkTo(bytes: number): number {
    if (this.#bytes <= bytes || this.#pinned === this.#entries.size) return 0;
    const before = this.#bytes;
    const target = bytes * (1 - SLACK);
    const unused = [...this.#entries].filter(([, { pins }]) => pins === 0);
    for (const [name] of unused.sort(([, a], [, b]) => a.usedAtMs - b.usedAtMs)) {
      if (this.#bytes <= target) break;
      this.remove(name);
    }
    return before - this.#bytes;
  }

  /** Removes a file, whoever reads it: it is not what it should be. */
  remove(name: string): void {
    try {
      rmSync(this.path(name), { force: true });
    } catch (cause) {
      // Windows does not remove what a reader has open: it stays, and stays counted.
      if (cause instanceof Error && 'code' in cause && ['EBUSY', 'EPERM', 'EACCES'].includes(String(cause.code)))
        return;
      throw cause;
    }
    this.#forget(name);
  }

  /** Removes every file. */
  clear(): void {
    for (const name of [...this.#entries.keys()]) this.remove(name);
  }
}

async function list(folder: string): Promise<Dirent[]> {
  try {
    return await readdir(folder, { withFileTypes: true });
  } catch (cause) {
    if (isMissing(cause)) return [];
    throw cause;
  }
}
