import type { Dirent } from 'node:fs';
import { lstat, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { FileFacts } from '#core/store/images.ts';
import { claimsToBePicture, isIgnoredName, isSideCarName } from './names.ts';

/** A regular file that claims to be a picture, as it is on the disk now. */
export interface FoundFile extends FileFacts {
  readonly path: string;
}

export interface ScanVisitor {
  /** Called for each file found; while its promise is pending, the scan waits. */
  readonly file: (file: FoundFile) => Promise<void> | void;
  /** A name that is not UTF-8 (Shift-JIS of an old camera): Node cannot open it by a string, and strings are what we keep. */
  readonly unreadableName: (path: string, facts: FileFacts) => void;
  /** A file beside the pictures that may say something of them. */
  readonly sideCar?: (path: string, facts: FileFacts) => void;
  readonly signal: AbortSignal;
}

const LSTAT_AT_ONCE = 32;
/** Deeper is a loop of mounts or a mistake. */
const MAX_DEPTH = 32;

const facts = (stats: { size: number; mtimeMs: number; ino: number }): FileFacts => ({
  bytes: stats.size,
  mtimeMs: stats.mtimeMs,
  inode: stats.ino,
});

/** What is at a path now; null unless it is a regular file (links are not followed). */
export async function lookAt(path: string | Buffer): Promise<FileFacts | null> {
  try {
    const stats = await lstat(path);
    return stats.isFile() ? facts(stats) : null;
  } catch (cause) {
    if (cause instanceof Error && 'code' in cause && ['ENOENT', 'ENOTDIR', 'EACCES'].includes(String(cause.code)))
      return null;
    throw cause;
  }
}

const byName = (a: Dirent<Buffer>, b: Dirent<Buffer>): number => Buffer.compare(a.name, b.name);

/** A file of a folder that claims to be a picture, and whether its name can be kept as a string; null for anything else. */
async function examine(folder: string, name: Buffer): Promise<{ file: FoundFile; readable: boolean } | null> {
  const text = name.toString('utf8');
  if (!claimsToBePicture(text)) return null;
  const path = join(folder, text);
  const readable = Buffer.from(text).equals(name);
  const found = await lookAt(readable ? path : Buffer.concat([Buffer.from(`${folder}/`), name]));
  return found === null ? null : { file: { path, ...found }, readable };
}

/** Reports the side-cars among a folder's files; one whose name is no UTF-8 speaks of nothing that we know. */
async function visitSideCars(
  folder: string,
  files: readonly Dirent<Buffer>[],
  visit: (path: string, facts: FileFacts) => void,
  signal: AbortSignal,
): Promise<void> {
  const paths = files
    .map((file) => ({ bytes: file.name, text: file.name.toString('utf8') }))
    .filter(({ bytes, text }) => isSideCarName(text) && Buffer.from(text).equals(bytes))
    .map(({ text }) => join(folder, text));
  for (let at = 0; at < paths.length && !signal.aborted; at += LSTAT_AT_ONCE) {
    const some = paths.slice(at, at + LSTAT_AT_ONCE);
    const found = await Promise.all(some.map((path) => lookAt(path).catch(() => null)));
    for (const [index, path] of some.entries()) {
      const facts = found[index];
      if (facts) visit(path, facts);
    }
  }
}

/**
 * Walks a folder in the order of names: regular files only; links, FIFOs, sockets and devices are neither followed nor opened;
 * hidden and unfinished entries are passed over. Throws only where the root itself cannot be listed; a folder inside that
 * vanishes or is closed to us is passed over.
 *
 * @param skip a folder that is none of the camera's (our own data folder, should it lie inside)
 */
export async function scanFolder(root: string, skip: string, visitor: ScanVisitor, depth = 0): Promise<void> {
  if (visitor.signal.aborted || root === skip || depth > MAX_DEPTH) return;
  let entries: Dirent<Buffer>[];
  try {
    entries = await readdir(root, { withFileTypes: true, encoding: 'buffer' });
  } catch (cause) {
    if (depth === 0) throw cause;
    return;
  }
  const wanted = entries.filter((entry) => !isIgnoredName(entry.name.toString('utf8'))).sort(byName);
  const files = wanted.filter((entry) => entry.isFile());
  for (let at = 0; at < files.length && !visitor.signal.aborted; at += LSTAT_AT_ONCE) {
    // Looked at together, reported in order: the order of arrival is kept for good, and runs must be repeatable.
    for (const found of await Promise.all(files.slice(at, at + LSTAT_AT_ONCE).map(({ name }) => examine(root, name)))) {
      if (found?.readable) await visitor.file(found.file);
      else if (found !== null) visitor.unreadableName(found.file.path, found.file);
    }
  }
  if (visitor.sideCar !== undefined) await visitSideCars(root, files, visitor.sideCar, visitor.signal);
  for (const entry of wanted)
    if (entry.isDirectory()) await scanFolder(join(root, entry.name.toString('utf8')), skip, visitor, depth + 1);
}
