import { brokenBy, openPicture, type DecodeOptions } from './decode.ts';

export interface RenderedPicture {
  readonly bytes: Uint8Array;
  readonly mime: 'image/webp';
}

/**
 * A picture for the screen: decoded and encoded anew, so that nothing the camera's file carries beside its pixels (EXIF,
 * scripts behind a picture's name) ever reaches a window. Throws what {@link openPicture} throws, and `image_broken`.
 *
 * @param file the bytes of the camera's file
 */
export async function renderPicture(
  file: Uint8Array,
  options: Pick<DecodeOptions, 'maxSide' | 'page'> = {},
): Promise<RenderedPicture> {
  const { pipeline } = await openPicture(file, options);
  try {
    return { bytes: await pipeline.webp({ quality: 88, effort: 2 }).toBuffer(), mime: 'image/webp' };
  } catch (cause) {
    throw brokenBy(cause);
  }
}
