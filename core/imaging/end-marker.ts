import { bmpExtent, readBmpHeader } from './bmp.ts';
import type { ImageType } from './image-type.ts';

/** Cameras pad or append a little after the end; more than this is another file. */
const TAIL_BYTES = 4096;
const PNG_END = Buffer.from([0, 0, 0, 0, 0x49, 0x45, 0x4e, 0x44, 0xae, 0x42, 0x60, 0x82]);
const JPEG_END = Buffer.from([0xff, 0xd9]);

const hasTail = (bytes: Uint8Array, marker: Buffer): boolean =>
  Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).subarray(-TAIL_BYTES).includes(marker);

/** Classic TIFF: its directory, which writers put last, lies inside the file. BigTIFF is left to the decoder. */
function tiffDirectoryPresent(bytes: Uint8Array): boolean {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length < 8) return false;
  const littleEndian = bytes[0] === 0x49;
  if (view.getUint16(2, littleEndian) === 43) return true;
  const directory = view.getUint32(4, littleEndian);
  if (directory < 8 || directory + 2 > bytes.length) return false;
  return directory + 2 + view.getUint16(directory, littleEndian) * 12 + 4 <= bytes.length;
}

/**
 * Whether a picture's last bytes have been written, from its structure alone: a cheap sign of a file that is still being
 * written, which a decoder cannot tell from a damaged one.
 */
export function endMarkerPresent(bytes: Uint8Array, type: ImageType): boolean {
  switch (type) {
    case 'jpeg':
      return hasTail(bytes, JPEG_END);
    case 'png':
      return hasTail(bytes, PNG_END);
    case 'bmp':
      return bytes.length >= 66 && bytes.length >= bmpExtent(readBmpHeader(bytes));
    case 'tiff':
      return tiffDirectoryPresent(bytes);
    case 'webp': {
      const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
      return bytes.length >= 12 && bytes.length >= view.getUint32(4, true) + 8;
    }
  }
}
