import { basename } from 'node:path';
import type { CameraId } from '#core/domain/ids.ts';
import type { Reader } from '#core/store/handle.ts';
import { knownFiles, type FileFacts } from '#core/store/images.ts';
import { passedOver } from '#core/store/watching.ts';

/** A broken file is tried again when it changes, this often; then it stays on the list. */
const MAX_TRIES = 4;

interface Known extends FileFacts {
  readonly tries: number;
}

/** What is known of a camera's files, in memory: a scan of 100,000 files then asks the database nothing. */
export class KnownFiles {
  readonly #files = new Map<string, Known>();
  readonly #inodes: boolean;

  /**
   * @param inodes whether a file's number tells it from another: network shares give out new ones at each mount, and all files
   * would be read again
   */
  constructor(db: Reader, cameraId: CameraId, { inodes }: { readonly inodes: boolean } = { inodes: true }) {
    this.#inodes = inodes;
    for (const { path, ...file } of passedOver(db, cameraId)) this.set(path, { ...file, tries: 0 });
    for (const { path, ...file } of knownFiles(db, cameraId)) this.set(path, file);
  }

  get size(): number {
    return this.#files.size;
  }

  has(path: string): boolean {
    return this.#files.has(path);
  }

  set(path: string, { bytes, mtimeMs, inode, tries }: Known): void {
    this.#files.set(path, { bytes, mtimeMs, inode, tries });
  }

  /** How many of these files are known from other places: their folder was renamed or moved, say. */
  countMoved(files: readonly (FileFacts & { readonly path: string })[]): number {
    const told = (path: string, { bytes, mtimeMs }: FileFacts): string => `${basename(path)}/${bytes}/${mtimeMs}`;
    const known = new Set([...this.#files].map(([path, facts]) => told(path, facts)));
    return files.filter((file) => known.has(told(file.path, file))).length;
  }

  /** Whether a file is new or has changed and is worth a (further) try. */
  isNews(path: string, facts: FileFacts): boolean {
    const known = this.#files.get(path);
    if (known === undefined) return true;
    const same =
      known.bytes === facts.bytes && known.mtimeMs === facts.mtimeMs && (known.inode === facts.inode || !this.#inodes);
    return !same && known.tries < MAX_TRIES;
  }
}
