import { randomUUID } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { PretrainConfig } from './contract/engine.ts';
import { AppError } from './contract/errors.ts';
import type { Core } from './core.ts';
import type { ImageId } from './domain/ids.ts';
import { pictureFile } from './store/images.ts';

/** Previews kept on disk: those of the last few switches somebody tried. */
const KEPT = 8;

/** Augmented views of a picture, to look at: made by the engine, fetched from /preview/:token/:n (n = 2 × pair + view). */
export interface Previews {
  readonly make: (imageId: ImageId, config: PretrainConfig) => Promise<{ token: string; pairs: number }>;
  readonly file: (token: string, n: number) => string | null;
}

export function createPreviews({ store, engine, dataDir }: Core): Previews {
  const made = new Map<string, string[]>();
  const folder = (token: string): string => join(dataDir, 'cache', 'previews', token);
  return {
    async make(imageId, config) {
      const picture = pictureFile(store.read, imageId);
      if (picture?.path == null) throw new AppError('not_found', { imageId });
      const token = randomUUID();
      const image = { id: imageId, path: picture.path, page: picture.page };
      const { files } = await engine.calls.preview({ image, config, outDir: folder(token) });
      made.set(token, files.flat());
      for (const old of [...made.keys()].slice(0, -KEPT)) {
        made.delete(old);
        await rm(folder(old), { recursive: true, force: true });
      }
      return { token, pairs: files.length };
    },
    file: (token, n) => made.get(token)?.[n] ?? null,
  };
}
