import type { ImageRow } from './contract/engine.ts';
import { AppError } from './contract/errors.ts';
import type { Core } from './core.ts';
import type { ImageId } from './domain/ids.ts';
import { pictureFile, type PictureFile } from './store/images.ts';

const never = new AbortController().signal;

/**
 * Has one picture decoded for a question to the engine, which gets no picture of the site to decode by itself. Throws
 * `not_found` where it has no file any more, and why it cannot be decoded.
 *
 * @param channels what the engine is to see; absent = as the file has them
 */
export async function withReadyPicture<Answer>(
  { store, pixels }: Pick<Core, 'store' | 'pixels'>,
  id: ImageId,
  channels: 1 | 3 | undefined,
  ask: (image: ImageRow & { readonly pixels: string }) => Promise<Answer>,
): Promise<Answer> {
  const found = pictureFile(store.read, id);
  if (found === null || found.path === null) throw new AppError('not_found', { imageId: id });
  const picture: PictureFile & { path: string } = { ...found, path: found.path };
  const ready = await pixels.ensure([picture], {
    channels: channels ?? picture.channels,
    pick: 'first',
    signal: never,
  });
  try {
    const [failure] = ready.failed;
    if (failure !== undefined) throw new AppError(failure.error.code, failure.error.params);
    return await ask({ id, path: picture.path, page: picture.page, pixels: ready.file(picture) });
  } finally {
    ready.release();
  }
}
