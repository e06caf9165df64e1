import { createHash } from 'node:crypto';
import { open, rename, rm } from 'node:fs/promises';
import { unzipSync, zipSync, type UnzipFileInfo } from 'fflate';
import * as v from 'valibot';
import { ExportCard, MODEL_FILE_VERSION } from '#core/contract/exchange.ts';
import { AppError, writeFailure } from '#core/contract/errors.ts';

/*
 * A model for others is one zip that anybody can open: the ONNX graph, the card as data and as pages, and the app's own file for another
 * line. Its parts are stored as they are (numbers do not shrink), and only stored ones are read: nothing can swell.
 */

export const MODEL_EXTENSION = '.minarai-model';
/** As large as the largest model and its graph, and the card. */
const LARGEST_FILE = 2 ** 29;
const LARGEST_CARD = 2 ** 20;
const parts = ['model.onnx', 'model.minarai', 'card.json', 'card.ja.md', 'card.en.md'] as const;
const needed = ['model.onnx', 'model.minarai', 'card.json'] as const;

export const sha256Of = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

/** What a file of another line holds; its hashes are right. */
export interface ModelArchive {
  readonly card: ExportCard;
  readonly native: Uint8Array;
}

/**
 * Writes a zip that is whole or absent. @returns its length in bytes
 *
 * @throws AppError `disk_full`, `write_failed`
 */
export async function writeArchive(file: string, files: Readonly<Record<string, Uint8Array>>): Promise<number> {
  const bytes = zipSync(files, { level: 0 });
  const temporary = `${file}.tmp`;
  try {
    const handle = await open(temporary, 'w');
    try {
      await handle.writeFile(bytes);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(temporary, file);
  } catch (cause) {
    await rm(temporary, { force: true });
    throw writeFailure(file, cause);
  }
  return bytes.length;
}

/**
 * Opens a file of another line. No name in it becomes a path, nothing in it is executed, and every length is held to a bound before
 * it is read.
 *
 * @throws AppError `not_found`; `model_file_broken` with a `reason`; `model_file_newer`
 */
export async function readArchive(path: string): Promise<ModelArchive> {
  const broken = (reason: string, cause?: unknown): AppError =>
    new AppError('model_file_broken', { path, reason }, { cause });
  const bytes = await readBounded(path, broken);
  const files = unpacked(bytes, broken);
  const [onnx, native, json] = needed.map((name) => files[name]);
  if (!onnx || !native || !json) throw broken('parts');
  const card = cardOf(json, broken);
  if (sha256Of(onnx) !== card.files['model.onnx'] || sha256Of(native) !== card.files['model.minarai'])
    throw broken('hash');
  return { card, native };
}

type Broken = (reason: string, cause?: unknown) => AppError;

async function readBounded(path: string, broken: Broken): Promise<Uint8Array> {
  const handle = await open(path, 'r').catch((cause: unknown) => {
    throw new AppError('not_found', { path }, { cause });
  });
  try {
    const found = await handle.stat();
    if (!found.isFile()) throw broken('format');
    if (found.size > LARGEST_FILE) throw broken('size');
    return await handle.readFile();
  } finally {
    await handle.close();
  }
}

function unpacked(bytes: Uint8Array, broken: Broken): Record<string, Uint8Array> {
  const seen = new Set<string>();
  const known: ReadonlySet<string> = new Set(parts);
  const check = ({ name, size, originalSize, compression }: UnzipFileInfo): boolean => {
    if (!known.has(name) || seen.has(name)) throw broken('parts');
    seen.add(name);
    if (compression !== 0 || size !== originalSize || originalSize > bytes.length) throw broken('size');
    if (name.startsWith('card') && originalSize > LARGEST_CARD) throw broken('size');
    return true;
  };
  try {
    return unzipSync(bytes, { filter: check });
  } catch (thrown) {
    throw thrown instanceof AppError ? thrown : broken('format', thrown);
  }
}

function cardOf(json: Uint8Array, broken: Broken): ExportCard {
  let said: unknown;
  try {
    said = JSON.parse(Buffer.from(json).toString('utf8'));
  } catch (cause) {
    throw broken('card', cause);
  }
  const version = v.safeParse(v.object({ format: v.literal('minarai-model'), version: v.number() }), said);
  if (version.success && version.output.version > MODEL_FILE_VERSION)
    throw new AppError('model_file_newer', { version: version.output.version, newest: MODEL_FILE_VERSION });
  const card = v.safeParse(ExportCard, said);
  if (!card.success) throw broken('card', new v.ValiError(card.issues));
  return card.output;
}
