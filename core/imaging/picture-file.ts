import { constants } from 'node:fs';
import { open, type FileHandle } from 'node:fs/promises';
import { AppError } from '#core/contract/errors.ts';

/** Files above this size are refused unread; 100 million pixels of 16-bit RGB, uncompressed, fit. */
const MAX_FILE_BYTES = 700e6;
// Not blocking: opening a FIFO that nobody writes to would never return. Not following: a link may lead out of the folder.
const READ_FLAGS = constants.O_RDONLY | (constants.O_NONBLOCK ?? 0) | (constants.O_NOFOLLOW ?? 0);

/** A file's bytes and what its place said of them while they were read. */
export interface PictureFileBytes {
  readonly bytes: Buffer;
  readonly mtimeMs: number;
  readonly inode: number;
}

const codeOf = (cause: unknown): unknown => (cause instanceof Error && 'code' in cause ? cause.code : undefined);

async function openForReading(path: string): Promise<FileHandle> {
  try {
    return await open(path, READ_FLAGS);
  } catch (cause) {
    if (codeOf(cause) === 'ENOENT') throw new AppError('not_found', { path }, { cause });
    if (codeOf(cause) === 'ELOOP') throw new AppError('image_type_refused', { type: 'symbolic link' }, { cause });
    throw cause;
  }
}

/**
 * Reads a regular file whole. A link, FIFO or device is refused, never followed or waited for. Throws `not_found`,
 * `image_type_refused`, `image_too_large`, or the file system's own error.
 */
export async function readPictureFile(path: string): Promise<PictureFileBytes> {
  const file = await openForReading(path);
  try {
    const stats = await file.stat();
    if (!stats.isFile()) throw new AppError('image_type_refused', { type: 'no regular file' });
    if (stats.size > MAX_FILE_BYTES) throw new AppError('image_too_large', { bytes: stats.size });
    return { bytes: await file.readFile(), mtimeMs: stats.mtimeMs, inode: stats.ino };
  } finally {
    await file.close();
  }
}
