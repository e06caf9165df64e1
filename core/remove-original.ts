import { createHash } from 'node:crypto';
import { constants, lstatSync, realpathSync, unlinkSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { dirname, isAbsolute, join, relative, sep } from 'node:path';
import type { OriginalFate } from './store/deletions.ts';

const FLAGS = constants.O_RDONLY | (constants.O_NONBLOCK ?? 0) | (constants.O_NOFOLLOW ?? 0);
const codeOf = (cause: unknown): unknown => (cause instanceof Error && 'code' in cause ? cause.code : undefined);

/** Whether every folder from the root down to the file's is a folder and no link, so that nothing leads outside. */
function leadsThere(root: string, folder: string): boolean {
  const below = relative(root, folder);
  if (isAbsolute(below) || below === '..' || below.startsWith(`..${sep}`)) return false;
  let at = root;
  for (const name of below === '' ? [] : below.split(sep)) {
    at = join(at, name);
    if (!lstatSync(at).isDirectory()) return false;
  }
  return realpathSync(folder) === at;
}

/**
 * Deletes a camera's own file, if it is inside the camera's folder by no link, is a regular file, and still holds the very bytes that
 * were admitted. `changed`: other bytes are there. `unsafe`: a link, or outside. `unreachable`: the folder is not there, or the file may not be
 * read or removed.
 */
export async function removeOriginal(root: string, path: string, sha256: string): Promise<OriginalFate> {
  try {
    // A camera's folder is stored as its real place; another one there now is not the one that was watched.
    if (realpathSync(root) !== root) return 'unsafe';
  } catch {
    return 'unreachable';
  }
  try {
    if (!leadsThere(root, dirname(path))) return 'unsafe';
    await using file = await open(path, FLAGS);
    const stats = await file.stat();
    if (!stats.isFile()) return 'unsafe';
    const hash = createHash('sha256');
    for await (const chunk of file.createReadStream({ autoClose: false })) hash.update(chunk as Buffer);
    if (hash.digest('hex') !== sha256) return 'changed';
    // What has the name at this moment is what was read.
    const now = lstatSync(path);
    const after = await file.stat();
    const same = now.isFile() && now.ino === stats.ino && now.dev === stats.dev && after.mtimeMs === stats.mtimeMs;
    if (!same || !leadsThere(root, dirname(path))) return 'changed';
    unlinkSync(path);
    return 'removed';
  } catch (cause) {
    const code = codeOf(cause);
    if (code === 'ENOENT' || code === 'ENOTDIR') return 'absent';
    return code === 'ELOOP' ? 'unsafe' : 'unreachable';
  }
}
