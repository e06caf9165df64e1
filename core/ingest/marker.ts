import { randomUUID } from 'node:crypto';
import { constants } from 'node:fs';
import { access, open } from 'node:fs/promises';
import { join } from 'node:path';
import { folderTrouble } from './folder.ts';

/*
 * The only file that Minarai writes into a camera's folder, and only where it may: it tells the folder from the empty place
 * that a share leaves behind when it is not mounted, and from another share in its place (after Syncthing's folder marker).
 */

/** Hidden, so that no scan takes it for a picture. */
export const MARKER_NAME = '.minarai-camera';

const MAX_BYTES = 256;
const content = /^minarai-camera ([0-9a-f-]{36})\s*$/;

/** What the folder's marker says; null where it has none of ours. Throws what {@link folderTrouble} names. */
export async function readMarker(folder: string): Promise<string | null> {
  // Whatever somebody put there under that name is neither followed nor waited for.
  const flags = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;
  const handle = await open(join(folder, MARKER_NAME), flags).catch((cause: NodeJS.ErrnoException) => {
    if (['ENOENT', 'ELOOP', 'ENXIO'].includes(cause.code ?? '')) return null;
    throw folderTrouble(folder, cause);
  });
  if (handle === null) return null;
  try {
    const stats = await handle.stat();
    if (!stats.isFile() || stats.size > MAX_BYTES) return null;
    return content.exec(await handle.readFile('utf8'))?.[1] ?? null;
  } catch (cause) {
    throw folderTrouble(folder, cause);
  } finally {
    await handle.close();
  }
}

export interface Marker {
  readonly token: string;
  /** When it was written just now, by the folder's own clock; null where it had been there. */
  readonly writtenAtMs: number | null;
}

/** The folder's marker, written where there is none; null where it may not be written. Overwrites nothing. */
export async function keepMarker(folder: string): Promise<Marker | null> {
  const there = await readMarker(folder);
  if (there !== null) return { token: there, writtenAtMs: null };
  const token = randomUUID();
  // Whatever the reason for which it cannot be written, the folder is watched as well without.
  const handle = await open(join(folder, MARKER_NAME), 'wx').catch(() => null);
  if (handle === null) return null;
  try {
    await handle.writeFile(`minarai-camera ${token}\n`);
    return { token, writtenAtMs: (await handle.stat()).mtimeMs };
  } catch {
    return null;
  } finally {
    await handle.close();
  }
}

/** Whether a marker could be kept in a folder. */
export async function canKeepMarker(folder: string): Promise<boolean> {
  return access(folder, constants.W_OK).then(
    () => true,
    () => false,
  );
}
