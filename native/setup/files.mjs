import { createHash, randomBytes } from 'node:crypto';
import { constants, createReadStream } from 'node:fs';
import { copyFile, link, lstat, mkdir, readFile, readdir, rename, rm, stat, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { fileURLToPath } from 'node:url';

/** The folder of this clone. */
export const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));

/** Where set-up puts the libraries and the binding for this machine; `MINARAI_NATIVE_DIR` does not move it. */
export const runtimeDir = join(root, 'native', 'runtime', `${process.platform}-${process.arch}`);

/** The folder that all clones of this user share. */
export function cacheDir(env = process.env) {
  if (env['MINARAI_CACHE']) return env['MINARAI_CACHE'];
  if (process.platform === 'win32') {
    return join(env['LOCALAPPDATA'] || join(homedir(), 'AppData', 'Local'), 'minarai', 'cache');
  }
  return join(env['XDG_CACHE_HOME'] || join(homedir(), '.cache'), 'minarai');
}

/** A name beside `path` that no other process uses: written there, then renamed, a file is whole or absent. @param {string} path */
export function temporaryFor(path) {
  return join(dirname(path), `.${basename(path)}.${process.pid}-${randomBytes(4).toString('hex')}.tmp`);
}

/** @param {string} path @param {string} text */
export async function writeAtomically(path, text) {
  await mkdir(dirname(path), { recursive: true });
  const temporary = temporaryFor(path);
  await writeFile(temporary, text);
  await rename(temporary, path);
}

/** The text of a file, or undefined where there is none. @param {string} path */
export async function readIfThere(path) {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
}

/** The size of a file in bytes, or undefined where there is none. @param {string} path */
export async function sizeIfThere(path) {
  const found = await stat(path).catch((/** @type {NodeJS.ErrnoException} */ error) => {
    if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return undefined;
    throw error;
  });
  return found?.size;
}

/**
 * Puts `from` at `to` without doubling its bytes where the file system allows it: a hard link, else a copy.
 * (A symbolic link would dangle in a packaged app.) An older file at `to` is replaced in one step, also while in use.
 *
 * @param {string} from
 * @param {string} to
 */
export async function linkOrCopy(from, to) {
  await mkdir(dirname(to), { recursive: true });
  const temporary = temporaryFor(to);
  try {
    await link(from, temporary);
  } catch {
    // Another file system, or one without hard links.
    await copyFile(from, temporary, constants.COPYFILE_FICLONE);
  }
  await rename(temporary, to);
  // Renaming one hard link onto another of the same file does nothing and leaves the first.
  await rm(temporary, { force: true });
}

/** SHA-256 of a file, hexadecimal. @param {string} path */
export async function sha256File(path) {
  const hash = createHash('sha256');
  await pipeline(createReadStream(path), hash);
  return hash.digest('hex');
}

/**
 * One SHA-256 over names and contents of all files under `paths` (relative to the clone), in a fixed order.
 * A path that does not exist counts as empty.
 *
 * @param {readonly string[]} paths
 * @param {readonly string[]} [also] further text that the key depends on
 */
export async function hashTree(paths, also = []) {
  const hash = createHash('sha256');
  for (const text of also) hash.update(`${text}\0`);
  for (const path of paths) {
    for (const file of await listFiles(path)) {
      hash.update(`${file}\0`);
      hash.update(await readFile(join(root, file)));
    }
  }
  return hash.digest('hex');
}

/** @param {string} path relative to the clone @returns {Promise<string[]>} */
async function listFiles(path) {
  const absolute = join(root, path);
  const info = await stat(absolute).catch(() => undefined);
  if (!info) return [];
  if (info.isFile()) return [path];
  const names = (await readdir(absolute, { recursive: true })).toSorted();
  const infos = await Promise.all(names.map((name) => stat(join(absolute, name))));
  return names.filter((_, index) => infos[index]?.isFile()).map((name) => join(path, name));
}

/** Bytes of all files under a folder. @param {string} folder @returns {Promise<number>} */
export async function folderSize(folder) {
  let bytes = 0;
  for (const name of await readdir(folder, { recursive: true })) {
    const info = await lstat(join(folder, name));
    if (info.isFile()) bytes += info.size;
  }
  return bytes;
}

/**
 * Removes what interrupted set-ups left in a folder: temporary names older than an hour, so that none in use is touched.
 * @param {string} folder
 */
export async function sweepTemporaries(folder) {
  const entries = await readdir(folder).catch(() => /** @type {string[]} */ ([]));
  for (const name of entries.filter((entry) => entry.startsWith('.') && entry.endsWith('.tmp'))) {
    const path = join(folder, name);
    const info = await stat(path).catch(() => undefined);
    if (info && Date.now() - info.mtimeMs > 3_600_000) await rm(path, { recursive: true, force: true });
  }
}
