import { endianness } from 'node:os';
import sharp, { type Metadata, type Sharp } from 'sharp';
import { AppError } from '#core/contract/errors.ts';
import { bmpExtent, decodeBmp, readBmpHeader } from './bmp.ts';
import { describeRefused, sniffImageType, SNIFF_BYTES, type ImageType } from './image-type.ts';
import { checkPngChunks } from './png-chunks.ts';
import { readPictureFile } from './picture-file.ts';
import { hasMorePages } from './tiff-pages.ts';

// One thread a picture and no cache: pictures are decoded several at a time by our own workers, each is read once, and the
// default (a thread per core and 50 MB of cache in every process) would take the cores and memory that training needs.
sharp.concurrency(1);
sharp.cache(false);

/** Pixels as the engine and the screens use them: 8 bits, sRGB or grey, rows from the top, channels interleaved. */
export interface DecodedImage {
  readonly width: number;
  readonly height: number;
  readonly channels: 1 | 3;
  readonly data: Uint8Array;
  /** Size before `maxSide`, as a person sees it (EXIF orientation applied). */
  readonly originalWidth: number;
  readonly originalHeight: number;
}

export interface DecodeOptions {
  /** Page of a multi-page TIFF, from 0. */
  readonly page?: number;
  /** Refused from the header alone above this many pixels. */
  readonly maxPixels?: number;
  /** Longest side of the result; a larger picture is reduced, a smaller one is left as it is. */
  readonly maxSide?: number;
  /** 1: grey, 3: RGB; where absent, grey pictures stay grey. */
  readonly channels?: 1 | 3;
}

/** What is known from the header, before a pixel is decoded. */
export interface ImageHeader {
  readonly type: ImageType;
  readonly width: number;
  readonly height: number;
  readonly pages: number;
  readonly grey: boolean;
  /** 16 bits a channel. */
  readonly deep: boolean;
  readonly exif: Buffer | null;
}

export const MAX_PIXELS = 100e6;
/** Pages of a TIFF; a longer stack is a film, not an inspection. */
export const MAX_PAGES = 64;
/** Longer is no camera picture but a decompression bomb or a strip that no tile fits into. */
const MAX_SIDE = 32_767;
const MIN_SIDE = 8;
const LITTLE_ENDIAN = endianness() === 'LE';

function checkSize(width: number, height: number, maxPixels: number): void {
  if (width * height > maxPixels || width > MAX_SIDE || height > MAX_SIDE)
    throw new AppError('image_too_large', { width, height, maxPixels });
  if (width < MIN_SIDE || height < MIN_SIDE) throw new AppError('image_broken', { reason: 'too_small' });
}

/** The library's sentence goes into `cause` for the log; the person reads our reason. */
export function brokenBy(cause: unknown): AppError {
  const text = cause instanceof Error ? cause.message : String(cause);
  const torn = /premature end|truncat|read error|unexpected end|out of order read|not enough|short/i.test(text);
  return new AppError('image_broken', { reason: torn ? 'truncated' : 'damaged' }, { cause });
}

/**
 * `maxPixels` was compared by us with both numbers in the message; sharp's own limit would only say that it was exceeded.
 * JPEG: what libjpeg calls a warning is a code that does not exist or data that end too soon, and it goes on with grey.
 */
const inputOptions = (type: ImageType, page: number) =>
  ({
    failOn: type === 'jpeg' ? 'warning' : 'error',
    limitInputPixels: false,
    limitInputChannels: 5,
    page,
    pages: 1,
  }) as const;

async function sharpMetadata(bytes: Uint8Array, type: ImageType, page: number): Promise<Metadata> {
  try {
    return await sharp(bytes, inputOptions(type, page)).metadata();
  } catch (cause) {
    throw brokenBy(cause);
  }
}

/**
 * Type and size of a picture (of one page of it) from its first bytes and header; no pixel is decoded. Throws `image_type_refused`,
 * `image_too_large`, `image_broken`.
 */
export async function readHeader(
  bytes: Uint8Array,
  options: Pick<DecodeOptions, 'page' | 'maxPixels'> = {},
): Promise<ImageHeader> {
  const { page = 0, maxPixels = MAX_PIXELS } = options;
  if (bytes.length === 0) throw new AppError('image_broken', { reason: 'empty' });
  const type = sniffImageType(bytes);
  if (type === null)
    throw new AppError('image_type_refused', { type: describeRefused(bytes.subarray(0, SNIFF_BYTES)) });
  if (type === 'bmp') {
    const header = readBmpHeader(bytes);
    checkSize(header.width, header.height, maxPixels);
    if (bytes.length < bmpExtent(header)) throw new AppError('image_broken', { reason: 'truncated' });
    return { type, width: header.width, height: header.height, pages: 1, grey: false, deep: false, exif: null };
  }
  if (type === 'png') checkPngChunks(bytes);
  if (type === 'tiff' && hasMorePages(bytes, MAX_PAGES))
    throw new AppError('image_broken', { reason: 'too_many_pages', most: MAX_PAGES });
  const metadata = await sharpMetadata(bytes, type, page);
  // One of its frames would be taken for all.
  if (type === 'webp' && (metadata.pages ?? 1) > 1) throw new AppError('image_broken', { reason: 'animated' });
  const { width, height } = metadata.autoOrient;
  checkSize(width, height, maxPixels);
  // Float and 32-bit pixels have no agreed white: guessing one would change with every picture.
  if (!['uchar', 'ushort'].includes(metadata.depth)) throw new AppError('image_broken', { reason: 'bit_depth' });
  return {
    type,
    width,
    height,
    pages: metadata.pages ?? 1,
    grey: metadata.space === 'b-w' || metadata.space === 'grey16',
    deep: metadata.depth === 'ushort',
    exif: metadata.exif ?? null,
  };
}

/**
 * A sharp pipeline over checked bytes with orientation, profile and alpha settled: sRGB or grey, 8 bits, `maxSide`.
 * Used by {@link decodeBytes} and by the re-encoding for display.
 */
export async function openPicture(
  bytes: Uint8Array,
  options: DecodeOptions,
): Promise<{ pipeline: Sharp; channels: 1 | 3; header: ImageHeader }> {
  const { page = 0, maxSide } = options;
  const header = await readHeader(bytes, options);
  if (page >= header.pages) throw new AppError('image_broken', { reason: 'page_missing' });
  let pipeline: Sharp;
  let grey = header.grey;
  if (header.type === 'bmp') {
    const { width, height, channels, data } = decodeBmp(bytes);
    grey = channels === 1;
    pipeline = sharp(data, { raw: { width, height, channels }, limitInputPixels: false });
  } else {
    pipeline = sharp(bytes, inputOptions(header.type, page));
  }
  const channels = options.channels ?? (grey ? 1 : 3);
  // Alpha is dropped rather than blended: cameras that write four channels leave the fourth unset, and blending would blacken them.
  pipeline = pipeline.autoOrient().removeAlpha();
  // Asked for where it changes nothing, resizing still costs a small picture half as much again as its decoding.
  if (maxSide !== undefined && Math.max(header.width, header.height) > maxSide)
    pipeline = pipeline.resize(maxSide, maxSide, { fit: 'inside', withoutEnlargement: true, kernel: 'lanczos3' });
  return { pipeline: pipeline.toColourspace(channels === 1 ? 'b-w' : 'srgb'), channels, header };
}

/** libvips' own way from 16 bits to 8 leads through rounded colour tables and loses one level in six. */
function highBytes(words: Buffer): Uint8Array {
  const bytes = new Uint8Array(words.length / 2);
  const low = LITTLE_ENDIAN ? 1 : 0;
  for (let at = 0; at < bytes.length; at++) bytes[at] = words[at * 2 + low] ?? 0;
  return bytes;
}

/**
 * Decodes a picture held in memory. 16 bits become 8 by dropping the low byte, the same for every picture (a 12-bit
 * camera should write its bits at the top of the word; a dark result shows in the quality check). CMYK and tagged profiles
 * become sRGB. Throws `image_type_refused`, `image_too_large`, `image_broken` with a `reason`.
 */
export async function decodeBytes(bytes: Uint8Array, options: DecodeOptions = {}): Promise<DecodedImage> {
  const { pipeline, channels, header } = await openPicture(bytes, options);
  try {
    const raw = header.deep
      ? pipeline.toColourspace(channels === 1 ? 'grey16' : 'rgb16').raw({ depth: 'ushort' })
      : pipeline.raw({ depth: 'uchar' });
    const { data, info } = await raw.toBuffer({ resolveWithObject: true });
    if (info.channels !== channels) throw new Error(`${info.channels} channels instead of ${channels}`);
    const originals = { originalWidth: header.width, originalHeight: header.height };
    const pixels = header.deep ? highBytes(data) : data;
    return { width: info.width, height: info.height, channels, data: pixels, ...originals };
  } catch (cause) {
    throw brokenBy(cause);
  }
}

/** {@link decodeBytes} of a file. */
export async function decodeImage(path: string, options: DecodeOptions = {}): Promise<DecodedImage> {
  return decodeBytes((await readPictureFile(path)).bytes, options);
}
