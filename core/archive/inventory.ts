import { createHash } from 'node:crypto';
import { readdir } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import { AppError, toErrorData, type ErrorData } from '#core/contract/errors.ts';
import { shardOf } from '#core/domain/shard.ts';
import { readPictureFile } from '#core/imaging/picture-file.ts';
import { scanFolder } from '#core/ingest/scan.ts';
import { hashPart, listFile, listPart, readHashPart, readListPart, type HashRow, type ListFacts } from './layout.ts';
import { writeShared } from './whole-file.ts';

/** Files a part: some seconds of reading, so that a killed worker costs little. */
const FILES_A_PART = 1000;
const READ_AT_ONCE = 8;

/**
 * Writes down which files the archive holds. From then on it is these: what is added to the folder later is no part of it.
 *
 * @throws AppError `needs_images` where there are none, `folder_missing`, `folder_not_readable`; the signal's reason
 */
export async function listPictures(pictures: string, out: string, signal: AbortSignal): Promise<void> {
  let paths: string[] = [];
  let [files, parts] = [0, 0];
  const flush = async (): Promise<void> => {
    if (paths.length === 0) return;
    await writeShared(listPart(out, parts++), JSON.stringify(paths));
    paths = [];
  };
  const add = async (path: string): Promise<void> => {
    paths.push(relative(pictures, path).split(sep).join('/'));
    files++;
    if (paths.length === FILES_A_PART) await flush();
  };
  await scanFolder(pictures, out, { signal, file: ({ path }) => add(path), unreadableName: () => undefined });
  signal.throwIfAborted();
  await flush();
  if (files === 0) throw new AppError('needs_images', { have: 0, need: 1 });
  await writeShared(listFile(out), JSON.stringify({ files, parts } satisfies ListFacts));
}

/** What says something about the picture itself, and not about the share or the machine. */
const aboutPicture: ReadonlySet<string> = new Set([
  'image_broken',
  'image_too_large',
  'image_type_refused',
  'not_found',
]);

/**
 * Why a picture cannot be used, in a word that stays with it: "image_broken:truncated".
 *
 * @throws AppError where the fault is not the picture's: it would be kept for good what was only an unplugged cable
 */
export async function whyUnreadable({ code, params }: ErrorData, pictures: string): Promise<string> {
  if (!aboutPicture.has(code)) throw new AppError(code, params);
  // A folder on which nothing is mounted any more is empty.
  const root = code === 'not_found' ? await readdir(pictures).catch(() => []) : ['there'];
  if (root.length === 0) throw new AppError('folder_missing', { path: pictures });
  const { reason } = params;
  return reason === undefined ? code : `${code}:${String(reason)}`;
}

const mayNotBeRead = (cause: unknown): boolean =>
  cause instanceof Error && 'code' in cause && (cause.code === 'EACCES' || cause.code === 'EPERM');

async function hashOf(pictures: string, path: string): Promise<HashRow> {
  try {
    const { bytes } = await readPictureFile(join(pictures, path));
    return { path, sha256: createHash('sha256').update(bytes).digest('hex'), reason: null };
  } catch (cause) {
    const error: ErrorData = mayNotBeRead(cause)
      ? { code: 'image_broken', params: { reason: 'not_readable' } }
      : toErrorData(cause);
    return { path, sha256: null, reason: await whyUnreadable(error, pictures) };
  }
}

/** Hashes the files of a part. */
export async function hashPictures(pictures: string, out: string, part: number, signal: AbortSignal): Promise<void> {
  const paths = await readListPart(out, part);
  const rows: HashRow[] = [];
  for (let at = 0; at < paths.length; at += READ_AT_ONCE) {
    signal.throwIfAborted();
    const some = paths.slice(at, at + READ_AT_ONCE);
    rows.push(...(await Promise.all(some.map((path) => hashOf(pictures, path)))));
  }
  await writeShared(hashPart(out, part), JSON.stringify(rows));
}

/**
 * The files of each shard, from what was hashed: some 200 bytes of memory a file. One whose content cannot be had lies where the hash of its
 * path says.
 */
export async function shardsOf(out: string, parts: number, shards: number): Promise<HashRow[][]> {
  const byShard = Array.from({ length: shards }, (): HashRow[] => []);
  for (let part = 0; part < parts; part++)
    for (const row of await readHashPart(out, part)) {
      const hash = row.sha256 ?? createHash('sha256').update(row.path).digest('hex');
      byShard[shardOf(hash, shards)]?.push(row);
    }
  return byShard;
}
