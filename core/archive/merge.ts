import { access } from 'node:fs/promises';
import { AppError } from '#core/contract/errors.ts';
import type { Store } from '#core/store/open.ts';
import { addArchive, addArchiveShard, archiveCounts, mergedShards, mostSuspicious } from '#core/store/archive.ts';
import type { ArchiveCounts, SuspiciousPicture } from '#core/store/archive.ts';
import { shardsOf } from './inventory.ts';
import { readFacts, readList, shardFile } from './layout.ts';
import { readShard } from './shard-file.ts';

export interface MergedArchive extends ArchiveCounts {
  readonly shards: number;
  /** Shards that were not here before. */
  readonly added: number;
  /** Pages that were left out, because somebody had their pictures deleted. */
  readonly deleted: number;
  readonly suspicious: readonly SuspiciousPicture[];
}

export interface MergeOptions {
  readonly who: string;
  readonly now: () => number;
  readonly signal: AbortSignal;
  readonly onProgress: (done: number, total: number) => void;
}

/** How many of the most suspicious are told. */
const TOLD = 20;

async function missingShards(out: string, shards: number): Promise<number> {
  let missing = 0;
  for (let shard = 0; shard < shards; shard++) await access(shardFile(out, shard)).catch(() => missing++);
  return missing;
}

/**
 * Takes the results of an archive over into a data folder, shard by shard; those that are there already are passed over, so that it
 * may be killed and run again.
 *
 * @throws AppError `archive_unfinished` before anything is taken; `archive_broken` where a result is damaged or does not hold exactly
 * the files of its shard; `not_found`; the signal's reason
 */
export async function mergeArchive(store: Store, out: string, options: MergeOptions): Promise<MergedArchive> {
  const { who, now, signal, onProgress } = options;
  const facts = await readFacts(out);
  const { id, shards } = facts;
  const missing = await missingShards(out, shards);
  if (missing > 0) throw new AppError('archive_unfinished', { missing, of: shards });
  const files = await shardsOf(out, (await readList(out)).parts, shards);
  addArchive(store.write, { ...facts, who, atMs: now() });
  const there = mergedShards(store.read, id);
  let [added, deleted] = [0, 0];
  for (let shard = 0; shard < shards; shard++) {
    signal.throwIfAborted();
    if (!there.has(shard)) {
      const { rows } = await readShard(shardFile(out, shard), shard, facts);
      const paths = new Set(rows.map(({ path }) => path));
      const expected = files[shard] ?? [];
      if (paths.size !== expected.length || !expected.every(({ path }) => paths.has(path)))
        throw new AppError('archive_broken', { path: shardFile(out, shard) });
      deleted += addArchiveShard(store.write, id, shard, rows);
      added++;
    }
    onProgress(shard + 1, shards);
  }
  const suspicious = mostSuspicious(store.read, id, TOLD);
  return { ...archiveCounts(store.read, id), shards, added, deleted, suspicious };
}
