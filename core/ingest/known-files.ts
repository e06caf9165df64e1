import type { CameraId } from '#core/domain/ids.ts';
import type { Reader } from '#core/store/handle.ts';
import { knownFiles, type FileFacts } from '#core/store/images.ts';
import { sameFile } from './admission.ts';

/** A broken file is tried again when it changes, this often; then it stays on the list. */
const MAX_TRIES = 4;

interface Known extends FileFacts {
  readonly tries: number;
}

/** What is known of a camera's files, in memory: a scan of 100,000 files then asks the database nothing. */
export class KnownFiles {
  readonly #files = new Map<string, Known>();

  constructor(db: Reader, cameraId: CameraId) {
    for (const { path, ...file } of knownFiles(db, cameraId)) this.set(path, file);
  }

  get size(): number {
    return this.#files.size;
  }

  set(path: string, { bytes, mtimeMs, inode, tries }: Known): void {
    this.#files.set(path, { bytes, mtimeMs, inode, tries });
  }

  /** Whether a file is new or has changed and is worth a (further) try. */
  isNews(path: string, facts: FileFacts): boolean {
    const known = this.#files.get(path);
    return known === undefined || (!sameFile(known, facts) && known.tries < MAX_TRIES);
  }
}
