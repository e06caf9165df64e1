import { randomUUID } from 'node:crypto';
import { mkdir, open, readFile, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { AppError, writeFailure } from '#core/contract/errors.ts';
import { countedValues, meanOf, measureLevels, showsColour } from './levels.ts';

/*
 * A decoded picture as a file, one picture a file, so that any part of it is one read away:
 *
 *     0  "MNRPIX1\0"
 *     8  u32 width · u32 height · u32 channels (1 or 3)
 *    20  f32 mean · f32 mean of squares, over all values of all channels that are not ignored, values as 0..1
 *    28  u32 bit 0 the picture shows colour, bit 1 some of it is ignored; of an area that follows the part bits 2–16 and 17–31 its
 *        left and top in the camera's picture, pixels (no decoder reads longer sides), else 0
 *    32  rows from the top, channels interleaved, one byte a value
 *        where some is ignored: one byte for each square of 4 × 4 pixels, row by row, 1 = ignored
 *
 * All numbers little endian. The pixel (x, y) begins at RAW_HEADER_BYTES + (y × width + x) × channels.
 */

export const RAW_HEADER_BYTES = 32;
/** Side of the squares of which each is ignored or not, pixels: a position of the finest map that the engine looks at. */
export const IGNORED_CELL_PX = 4;
/** Ending of such files. */
export const RAW_EXTENSION = '.px';

/** What stands at the head of a decoded picture's file. */
export interface RawHeader {
  readonly width: number;
  readonly height: number;
  readonly channels: 1 | 3;
  /** Mean over all values of all channels, 0..1. */
  readonly mean: number;
  /** Mean of the squares of the same. */
  readonly meanSquare: number;
  /** False for grey scenes, also where they are stored as RGB. See {@link showsColour}. */
  readonly coloured: boolean;
  /** Some of it is ignored: {@link RawPixels.ignored}. */
  readonly masked?: true;
  /** See {@link RawPixels.left}. */
  readonly left: number;
  readonly top: number;
}

/** Decoded pixels: 8 bits, rows from the top, channels interleaved. */
export interface RawPixels {
  readonly width: number;
  readonly height: number;
  readonly channels: 1 | 3;
  readonly data: Uint8Array;
  /** 1 for each square of {@link IGNORED_CELL_PX} that is ignored, else 0, row by row; absent: all counts. */
  readonly ignored?: Uint8Array;
  /** Where it begins in the camera's picture, pixels of that; told only where the inspected area follows the part, else 0. */
  readonly left?: number;
  readonly top?: number;
}

const MAGIC = Buffer.from('MNRPIX1\0', 'latin1');
const MAX_SIDE = 32_767;
const COLOURED = 1;
const MASKED = 2;
const LEFT_SHIFT = 2;
const TOP_SHIFT = 17;

/** Squares of {@link IGNORED_CELL_PX} along and down a picture; those at the right and lower edge may be cut off. */
export function ignoredCells({ width, height }: Pick<RawHeader, 'width' | 'height'>) {
  return { columns: Math.ceil(width / IGNORED_CELL_PX), rows: Math.ceil(height / IGNORED_CELL_PX) };
}

/** Bytes of the file of a picture of this size. */
export function rawFileBytes(header: Pick<RawHeader, 'width' | 'height' | 'channels' | 'masked'>): number {
  const { columns, rows } = ignoredCells(header);
  return ignoredOffset(header) + (header.masked ? columns * rows : 0);
}

/** Where what is ignored stands in the file of a picture in which something is. */
export function ignoredOffset({ width, height, channels }: Pick<RawHeader, 'width' | 'height' | 'channels'>): number {
  return RAW_HEADER_BYTES + width * height * channels;
}

const broken = (reason: string): AppError => new AppError('image_broken', { reason });

/**
 * Reads the head of a decoded picture's file.
 *
 * @param bytes at least its first {@link RAW_HEADER_BYTES}
 * @param fileBytes length of the whole file
 * @throws AppError `image_broken`: `truncated` where the length is not the one that the head asks for, otherwise `damaged`
 */
export function parseRawHeader(bytes: Uint8Array, fileBytes: number): RawHeader {
  if (bytes.length < RAW_HEADER_BYTES) throw broken('truncated');
  const view = new DataView(bytes.buffer, bytes.byteOffset, RAW_HEADER_BYTES);
  if (!MAGIC.every((byte, at) => bytes[at] === byte)) throw broken('damaged');
  const width = view.getUint32(8, true);
  const height = view.getUint32(12, true);
  const channels = view.getUint32(16, true);
  const mean = view.getFloat32(20, true);
  const meanSquare = view.getFloat32(24, true);
  const flags = view.getUint32(28, true);
  if (width < 1 || height < 1 || width > MAX_SIDE || height > MAX_SIDE) throw broken('damaged');
  if (channels !== 1 && channels !== 3) throw broken('damaged');
  // Also false for what is no number.
  if (!(mean >= 0 && mean <= 1 && meanSquare >= 0 && meanSquare <= 1)) throw broken('damaged');
  const coloured = (flags & COLOURED) !== 0;
  const masked = (flags & MASKED) !== 0;
  const place = { left: (flags >>> LEFT_SHIFT) & MAX_SIDE, top: flags >>> TOP_SHIFT };
  const header: RawHeader = {
    width,
    height,
    channels,
    mean,
    meanSquare,
    coloured,
    ...place,
    ...(masked && { masked }),
  };
  if (fileBytes !== rawFileBytes(header)) throw broken('truncated');
  return header;
}

function headerBytes(header: RawHeader): Uint8Array {
  const { width, height, channels, mean, meanSquare, coloured, masked, left, top } = header;
  const bytes = new Uint8Array(RAW_HEADER_BYTES);
  bytes.set(MAGIC);
  const view = new DataView(bytes.buffer);
  view.setUint32(8, width, true);
  view.setUint32(12, height, true);
  view.setUint32(16, channels, true);
  view.setFloat32(20, mean, true);
  view.setFloat32(24, meanSquare, true);
  const place = (left << LEFT_SHIFT) | (top << TOP_SHIFT);
  view.setUint32(28, ((coloured ? COLOURED : 0) | (masked ? MASKED : 0) | place) >>> 0, true);
  return bytes;
}

/** How often the folder is made where it is not there: somebody may delete it at any moment. */
const MOST_TRIES = 4;

/** False where there is no folder to write into. */
async function putInPlace(temporary: string, file: string, parts: readonly Uint8Array[]): Promise<boolean> {
  try {
    await using handle = await open(temporary, 'wx');
    const { bytesWritten } = await handle.writev(parts);
    // The last bytes that a full disk takes are no error to the system.
    if (bytesWritten !== parts.reduce((sum, { length }) => sum + length, 0))
      throw Object.assign(new Error('short write'), { code: 'ENOSPC' });
    await handle.close();
    await rename(temporary, file);
    return true;
  } catch (cause) {
    if (cause instanceof Error && 'code' in cause && cause.code === 'ENOENT') return false;
    throw cause;
  }
}

/**
 * Writes a decoded picture and puts it in place whole or not at all. Not flushed to the disk: it can be decoded again, and
 * what a power cut leaves of it is known by its length.
 *
 * @throws AppError `disk_full`, `write_failed`; nothing is left of the file then
 */
export async function writeRawPicture(file: string, image: RawPixels): Promise<RawHeader> {
  const { width, height, channels, data, ignored, left = 0, top = 0 } = image;
  if (data.length !== width * height * channels) throw new RangeError('pixels do not fit their size');
  if (Math.min(left, top) < 0 || Math.max(left, top) > MAX_SIDE) throw new RangeError('no place in a picture');
  const { columns, rows } = ignoredCells(image);
  if (ignored && ignored.length !== columns * rows) throw new RangeError('what is ignored does not fit the picture');
  const { mean, meanSquare } = measureLevels(ignored ? countedValues(image, ignored, IGNORED_CELL_PX) : data);
  const coloured = showsColour(image);
  const levels = { mean, meanSquare, coloured };
  const header: RawHeader = { width, height, channels, ...levels, left, top, ...(ignored && { masked: true }) };
  const temporary = `${file}.${randomUUID()}.tmp`;
  const parts = [headerBytes(header), data, ...(ignored ? [ignored] : [])];
  try {
    for (let tries = 1; !(await putInPlace(temporary, file, parts)); tries++) {
      if (tries === MOST_TRIES) throw new Error('the folder vanishes again and again');
      await mkdir(dirname(file), { recursive: true });
    }
  } catch (cause) {
    // What refuses the one refuses the other; the first says why. The rest is swept at the next start.
    await rm(temporary, { force: true }).catch(() => undefined);
    throw writeFailure(file, cause);
  }
  // As a reader finds it: the figures are kept in 32 bits.
  return { ...header, mean: Math.fround(mean), meanSquare: Math.fround(meanSquare) };
}

/** Reads only the head. @throws AppError `image_broken`; the file system's own errors */
export async function readRawHeader(file: string): Promise<RawHeader> {
  await using handle = await open(file, 'r');
  const bytes = new Uint8Array(RAW_HEADER_BYTES);
  const { bytesRead } = await handle.read(bytes, 0, RAW_HEADER_BYTES, 0);
  return parseRawHeader(bytes.subarray(0, bytesRead), (await handle.stat()).size);
}

/**
 * Reads the whole picture. Its mean must be the one that the head tells: after a power cut a file of the right length may
 * hold nothing.
 *
 * @throws AppError `image_broken`; the file system's own errors
 */
export async function readRawPicture(file: string): Promise<RawHeader & RawPixels> {
  const bytes = await readFile(file);
  const header = parseRawHeader(bytes, bytes.length);
  const end = ignoredOffset(header);
  const data = bytes.subarray(RAW_HEADER_BYTES, end);
  const ignored = header.masked && bytes.subarray(end);
  const counted = ignored ? countedValues({ ...header, data }, ignored, IGNORED_CELL_PX) : data;
  if (Math.fround(meanOf(counted)) !== header.mean) throw broken('damaged');
  return { ...header, data, ...(ignored && { ignored }) };
}
