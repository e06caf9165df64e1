import { AppError } from '#core/contract/errors.ts';

/** A decoded file that cannot be read: this says nothing about the picture, which can be decoded again. */
export function pixelsLost(file: string, cause?: unknown): AppError {
  const missing = cause instanceof Error && 'code' in cause && cause.code === 'ENOENT';
  return new AppError('pixels_lost', { path: file, reason: missing ? 'missing' : 'damaged' }, { cause });
}
