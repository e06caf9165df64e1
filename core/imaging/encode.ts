import sharp from 'sharp';

/** Encodes 8-bit grey pixels, row-major, as PNG. */
export function encodeGreyPng(data: Uint8Array, width: number, height: number): Promise<Buffer> {
  return sharp(data, { raw: { width, height, channels: 1 } })
    .toColourspace('b-w')
    .png({ compressionLevel: 6 })
    .toBuffer();
}
