import { AppError } from '#core/contract/errors.ts';

/** Pixels of a BMP, top row first. */
export interface BmpPixels {
  readonly width: number;
  readonly height: number;
  /** 1 where the file is grey (a grey palette), otherwise 3 (RGB). */
  readonly channels: 1 | 3;
  readonly data: Uint8Array;
}

interface BmpHeader {
  readonly width: number;
  readonly height: number;
  /** Rows run downwards in the file (a negative height). */
  readonly topDown: boolean;
  readonly bitsPerPixel: number;
  readonly rowBytes: number;
  readonly pixelOffset: number;
  /** Red, green, blue masks of 16- and 32-bit pixels. */
  readonly masks: readonly [number, number, number];
  /** Bytes of one palette entry, where the palette starts, and how many entries there are. */
  readonly palette: { readonly offset: number; readonly entryBytes: number; readonly entries: number } | null;
}

const refuse = (reason: string): AppError => new AppError('image_broken', { reason });

/**
 * Reads the header: OS/2 1.x and Windows 3 to 5; 1, 4, 8, 16, 24 and 32 bits; uncompressed or bit fields. Run-length
 * encoding is refused by name (`bmp_compression`): no inspection camera in the trade writes it. Throws `image_broken`.
 */
export function readBmpHeader(bytes: Uint8Array): BmpHeader {
  if (bytes.length < 26) throw refuse('truncated');
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const headerBytes = view.getUint32(14, true);
  if (bytes.length < 14 + headerBytes) throw refuse('truncated');
  const os2 = headerBytes === 12;
  const width = os2 ? view.getUint16(18, true) : view.getInt32(18, true);
  const signedHeight = os2 ? view.getUint16(20, true) : view.getInt32(22, true);
  const bitsPerPixel = view.getUint16(os2 ? 24 : 28, true);
  const compression = os2 ? 0 : view.getUint32(30, true);
  if (width <= 0 || signedHeight === 0) throw refuse('damaged');
  if (![1, 4, 8, 16, 24, 32].includes(bitsPerPixel)) throw refuse('bit_depth');
  const bitFields = compression === 3 || compression === 6;
  if (compression !== 0 && !(bitFields && (bitsPerPixel === 16 || bitsPerPixel === 32)))
    throw refuse('bmp_compression');
  if (bitFields && bytes.length < 66) throw refuse('truncated');
  const defaults: readonly [number, number, number] =
    bitsPerPixel === 16 ? [0x7c00, 0x03e0, 0x001f] : [0xff0000, 0x00ff00, 0x0000ff];
  const colours = os2 ? 0 : view.getUint32(46, true);
  return {
    width,
    height: Math.abs(signedHeight),
    topDown: signedHeight < 0,
    bitsPerPixel,
    rowBytes: Math.ceil((width * bitsPerPixel) / 32) * 4,
    pixelOffset: view.getUint32(10, true),
    masks: bitFields ? [view.getUint32(54, true), view.getUint32(58, true), view.getUint32(62, true)] : defaults,
    palette:
      bitsPerPixel > 8
        ? null
        : {
            offset: 14 + headerBytes,
            entryBytes: os2 ? 3 : 4,
            entries: colours === 0 ? 2 ** bitsPerPixel : Math.min(colours, 2 ** bitsPerPixel),
          },
  };
}

/** Bytes that the file must have for its pixels to be all there. */
export function bmpExtent(header: BmpHeader): number {
  return header.pixelOffset + header.rowBytes * header.height;
}

/** One 256-entry table that turns a masked value of any width (5, 6, 8, … bits) into 0..255. */
function channelOf(mask: number): (pixel: number) => number {
  if (mask === 0) return () => 0;
  const shift = 31 - Math.clz32(mask & -mask);
  const top = mask >>> shift;
  return (pixel) => Math.round((((pixel & mask) >>> shift) * 255) / top);
}

function readPalette(bytes: Uint8Array, palette: NonNullable<BmpHeader['palette']>): Uint8Array {
  const rgb = new Uint8Array(256 * 3);
  for (let entry = 0; entry < palette.entries; entry++) {
    const at = palette.offset + entry * palette.entryBytes;
    if (at + 3 > bytes.length) throw refuse('truncated');
    rgb[entry * 3] = bytes[at + 2] ?? 0;
    rgb[entry * 3 + 1] = bytes[at + 1] ?? 0;
    rgb[entry * 3 + 2] = bytes[at] ?? 0;
  }
  return rgb;
}

function isGrey(rgb: Uint8Array): boolean {
  for (let at = 0; at < rgb.length; at += 3) if (rgb[at] !== rgb[at + 1] || rgb[at] !== rgb[at + 2]) return false;
  return true;
}

/**
 * Decodes a BMP. sharp has no BMP reader, and the npm ones ignore the palette of 8-bit files (the usual grey camera
 * format), top-down rows or plain 32-bit pixels, so this is our own. The fourth byte of 32-bit pixels is dropped.
 * Throws `image_broken` (`truncated`, `damaged`, `bit_depth`, `bmp_compression`).
 */
export function decodeBmp(bytes: Uint8Array): BmpPixels {
  const header = readBmpHeader(bytes);
  if (bytes.length < bmpExtent(header)) throw refuse('truncated');
  const { width, height, rowBytes, bitsPerPixel } = header;
  const palette = header.palette === null ? null : readPalette(bytes, header.palette);
  const channels = palette !== null && isGrey(palette) ? 1 : 3;
  const data = new Uint8Array(width * height * channels);
  const [red, green, blue] = header.masks.map(channelOf);
  let out = 0;
  for (let y = 0; y < height; y++) {
    const row = header.pixelOffset + (header.topDown ? y : height - 1 - y) * rowBytes;
    if (palette !== null) {
      const indexMask = (1 << bitsPerPixel) - 1;
      for (let x = 0; x < width; x++) {
        const bit = x * bitsPerPixel;
        const index = ((bytes[row + (bit >>> 3)] ?? 0) >>> (8 - bitsPerPixel - (bit & 7))) & indexMask;
        for (let c = 0; c < channels; c++) data[out++] = palette[index * 3 + c] ?? 0;
      }
    } else if (bitsPerPixel === 24) {
      for (let x = 0, at = row; x < width; x++, at += 3) {
        data[out++] = bytes[at + 2] ?? 0;
        data[out++] = bytes[at + 1] ?? 0;
        data[out++] = bytes[at] ?? 0;
      }
    } else {
      const step = bitsPerPixel / 8;
      for (let x = 0, at = row; x < width; x++, at += step) {
        let pixel = 0;
        for (let byte = step - 1; byte >= 0; byte--) pixel = (pixel << 8) | (bytes[at + byte] ?? 0);
        data[out++] = red?.(pixel) ?? 0;
        data[out++] = green?.(pixel) ?? 0;
        data[out++] = blue?.(pixel) ?? 0;
      }
    }
  }
  return { width, height, channels, data };
}
