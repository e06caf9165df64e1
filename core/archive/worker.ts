import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { hostname, tmpdir } from 'node:os';
import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import type { NetworkFacts, NetworkFile } from '#core/contract/engine-archive.ts';
import { AppError } from '#core/contract/errors.ts';
import type { WorkerPlace } from '#core/domain/worker-place.ts';
import type { DecodePool } from '#core/ingest/decode-pool.ts';
import { Claims } from './claims.ts';
import { hashPictures, listPictures, shardsOf } from './inventory.ts';
import * as layout from './layout.ts';
import { lookAtShard, type LookCall } from './look-at-shard.ts';
import { writeShard } from './shard-file.ts';
import { runTasks, type Task, type TaskRunner } from './tasks.ts';
import { writeShared } from './whole-file.ts';

export interface ArchiveWork {
  /** Folder of the pictures, real and absolute; workers may find it at different places. */
  readonly pictures: string;
  /** Folder of the results, which all workers share. */
  readonly out: string;
  readonly shards: number;
  readonly place: WorkerPlace;
  readonly network: NetworkFile;
  readonly facts: NetworkFacts;
  readonly backend: string;
  readonly pool: DecodePool;
  readonly look: LookCall;
  readonly signal: AbortSignal;
  readonly onProgress: (phase: ArchivePhase, done: number, total: number) => void;
  readonly leaseMs?: number;
}

export type ArchivePhase = 'archive_list' | 'archive_hash' | 'archive_look';

/** What one worker did. */
export interface ArchiveShare {
  /** Shards in all, and those that were done here. */
  readonly shards: number;
  readonly ownShards: number;
  /** Rows that were written here, and those of them without an embedding. */
  readonly ownRows: number;
  readonly ownUnreadable: number;
  readonly seconds: number;
}

/** How long a claim holds without a sign of life: longer than a busy share stalls. */
const LEASE_MS = 60_000;

const scratchOf = (pid: number): string => `minarai-archive-${pid}-`;

/** Whether a process of this machine is there, be it another person's. */
function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (cause) {
    return !(cause instanceof Error && 'code' in cause && cause.code === 'ESRCH');
  }
}

/** Removes what workers of this machine that were killed left decoded. */
async function sweepScratch(): Promise<void> {
  const names = await readdir(tmpdir());
  const left = names.filter((name) => {
    const pid = /^minarai-archive-(\d+)-\w{6}$/.exec(name)?.[1];
    return pid !== undefined && !isAlive(Number(pid));
  });
  await Promise.all(left.map((name) => rm(join(tmpdir(), name), { recursive: true, force: true })));
}

/** @throws AppError `archive_differs` with the first thing in which this worker is not like the archive */
function mustAgree(here: layout.ArchiveFacts, there: layout.ArchiveFacts): void {
  for (const what of ['kind', 'network', 'channels', 'dimension', 'shards'] as const)
    if (here[what] !== there[what])
      throw new AppError('archive_differs', { what, here: String(here[what]), there: String(there[what]) });
}

const numbered = (name: string, count: number, file: (at: number) => string): (Task & { at: number })[] =>
  Array.from({ length: count }, (_, at) => ({ at, name: `${name}-${at}`, file: file(at) }));

/**
 * Embeds, and with a model scores, the pictures of a folder together with whatever other workers there are, until every shard is
 * there. May be killed and run again at any time.
 *
 * @throws AppError `archive_differs`, `archive_broken`, `needs_images`, `folder_missing`, `disk_full`, `write_failed`, the engine's;
 * the signal's reason
 */
export async function workOnArchive(work: ArchiveWork): Promise<ArchiveShare> {
  const { pictures, out, shards, place, network, facts, backend, pool, look, signal, onProgress } = work;
  const { leaseMs = LEASE_MS } = work;
  const startMs = performance.now();
  const owner = `${hostname()} ${process.pid}`;
  const claims = new Claims({ folder: layout.claimsFolder(out), owner, leaseMs });
  const runner = (phase: ArchivePhase): TaskRunner => ({
    claims,
    place,
    signal,
    pollMs: Math.min(2000, leaseMs / 4),
    onProgress: (done, total) => onProgress(phase, done, total),
  });

  const here: layout.ArchiveFacts = {
    format: 1,
    id: randomUUID(),
    kind: network.kind,
    shards,
    network: facts.sha256,
    channels: facts.channels,
    dimension: facts.dimension,
  };
  await runTasks(runner('archive_list'), [{ name: 'facts', file: layout.factsFile(out) }], ({ file }) =>
    writeShared(file, JSON.stringify(here, null, 2)),
  );
  const archive = await layout.readFacts(out);
  mustAgree(here, archive);

  await runTasks(runner('archive_list'), [{ name: 'list', file: layout.listFile(out) }], (_, taskSignal) =>
    listPictures(pictures, out, taskSignal),
  );
  const { parts } = await layout.readList(out);
  await runTasks(
    runner('archive_hash'),
    numbered('hash', parts, (part) => layout.hashPart(out, part)),
    ({ at }, taskSignal) => hashPictures(pictures, out, at, taskSignal),
  );

  const files = await shardsOf(out, parts, shards);
  await sweepScratch();
  const scratch = await mkdtemp(join(tmpdir(), scratchOf(process.pid)));
  let [ownRows, ownUnreadable] = [0, 0];
  try {
    const tools = { pool, look, network, scratch, pictures };
    const ownShards = await runTasks(
      runner('archive_look'),
      numbered('shard', shards, (shard) => layout.shardFile(out, shard)),
      async ({ at, file }, taskSignal) => {
        const rows = await lookAtShard(tools, files[at] ?? [], archive, taskSignal);
        taskSignal.throwIfAborted();
        await writeShard(file, rows, { archive: archive.id, shard: at, worker: owner, backend });
        ownRows += rows.length;
        ownUnreadable += rows.filter(({ reason }) => reason !== null).length;
      },
    );
    return { shards, ownShards, ownRows, ownUnreadable, seconds: (performance.now() - startMs) / 1000 };
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}
