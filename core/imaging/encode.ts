import sharp from 'sharp';
import type { RawPixels } from './raw-picture.ts';

/** Encodes 8-bit grey pixels, row-major, as PNG. */
export function encodeGreyPng(data: Uint8Array, width: number, height: number): Promise<Buffer> {
  return sharp(data, { raw: { width, height, channels: 1 } })
    .toColourspace('b-w')
    .png({ compressionLevel: 6 })
    .toBuffer();
}

/** Encodes decoded pixels as PNG. */
export function encodePng({ width, height, channels, data }: RawPixels): Promise<Buffer> {
  if (channels === 1) return encodeGreyPng(data, width, height);
  return sharp(data, { raw: { width, height, channels } }).png({ compressionLevel: 6 }).toBuffer();
}
