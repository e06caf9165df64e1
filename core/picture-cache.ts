import { mkdirSync, statfsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import type { Log } from './app-types.ts';
import { toErrorData } from './contract/errors.ts';
import { CacheFiles } from './ingest/cache-files.ts';

/** Pictures for the screen (thumbnails, heat maps) that are made once and kept on the disk, in bounded room. */
export interface PictureCache {
  /**
   * The bytes of a file; where there is none they are made, once however many ask for them at the same time. Throws what
   * `make` throws; then the next who asks tries again. `make` writes the file, if it can, and returns its bytes.
   *
   * @param name begins with the two characters that choose its sub-folder, ends with the cache's ending
   */
  readonly read: (name: string, make: (file: string) => Promise<Uint8Array>) => Promise<Uint8Array>;
}

/** By default a cache takes at most this, or a twentieth of what is free. */
const MOST_BYTES = 1e9;
const FREE_SHARE = 1 / 20;

/** @param capacityBytes most that it takes on the disk; what was not looked at for longest goes first */
export function createPictureCache(
  folder: string,
  ending: `.${string}`,
  log: Log,
  capacityBytes?: number,
): PictureCache {
  const files = new CacheFiles(folder, ending);
  const making = new Map<string, Promise<Uint8Array>>();

  const capacity = (): number => {
    if (capacityBytes !== undefined) return capacityBytes;
    mkdirSync(folder, { recursive: true });
    const { bavail, bsize } = statfsSync(folder);
    return Math.min(MOST_BYTES, FREE_SHARE * (bavail * bsize + files.bytes));
  };

  /** The picture is there, or can be made; that the room could not be looked after is for the log. */
  const notKept = (thrown: unknown): void => log('warn', 'picture_cache_not_kept', { ...toErrorData(thrown) });

  const make = async (name: string, how: (file: string) => Promise<Uint8Array>): Promise<Uint8Array> => {
    // Swept before anything is written: what is half written later belongs to a picture in the making.
    await files.load().catch(notKept);
    const bytes = await how(files.path(name));
    try {
      files.look(name);
      files.shrinkTo(capacity());
    } catch (thrown) {
      notKept(thrown);
    }
    return bytes;
  };

  return {
    async read(name, how) {
      const pinned = files.pin(name);
      if (pinned !== null) {
        try {
          return await readFile(files.path(name));
        } finally {
          files.unpin(pinned);
        }
      }
      const running = making.get(name);
      if (running !== undefined) return running;
      const started = make(name, how).finally(() => making.delete(name));
      making.set(name, started);
      return started;
    },
  };
}
