import sharp from 'sharp';
import type { RawPixels } from './raw-picture.ts';

/** Pixels reduced to at most `maxSide` a side, by the kernel of decoding (decode.ts); smaller ones as they are. */
export async function reduceTo({ width, height, channels, data }: RawPixels, maxSide: number): Promise<RawPixels> {
  if (Math.max(width, height) <= maxSide) return { width, height, channels, data };
  const reduced = await sharp(data, { raw: { width, height, channels } })
    .resize(maxSide, maxSide, { fit: 'inside', kernel: 'lanczos3' })
    .toColourspace(channels === 1 ? 'b-w' : 'srgb')
    .raw()
    .toBuffer({ resolveWithObject: true });
  return { width: reduced.info.width, height: reduced.info.height, channels, data: reduced.data };
}
