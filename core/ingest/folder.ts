import { constants } from 'node:fs';
import { access, realpath, stat } from 'node:fs/promises';
import { relative, isAbsolute } from 'node:path';
import { AppError } from '#core/contract/errors.ts';

const codeOf = (cause: unknown): unknown => (cause instanceof Error && 'code' in cause ? cause.code : undefined);

/** The real path of a folder that can be listed. Throws `folder_missing` or `folder_not_readable`. */
export async function usableFolder(folder: string): Promise<string> {
  try {
    const real = await realpath(folder);
    if (!(await stat(real)).isDirectory()) throw new AppError('folder_missing', { path: folder });
    await access(real, constants.R_OK | constants.X_OK);
    return real;
  } catch (cause) {
    if (cause instanceof AppError) throw cause;
    const code = codeOf(cause);
    if (code === 'ENOENT' || code === 'ENOTDIR') throw new AppError('folder_missing', { path: folder }, { cause });
    throw new AppError('folder_not_readable', { path: folder }, { cause });
  }
}

/** Whether `inner` is `outer` or lies in it. Both real, absolute paths. */
export function contains(outer: string, inner: string): boolean {
  const way = relative(outer, inner);
  return way === '' || (!isAbsolute(way) && way.split(/[\\/]/)[0] !== '..');
}
