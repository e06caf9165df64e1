import { mkdir, realpath } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { Log, PilotRunProgress } from './app-types.ts';
import { mergeArchive, type MergedArchive } from './archive/merge.ts';
import { workOnArchive, type ArchiveShare } from './archive/worker.ts';
import type { NetworkFile } from './contract/engine-archive.ts';
import { writeFailure } from './contract/errors.ts';
import type { EnginePort } from './contract/transport.ts';
import type { WorkerPlace } from './domain/worker-place.ts';
import { startEngine } from './engine-client.ts';
import { forkDecoder } from './engine-fork.ts';
import { createDecodePool, decodersHere } from './ingest/decode-pool.ts';
import { usableFolder } from './ingest/folder.ts';
import { addAudit } from './store/audit.ts';
import { openStore } from './store/open.ts';

/* An archive needs no data folder until its results are taken over: any machine that sees pictures and results can work on it. */

export interface ArchiveEmbedOptions {
  readonly pictures: string;
  readonly out: string;
  readonly network: NetworkFile;
  readonly shards: number;
  readonly place: WorkerPlace;
  readonly launchEngine: () => EnginePort;
  readonly signal: AbortSignal;
  readonly onProgress: (progress: PilotRunProgress) => void;
  readonly leaseMs?: number;
}

const inPhase = (phase: string, done: number, total: number): PilotRunProgress => ({
  phase,
  progress: total === 0 ? 0 : done / total,
  leftLowSeconds: null,
  leftHighSeconds: null,
  params: {},
});

/** One worker of an archive. Throws what {@link workOnArchive} throws. */
export async function archiveEmbed(options: ArchiveEmbedOptions): Promise<ArchiveShare> {
  const { network, shards, place, launchEngine, signal, onProgress, leaseMs } = options;
  const pictures = await usableFolder(resolve(options.pictures));
  await mkdir(options.out, { recursive: true }).catch((cause: unknown) => {
    throw writeFailure(options.out, cause);
  });
  const out = await realpath(options.out);
  const engine = startEngine(launchEngine);
  const pool = createDecodePool(decodersHere(), forkDecoder);
  try {
    const { backend } = await engine.calls.probe();
    const facts = await engine.calls.networkFacts(network);
    return await workOnArchive({
      ...{ pictures, out, shards, place, network, facts, backend, pool, signal },
      look: (input, how) => engine.calls.lookAtArchive(input, how),
      onProgress: (phase, done, total) => onProgress(inPhase(phase, done, total)),
      ...(leaseMs !== undefined && { leaseMs }),
    });
  } finally {
    pool.close();
    await engine.stop();
  }
}

export interface ArchiveMergeOptions {
  readonly out: string;
  readonly dataDir: string;
  readonly log: Log;
  readonly signal: AbortSignal;
  readonly onProgress: (progress: PilotRunProgress) => void;
}

/** Takes an archive's results over. Throws what {@link mergeArchive} throws, and `second_instance` while the app runs. */
export async function archiveMerge(options: ArchiveMergeOptions): Promise<MergedArchive> {
  const { out, dataDir, log, signal, onProgress } = options;
  const store = openStore(dataDir, { onSlow: (sql, ms) => log('warn', 'slow_query', { sql, ms }) });
  try {
    const merged = await mergeArchive(store, resolve(out), {
      who: '',
      now: Date.now,
      signal,
      onProgress: (done, total) => onProgress(inPhase('archive_merge', done, total)),
    });
    const { pictures, unreadable, added } = merged;
    if (added > 0)
      addAudit(store.write, { who: '', what: 'archive.merge', params: { pictures, unreadable }, atMs: Date.now() });
    return merged;
  } finally {
    store.close();
  }
}
