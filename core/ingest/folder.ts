import { constants } from 'node:fs';
import { access, realpath, stat } from 'node:fs/promises';
import { dirname, relative, isAbsolute } from 'node:path';
import { AppError, toErrorData, type ErrorData } from '#core/contract/errors.ts';

const codeOf = (cause: unknown): string => (cause instanceof Error && 'code' in cause ? String(cause.code) : '');

/** What the system says where a drive was pulled or a server went away, and where there is simply no such folder. */
const away: ReadonlySet<string> = new Set(
  'ENOENT ENOTDIR EIO ENODEV ENXIO ESTALE ENOTCONN EHOSTDOWN EHOSTUNREACH ENETUNREACH ETIMEDOUT ECONNRESET'.split(' '),
);

/** Why a folder cannot be used: `folder_missing`, `folder_not_readable`, or `no_file_handles`, which may pass by itself. */
export function folderTrouble(path: string, cause: unknown): AppError {
  if (cause instanceof AppError) return cause;
  const code = codeOf(cause);
  if (code === 'EMFILE' || code === 'ENFILE') return new AppError('no_file_handles', {}, { cause });
  return new AppError(away.has(code) ? 'folder_missing' : 'folder_not_readable', { path }, { cause });
}

/** Why a scan of a folder came to no end, whether the folder failed or our own store. */
export function scanFailure(path: string, thrown: unknown): ErrorData {
  return toErrorData(thrown instanceof Error && 'syscall' in thrown ? folderTrouble(path, thrown) : thrown);
}

/** Why something inside a folder can be passed over, so that the rest can still be told; null where it cannot. */
export function whyPassedOver(cause: unknown): 'gone' | 'closed' | null {
  const code = codeOf(cause);
  if (['ENOENT', 'ENOTDIR', 'ELOOP', 'ENAMETOOLONG'].includes(code)) return 'gone';
  return code === 'EACCES' || code === 'EPERM' ? 'closed' : null;
}

/** The real path of a folder that can be listed. Throws what {@link folderTrouble} names. */
export async function usableFolder(folder: string): Promise<string> {
  try {
    const real = await realpath(folder);
    if (!(await stat(real)).isDirectory()) throw new AppError('folder_missing', { path: folder });
    await access(real, constants.R_OK | constants.X_OK);
    return real;
  } catch (cause) {
    throw folderTrouble(folder, cause);
  }
}

/** Whether `inner` is `outer` or lies in it. Both real, absolute paths. */
export function contains(outer: string, inner: string): boolean {
  const way = relative(outer, inner);
  return way === '' || (!isAbsolute(way) && way.split(/[\\/]/)[0] !== '..');
}

/** Which folder of which disk, for the folder and all above it; as far as they can be reached. */
async function identities(folder: string): Promise<{ readonly own: string | null; readonly all: ReadonlySet<string> }> {
  const all = new Set<string>();
  let own: string | null = null;
  for (let at = folder; ; at = dirname(at)) {
    const stats = await stat(at).catch(() => null);
    if (stats !== null) all.add(`${stats.dev}:${stats.ino}`);
    if (at === folder && stats !== null) own = `${stats.dev}:${stats.ino}`;
    if (dirname(at) === at) return { own, all };
  }
}

/**
 * Whether two folders are one or one lies in the other, also where a bind mount, another spelling of the same name or a second
 * mount of the same share hides it. Both real, absolute paths.
 */
export async function overlap(a: string, b: string): Promise<boolean> {
  if (contains(a, b) || contains(b, a)) return true;
  const [one, other] = await Promise.all([identities(a), identities(b)]);
  return (one.own !== null && other.all.has(one.own)) || (other.own !== null && one.all.has(other.own));
}
