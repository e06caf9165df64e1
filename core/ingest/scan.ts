import type { Dirent } from 'node:fs';
import { lstat, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { MAX_DEPTH } from '#core/contract/watching.ts';
import type { PatternFilter } from '#core/domain/file-patterns.ts';
import type { FileFacts } from '#core/store/images.ts';
import { whyPassedOver } from './folder.ts';
import type { FolderTree } from './folder-tree.ts';
import { claimsToBePicture, isIgnoredName, isSideCarName } from './names.ts';

/** A regular file that claims to be a picture, as it is on the disk now. */
export interface FoundFile extends FileFacts {
  readonly path: string;
  /** When anything about it changed last, its name and place, too, by the folder's clock. */
  readonly changedAtMs: number;
}

export interface ScanVisitor {
  /** Called for each file found; while its promise is pending, the scan waits. */
  readonly file: (file: FoundFile) => Promise<void> | void;
  /** A name that is not UTF-8 (Shift-JIS of an old camera): Node cannot open it by a string, and strings are what we keep. */
  readonly unreadableName: (file: FoundFile) => void;
  /** A file beside the pictures that may say something of them. */
  readonly sideCar?: (path: string, facts: FileFacts) => void;
  readonly signal: AbortSignal;
  /** Which files are the camera's; left out: all. */
  readonly filter?: PatternFilter;
  /** A file that claims to be a picture and that the filter leaves out; its path below the root, with "/". */
  readonly leftOut?: (below: string) => void;
  /** Sub-folders that are visited; the root has depth 0. */
  readonly maxDepth?: number;
  /** A sub-folder that was not visited: it may not be read, or lies too deep. */
  readonly notVisited?: (why: 'closed' | 'deep') => void;
  /** What is known of the folders from earlier scans, brought up to date by this one. */
  readonly tree?: FolderTree;
  /** List only the folders that look new, by the tree. */
  readonly quick?: boolean;
}

const LSTAT_AT_ONCE = 32;

const facts = (stats: { size: number; mtimeMs: number; ctimeMs: number; ino: number }) => ({
  bytes: stats.size,
  mtimeMs: stats.mtimeMs,
  inode: stats.ino,
  changedAtMs: Math.max(stats.mtimeMs, stats.ctimeMs),
});

/** What is at a path now; null unless it is a regular file (links are not followed). */
export async function lookAt(path: string | Buffer): Promise<Omit<FoundFile, 'path'> | null> {
  try {
    const stats = await lstat(path);
    return stats.isFile() ? facts(stats) : null;
  } catch (cause) {
    if (whyPassedOver(cause) !== null) return null;
    throw cause;
  }
}

const byName = (a: Dirent<Buffer>, b: Dirent<Buffer>): number => Buffer.compare(a.name, b.name);

/** A file of a folder, and whether its name can be kept as a string; null where it is none. */
async function examine(folder: string, name: Buffer): Promise<{ file: FoundFile; readable: boolean } | null> {
  const text = name.toString('utf8');
  const path = join(folder, text);
  const readable = Buffer.from(text).equals(name);
  const found = await lookAt(readable ? path : Buffer.concat([Buffer.from(`${folder}/`), name]));
  return found === null ? null : { file: { path, ...found }, readable };
}

/** Reports the side-cars of a folder; one whose name is no UTF-8 speaks of nothing that we know. */
async function visitSideCars(
  folder: string,
  entries: readonly Dirent<Buffer>[],
  visit: (path: string, facts: FileFacts) => void,
  signal: AbortSignal,
): Promise<void> {
  const paths = entries
    .filter((entry) => entry.isFile())
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

/** Reports a folder's files in the order of their names; its sub-folders' names, in that order, too. */
async function list(folder: string, below: string, visitor: ScanVisitor): Promise<string[]> {
  const { filter, signal } = visitor;
  const entries = await readdir(folder, { withFileTypes: true, encoding: 'buffer' });
  const wanted = entries.filter((entry) => !isIgnoredName(entry.name.toString('utf8'))).sort(byName);
  const files = wanted.filter((entry) => {
    const text = entry.name.toString('utf8');
    if (!entry.isFile() || !claimsToBePicture(text)) return false;
    if (filter === undefined || filter.wants(`${below}${text}`)) return true;
    visitor.leftOut?.(`${below}${text}`);
    return false;
  });
  for (let at = 0; at < files.length && !signal.aborted; at += LSTAT_AT_ONCE) {
    // Looked at together, reported in order: the order of arrival is kept for good, and runs must be repeatable.
    for (const found of await Promise.all(
      files.slice(at, at + LSTAT_AT_ONCE).map(({ name }) => examine(folder, name)),
    )) {
      if (found?.readable) await visitor.file(found.file);
      else if (found !== null) visitor.unreadableName(found.file);
    }
  }
  if (visitor.sideCar !== undefined) await visitSideCars(folder, wanted, visitor.sideCar, signal);
  return wanted.filter((entry) => entry.isDirectory()).map((entry) => entry.name.toString('utf8'));
}

interface Place {
  readonly folder: string;
  /** The way from the root, empty or ending in "/". */
  readonly below: string;
  readonly depth: number;
  /** The next picture is expected here. */
  readonly latest: boolean;
}

/** A folder's sub-folders, its files being reported where it needs to be listed. */
async function visit({ folder, below, latest }: Place, visitor: ScanVisitor): Promise<readonly string[]> {
  const { tree, quick = false } = visitor;
  if (tree === undefined) return list(folder, below, visitor);
  // Before the listing: what comes during it changes the folder's time once more.
  const stats = await lstat(folder);
  // A link that took the folder's place meanwhile.
  if (!stats.isDirectory()) return [];
  const { mtimeMs } = stats;
  const known = quick ? tree.unchanged(folder, mtimeMs, latest) : null;
  if (known !== null) return known;
  const folders = await list(folder, below, visitor);
  if (!visitor.signal.aborted) tree.remember(folder, mtimeMs, folders);
  return folders;
}

async function walk(place: Place, skip: string, visitor: ScanVisitor): Promise<void> {
  const { folder, below, depth, latest } = place;
  const { filter, tree, maxDepth = MAX_DEPTH, signal } = visitor;
  if (signal.aborted || folder === skip) return;
  let folders: readonly string[];
  try {
    folders = await visit(place, visitor);
  } catch (cause) {
    // A scan that passed over what it could not list for want of file handles would take files for gone.
    const why = whyPassedOver(cause);
    if (depth === 0 || why === null) throw cause;
    tree?.forget(folder);
    if (why === 'closed') visitor.notVisited?.('closed');
    return;
  }
  for (const name of folders) {
    if (filter?.enters(`${below}${name}`) === false) continue;
    const path = join(folder, name);
    if (depth >= maxDepth) visitor.notVisited?.('deep');
    else
      await walk(
        {
          folder: path,
          below: `${below}${name}/`,
          depth: depth + 1,
          latest: latest && tree?.isLatest(path, name, folders) === true,
        },
        skip,
        visitor,
      );
  }
}

/**
 * Walks a folder in the order of names: regular files only; links, FIFOs, sockets and devices are neither followed nor opened;
 * hidden and unfinished entries are passed over. A folder inside that vanishes or is closed to us is passed over; throws where
 * the root cannot be listed and where the system gives out.
 *
 * @param skip a folder that is none of the camera's (our own data folder, should it lie inside)
 */
export async function scanFolder(root: string, skip: string, visitor: ScanVisitor): Promise<void> {
  await walk({ folder: root, below: '', depth: 0, latest: true }, skip, visitor);
}
