import { createHash } from 'node:crypto';
import { open } from 'node:fs/promises';
import { unzipSync, zipSync, type UnzipFileInfo } from 'fflate';
import { AppError, writeFailure } from '#core/contract/errors.ts';
import { writeWhole } from '#core/disk/whole-file.ts';

/*
 * What lines hand to each other is a zip that anybody can open. Its parts are stored as they are (numbers and pictures do not shrink),
 * and only stored ones are read: nothing can swell.
 */

/** As large as the largest model and its graph, and the card. */
const LARGEST_FILE = 2 ** 29;

export const sha256Of = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

/** Makes the error that says what is wrong with a file. */
export type Broken = (reason: 'card' | 'format' | 'hash' | 'parts' | 'size', cause?: unknown) => AppError;

/**
 * Writes a zip that is whole or absent. @returns its length in bytes
 *
 * @throws AppError `disk_full`, `write_failed`
 */
export async function writeZip(file: string, files: Readonly<Record<string, Uint8Array>>): Promise<number> {
  const bytes = zipSync(files, { level: 0 });
  await writeWhole(file, bytes).catch((cause: unknown) => {
    throw writeFailure(file, cause);
  });
  return bytes.length;
}

/** The bytes of a file of another line. @throws AppError `not_found`, and what `broken` makes of no file and one that is too large */
export async function readBounded(path: string, broken: Broken): Promise<Uint8Array> {
  const handle = await open(path, 'r').catch((cause: unknown) => {
    throw new AppError('not_found', { path }, { cause });
  });
  try {
    const found = await handle.stat();
    if (!found.isFile()) throw broken('format');
    if (found.size > LARGEST_FILE) throw broken('size');
    return await handle.readFile();
  } finally {
    await handle.close();
  }
}

/**
 * The parts of a zip by their names. No name becomes a path.
 *
 * @param largest bytes that a part of this name may have; undefined: no such part belongs into the file
 */
export function unzipStored(
  bytes: Uint8Array,
  largest: (name: string) => number | undefined,
  broken: Broken,
): Map<string, Uint8Array> {
  const seen = new Set<string>();
  const check = ({ name, size, originalSize, compression }: UnzipFileInfo): boolean => {
    const most = largest(name);
    if (most === undefined || seen.has(name)) throw broken('parts');
    seen.add(name);
    if (compression !== 0 || size !== originalSize || originalSize > Math.min(most, bytes.length)) throw broken('size');
    return true;
  };
  try {
    return new Map(Object.entries(unzipSync(bytes, { filter: check })));
  } catch (thrown) {
    throw thrown instanceof AppError ? thrown : broken('format', thrown);
  }
}

/** A part that is JSON. */
export function jsonOf(part: Uint8Array, broken: Broken): unknown {
  try {
    return JSON.parse(Buffer.from(part).toString('utf8'));
  } catch (cause) {
    throw broken('card', cause);
  }
}
