import { openPicture, readPictureFile, type DecodeOptions } from './decode.ts';

export interface RenderedPicture {
  readonly bytes: Uint8Array;
  readonly mime: 'image/webp';
}

/**
 * A picture for the screen: decoded and encoded anew, so that nothing the camera's file carries beside its pixels (EXIF,
 * scripts behind a picture's name) ever reaches a window. Throws what {@link openPicture} throws.
 */
export async function renderPicture(
  path: string,
  options: Pick<DecodeOptions, 'maxSide' | 'page'> = {},
): Promise<RenderedPicture> {
  const { bytes } = await readPictureFile(path);
  const { pipeline } = await openPicture(bytes, options);
  return { bytes: await pipeline.webp({ quality: 88, effort: 2 }).toBuffer(), mime: 'image/webp' };
}
