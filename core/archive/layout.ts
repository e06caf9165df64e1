import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as v from 'valibot';
import { AppError } from '#core/contract/errors.ts';

/*
 * An archive's folder: archive.json (what all workers agree on), list.json and list/ (which files there are), hashes/ (what they
 * hold), shards/ (the results, one Parquet file a shard), claims/ (who is doing what; gone when nobody does anything).
 */

const count = v.pipe(v.number(), v.integer(), v.minValue(0));

/** What every worker of an archive must have in common. */
export const ArchiveFacts = v.object({
  format: v.literal(1),
  /** Of this archive; merging it again is known by it. */
  id: v.pipe(v.string(), v.uuid()),
  kind: v.picklist(['checkpoint', 'model']),
  /** SHA-256 of the file that looks. */
  network: v.string(),
  channels: v.picklist([1, 3]),
  dimension: v.pipe(count, v.minValue(1)),
  shards: v.pipe(count, v.minValue(1)),
});
export type ArchiveFacts = v.InferOutput<typeof ArchiveFacts>;

const ListFacts = v.object({ files: count, parts: count });
export type ListFacts = v.InferOutput<typeof ListFacts>;

/** A file of the archive, by its path below the pictures' folder with "/", and its content or why that cannot be had. */
export const HashRow = v.object({
  path: v.string(),
  sha256: v.nullable(v.string()),
  reason: v.nullable(v.string()),
});
export type HashRow = v.InferOutput<typeof HashRow>;

const numbered = (at: number, ending: string): string => `${String(at).padStart(5, '0')}.${ending}`;

export const factsFile = (out: string): string => join(out, 'archive.json');
export const listFile = (out: string): string => join(out, 'list.json');
export const listPart = (out: string, part: number): string => join(out, 'list', numbered(part, 'json'));
export const hashPart = (out: string, part: number): string => join(out, 'hashes', numbered(part, 'json'));
export const shardFile = (out: string, shard: number): string => join(out, 'shards', numbered(shard, 'parquet'));
export const claimsFolder = (out: string): string => join(out, 'claims');

async function readJson<Schema extends v.GenericSchema>(file: string, schema: Schema): Promise<v.InferOutput<Schema>> {
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (cause) {
    throw new AppError('not_found', { path: file }, { cause });
  }
  try {
    return v.parse(schema, JSON.parse(text));
  } catch (cause) {
    throw new AppError('archive_broken', { path: file }, { cause });
  }
}

/* All throw AppError `not_found`, and `archive_broken` where a file is not what it should be. */
export const readFacts = (out: string): Promise<ArchiveFacts> => readJson(factsFile(out), ArchiveFacts);
export const readList = (out: string): Promise<ListFacts> => readJson(listFile(out), ListFacts);
export const readListPart = (out: string, part: number): Promise<string[]> =>
  readJson(listPart(out, part), v.array(v.string()));
export const readHashPart = (out: string, part: number): Promise<HashRow[]> =>
  readJson(hashPart(out, part), v.array(HashRow));
