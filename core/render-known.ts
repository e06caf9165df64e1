import { AppError } from './contract/errors.ts';
import type { Core } from './core.ts';
import type { RenderedPicture } from './imaging/render.ts';
import type { PictureFile } from './store/images.ts';

/**
 * A picture for the screen, made by a decoder apart: the core itself opens no picture. Throws why it cannot be shown:
 * `image_broken` (reason `changed` where other bytes are at its path by now), `not_found`, …
 *
 * @param maxSide longest side, pixels
 */
export async function renderKnown(
  { decoders }: Pick<Core, 'decoders'>,
  { path, page, sha256 }: PictureFile & { readonly path: string },
  maxSide: number,
): Promise<RenderedPicture> {
  const reply = await decoders.render({ path, page, sha256, maxSide });
  if (!reply.ok) throw new AppError(reply.error.code, reply.error.params);
  return { bytes: reply.bytes, mime: reply.mime };
}
