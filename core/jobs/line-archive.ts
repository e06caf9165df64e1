import * as v from 'valibot';
import { LINE_FILE_VERSION, LineCard } from '#core/contract/line-file.ts';
import { AppError } from '#core/contract/errors.ts';
import { jsonOf, readBounded, sha256Of, unzipStored, writeZip, type Broken } from './zip-file.ts';

/*
 * A line for another line: its card, which is data alone, the pictures of its limit samples and its encoder.
 */

export const LINE_EXTENSION = '.minarai-line';
const ENCODER_PART = 'encoder.minarai';
const samplePart = (sha256: string): string => `samples/${sha256}.webp`;

const LARGEST_CARD = 2 ** 23;
const LARGEST_SAMPLE = 2 ** 23;

function largest(name: string): number | undefined {
  if (name === 'card.json') return LARGEST_CARD;
  if (name === 'card.sha256') return 64;
  if (name === ENCODER_PART) return Infinity;
  return /^samples\/[0-9a-f]{64}\.webp$/.test(name) ? LARGEST_SAMPLE : undefined;
}

/** What a file of another line holds; its hashes are right. */
export interface LineArchive {
  readonly card: LineCard;
  /** Of the whole file: by it a file that was looked at is known again. */
  readonly sha256: string;
  /** Pictures of limit samples by their hashes, encoded by a program that nobody knows. */
  readonly samples: ReadonlyMap<string, Uint8Array>;
  readonly encoder: Uint8Array | null;
}

/** Writes a line's file. @returns its length in bytes @throws AppError `disk_full`, `write_failed` */
export function writeLine(file: string, { card, samples, encoder }: Omit<LineArchive, 'sha256'>): Promise<number> {
  const json = Buffer.from(`${JSON.stringify(card, null, 2)}\n`, 'utf8');
  return writeZip(file, {
    'card.json': json,
    'card.sha256': Buffer.from(sha256Of(json), 'latin1'),
    ...Object.fromEntries([...samples].map(([sha256, bytes]) => [samplePart(sha256), bytes])),
    ...(encoder && { [ENCODER_PART]: encoder }),
  });
}

/**
 * Opens a line's file. No name in it becomes a path, nothing in it is executed, and every length is held to a bound before anything is
 * unpacked.
 *
 * @throws AppError `not_found`; `line_file_broken` with a `reason`; `line_file_newer`
 */
export async function readLine(path: string): Promise<LineArchive> {
  const broken: Broken = (reason, cause) => new AppError('line_file_broken', { path, reason }, { cause });
  const bytes = await readBounded(path, broken);
  const files = unzipStored(bytes, largest, broken);
  const [json, hash] = [files.get('card.json'), files.get('card.sha256')];
  if (!json || !hash) throw broken('parts');
  if (sha256Of(json) !== Buffer.from(hash).toString('latin1')) throw broken('hash');
  const card = cardOf(json, broken);
  const encoder = files.get(ENCODER_PART) ?? null;
  if ((encoder !== null) !== (card.encoder !== undefined)) throw broken('parts');
  if (encoder && sha256Of(encoder) !== card.encoder?.sha256) throw broken('hash');
  const samples = new Map<string, Uint8Array>();
  for (const { sha256 } of card.samples ?? []) {
    const picture = files.get(samplePart(sha256));
    if (!picture) throw broken('parts');
    if (sha256Of(picture) !== sha256) throw broken('hash');
    samples.set(sha256, picture);
  }
  return { card, sha256: sha256Of(bytes), samples, encoder };
}

function cardOf(json: Uint8Array, broken: Broken): LineCard {
  const said = jsonOf(json, broken);
  const version = v.safeParse(v.object({ format: v.literal('minarai-line'), version: v.number() }), said);
  if (version.success && version.output.version > LINE_FILE_VERSION)
    throw new AppError('line_file_newer', { version: version.output.version, newest: LINE_FILE_VERSION });
  const card = v.safeParse(LineCard, said);
  if (!card.success) throw broken('card', new v.ValiError(card.issues));
  return card.output;
}
