import { createHash, randomBytes } from 'node:crypto';
import { open, readFile, rename, rm, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import * as v from 'valibot';
import { AppError, writeFailure } from '#core/contract/errors.ts';
import type { NamedArray } from './network/parameters.ts';

/*
 * The one file format of the engine, for checkpoints and models alike:
 *
 *     "MINARAI1" | header bytes (uint32 LE) | header (JSON) | zeros to a multiple of 4 | arrays (float32 LE) | SHA-256 of all before
 *
 * The header is {meta, arrays: [{name, shape}]}; `meta` is the writer's own and is parsed by its reader. Nothing in a file is
 * ever executed and every size is checked before it is used.
 */

const MAGIC = Buffer.from('MINARAI1', 'latin1');
/** Magic and length of the header. */
const START_BYTES = MAGIC.length + 4;
const DIGEST_BYTES = 32;
const LARGEST_HEADER = 4 * 2 ** 20;
/** An encoder of 64 channels, the widest, takes a third of it; hashing that much takes less than a second. */
const LARGEST_FILE = 2 ** 28;

const side = v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(2 ** 31));
const Header = v.object({
  meta: v.unknown(),
  arrays: v.pipe(
    v.array(v.object({ name: v.pipe(v.string(), v.maxLength(200)), shape: v.pipe(v.array(side), v.maxLength(6)) })),
    v.maxLength(10_000),
  ),
});

export interface WrittenFile {
  readonly file: string;
  readonly sha256: string;
  readonly bytes: number;
}

/**
 * Writes a file that is either whole or absent, whatever happens meanwhile: temporary file, fsync, rename, fsync of the folder.
 *
 * @throws AppError `disk_full` or `write_failed`
 */
export async function writeContainer(
  file: string,
  meta: unknown,
  arrays: ReadonlyMap<string, NamedArray>,
): Promise<WrittenFile> {
  const header = { meta, arrays: [...arrays].map(([name, { shape }]) => ({ name, shape })) };
  const json = Buffer.from(JSON.stringify(header), 'utf8');
  const length = Buffer.alloc(4);
  length.writeUInt32LE(json.length);
  const parts = [MAGIC, length, json, Buffer.alloc(paddingOf(json.length)), ...[...arrays.values()].map(bytesOf)];
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part);
  const digest = hash.digest();
  parts.push(digest);
  await writeWhole(file, parts);
  const bytes = parts.reduce((sum, part) => sum + part.length, 0);
  return { file, sha256: digest.toString('hex'), bytes };
}

async function writeWhole(file: string, parts: readonly Buffer[]): Promise<void> {
  const temporary = `${file}.${randomBytes(6).toString('hex')}.tmp`;
  try {
    const handle = await open(temporary, 'wx');
    try {
      for (const part of parts) await handle.writeFile(part);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(temporary, file);
    await syncFolder(dirname(file));
  } catch (cause) {
    await rm(temporary, { force: true });
    throw writeFailure(file, cause);
  }
}

/** Makes a rename durable. Windows cannot open folders and does not need it. */
async function syncFolder(folder: string): Promise<void> {
  if (process.platform === 'win32') return;
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/**
 * Reads a file back and checks it from end to end.
 *
 * @throws AppError `not_found` when there is none; `checkpoint_broken` with `reason` when it is not whole
 */
export async function readContainer(
  file: string,
): Promise<{ meta: unknown; arrays: Map<string, NamedArray>; sha256: string; bytes: number }> {
  const broken = (reason: string, cause?: unknown): AppError =>
    new AppError('checkpoint_broken', { path: file, reason }, { cause });

  const { head, header } = await readHead(file, broken);
  const bytes = await readFile(file);
  const content = bytes.subarray(0, Math.max(0, bytes.length - DIGEST_BYTES));
  const digest = createHash('sha256').update(content).digest();
  // The head was read first and by itself: it must be the one that was hashed.
  if (!digest.equals(bytes.subarray(content.length)) || !bytes.subarray(0, head.length).equals(head))
    throw broken('checksum');

  const arrays = new Map<string, NamedArray>();
  let offset = head.length + paddingOf(head.length - START_BYTES);
  for (const { name, shape } of header.arrays) {
    const length = shape.reduce((product, n) => product * n, 1);
    const end = offset + 4 * length;
    if (end > content.length || arrays.has(name)) throw broken('arrays');
    // Copied, because a view would keep the whole file in memory and may not be aligned.
    const data = new Float32Array(length);
    Buffer.from(data.buffer).set(content.subarray(offset, end));
    arrays.set(name, { shape, data });
    offset = end;
  }
  if (offset !== content.length) throw broken('arrays');
  return { meta: header.meta, arrays, sha256: digest.toString('hex'), bytes: bytes.length };
}

/**
 * The start of a file up to its arrays, read alone: a file that is not exactly as long as its header says is refused before the
 * rest of it is read, however long it is.
 */
async function readHead(file: string, broken: (reason: string, cause?: unknown) => AppError) {
  const found = await stat(file).catch((cause: unknown) => {
    throw new AppError('not_found', { path: file }, { cause });
  });
  // A pipe or a device would be waited for.
  if (!found.isFile()) throw broken('format');
  if (found.size > LARGEST_FILE) throw broken('size');
  const handle = await open(file, 'r');
  try {
    const start = Buffer.alloc(START_BYTES);
    const { bytesRead } = await handle.read(start, 0, START_BYTES, 0);
    if (bytesRead < START_BYTES || !start.subarray(0, MAGIC.length).equals(MAGIC)) throw broken('format');
    const headerBytes = start.readUInt32LE(MAGIC.length);
    if (headerBytes > LARGEST_HEADER || START_BYTES + headerBytes > found.size) throw broken('header');
    const json = Buffer.alloc(headerBytes);
    await handle.read(json, 0, headerBytes, START_BYTES);
    const header = parseHeader(json, broken);
    const floats = header.arrays.reduce((sum, { shape }) => sum + shape.reduce((product, n) => product * n, 1), 0);
    if (START_BYTES + headerBytes + paddingOf(headerBytes) + 4 * floats + DIGEST_BYTES !== found.size)
      throw broken('size');
    return { head: Buffer.concat([start, json]), header };
  } finally {
    await handle.close();
  }
}

function parseHeader(json: Buffer, broken: (reason: string, cause?: unknown) => AppError) {
  try {
    return v.parse(Header, JSON.parse(json.toString('utf8')));
  } catch (cause) {
    throw broken('header', cause);
  }
}

/** Arrays start at a multiple of 4 from the start of the file. */
function paddingOf(headerBytes: number): number {
  return (4 - ((START_BYTES + headerBytes) % 4)) % 4;
}

function bytesOf({ data }: NamedArray): Buffer {
  return Buffer.from(data.buffer, data.byteOffset, data.byteLength);
}
