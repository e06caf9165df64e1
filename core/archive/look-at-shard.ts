import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { LookAnswer, NetworkFile } from '#core/contract/engine-archive.ts';
import type { ImageRow } from '#core/contract/engine.ts';
import { AppError, writeFailure } from '#core/contract/errors.ts';
import { LONG_SIDE_CAP } from '#core/domain/picture-size.ts';
import type { DecodePool } from '#core/ingest/decode-pool.ts';
import type { UnpackedPage, UnpackReply } from '#core/ingest/decode-protocol.ts';
import { whyUnreadable } from './inventory.ts';
import type { ArchiveFacts, HashRow } from './layout.ts';
import type { ShardRow } from './shard-file.ts';

/** What looks: the engine's call, with its signal. */
export type LookCall = (
  input: { readonly network: NetworkFile; readonly imagesFile: string; readonly outFile: string },
  options: { readonly signal: AbortSignal },
) => Promise<LookAnswer>;

export interface LookTools {
  readonly pool: DecodePool;
  readonly look: LookCall;
  readonly network: NetworkFile;
  /** On a disk of this machine: decoded pictures of two chunks. */
  readonly scratch: string;
  readonly pictures: string;
}

/** Pictures decoded and looked at together: at most some 200 MB of decoded files twice. */
const CHUNK = 256;

/** A content of the shard, and the files that hold it. */
interface Content {
  readonly sha256: string;
  readonly paths: readonly string[];
}

interface Unpacked extends Content {
  readonly pages: readonly UnpackedPage[];
  /** null: it could be read. */
  readonly reason: string | null;
}

const nothing = { width: null, height: null, embedding: null, score: null, defectProbability: null, anomaly: null };

function contentsOf(rows: readonly HashRow[]): Content[] {
  const paths = new Map<string, string[]>();
  for (const { sha256, path } of rows) {
    if (sha256 === null) continue;
    const known = paths.get(sha256);
    if (known === undefined) paths.set(sha256, [path]);
    else known.push(path);
  }
  return Array.from(paths, ([sha256, each]) => ({ sha256, paths: each.sort() })).sort((a, b) =>
    a.sha256 < b.sha256 ? -1 : 1,
  );
}

/** Decodes a content from the first of its files that still holds it. */
async function unpack(
  { pool, pictures }: LookTools,
  content: Content,
  channels: 1 | 3,
  base: string,
): Promise<Unpacked> {
  let reason = '';
  for (const path of content.paths) {
    const request = { path: join(pictures, path), sha256: content.sha256, channels, maxSide: LONG_SIDE_CAP, base };
    let reply: UnpackReply = await pool.unpack(request);
    // That a decoder was killed may have been the system's need for memory.
    if (!reply.ok && String(reply.error.params['reason']).startsWith('decoder_')) reply = await pool.unpack(request);
    if (reply.ok) return { ...content, pages: reply.pages, reason: null };
    if (reply.about === 'file') throw new AppError(reply.error.code, reply.error.params);
    reason = await whyUnreadable(reply.error, pictures);
  }
  return { ...content, pages: [], reason };
}

/** Decodes a chunk side by side; waits for all also where one fails, so that nothing is written after the folder went. */
async function unpackAll(tools: LookTools, contents: readonly Content[], channels: 1 | 3, folder: string) {
  await mkdir(folder, { recursive: true });
  const settled = await Promise.allSettled(
    contents.map((content, at) => unpack(tools, content, channels, join(folder, String(at)))),
  );
  return settled.map((one) => {
    if (one.status === 'rejected') throw one.reason;
    return one.value;
  });
}

async function lookAtChunk(
  { look, network }: LookTools,
  chunk: readonly Unpacked[],
  folder: string,
  dimension: number,
  signal: AbortSignal,
): Promise<ShardRow[]> {
  const pages = chunk.flatMap((content) => content.pages.map((page) => ({ content, page })));
  const unreadable = chunk.filter(({ reason }) => reason !== null);
  const rows = unreadable.flatMap(({ sha256, paths, reason }) =>
    paths.map((path): ShardRow => ({ ...nothing, sha256, path, page: 0, reason })),
  );
  if (pages.length === 0) return rows;
  const [imagesFile, outFile] = [join(folder, 'images.ndjson'), join(folder, 'embeddings.f32')];
  const lines = pages.map(({ content, page }, id): ImageRow => {
    const path = content.paths[0] ?? '';
    return { id, path, page: page.page, pixels: page.file };
  });
  await writeFile(imagesFile, lines.map((line) => JSON.stringify(line)).join('\n')).catch((cause: unknown) => {
    throw writeFailure(imagesFile, cause);
  });
  const { rows: looked, failed } = await look({ network, imagesFile, outFile }, { signal });
  const values = Float32Array.from(new Float32Array(await bufferOf(outFile)));
  if (looked.length + failed.length !== pages.length || values.length !== looked.length * dimension)
    throw new AppError('internal', { detail: `archive: ${looked.length} of ${pages.length} looked at` });
  looked.forEach(({ id, score, defectProbability, anomaly }, at) => {
    const { content, page } = pages[id] as (typeof pages)[number];
    const embedding = values.subarray(at * dimension, (at + 1) * dimension);
    const { width, height } = page;
    const own = { page: page.page, reason: null, width, height, embedding, score, defectProbability, anomaly };
    for (const path of content.paths) rows.push({ sha256: content.sha256, path, ...own });
  });
  for (const { id, code } of failed) {
    const { content, page } = pages[id] as (typeof pages)[number];
    for (const path of content.paths)
      rows.push({ ...nothing, sha256: content.sha256, path, page: page.page, reason: code });
  }
  return rows;
}

async function bufferOf(file: string): Promise<ArrayBuffer> {
  const bytes = await readFile(file);
  return bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength);
}

const inOrder = (a: ShardRow, b: ShardRow): number => {
  const [left, right] = [a.sha256 ?? '', b.sha256 ?? ''];
  if (left !== right) return left < right ? -1 : 1;
  if (a.page !== b.page) return a.page - b.page;
  return a.path < b.path ? -1 : 1;
};

/**
 * Looks at a shard's pictures, each content once, and gives a row for each page of each file, in the order of content, page, path. The next chunk
 * is decoded while one is looked at.
 *
 * @throws AppError what the engine, the disk and the share throw; the signal's reason
 */
export async function lookAtShard(
  tools: LookTools,
  files: readonly HashRow[],
  { channels, dimension }: Pick<ArchiveFacts, 'channels' | 'dimension'>,
  signal: AbortSignal,
): Promise<ShardRow[]> {
  const contents = contentsOf(files);
  const rows = files
    .filter(({ sha256 }) => sha256 === null)
    .map(({ path, reason }): ShardRow => ({ ...nothing, sha256: null, path, page: 0, reason: reason ?? 'internal' }));
  const folderOf = (from: number): string => join(tools.scratch, `chunk-${from}`);
  const start = (from: number) => {
    const next = unpackAll(tools, contents.slice(from, from + CHUNK), channels, folderOf(from));
    // Told when it is waited for.
    next.catch(() => undefined);
    return next;
  };
  let next = start(0);
  for (let from = 0; from < contents.length; from += CHUNK) {
    const chunk = await next;
    signal.throwIfAborted();
    if (from + CHUNK < contents.length) next = start(from + CHUNK);
    try {
      rows.push(...(await lookAtChunk(tools, chunk, folderOf(from), dimension, signal)));
    } catch (thrown) {
      await next.catch(() => undefined);
      throw thrown;
    }
    await rm(folderOf(from), { recursive: true, force: true });
  }
  return rows.sort(inOrder);
}
