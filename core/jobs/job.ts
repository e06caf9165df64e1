import { closeSync, openSync, readSync, statSync } from 'node:fs';
import { join, relative } from 'node:path';
import type { ContractRouterClient } from '@orpc/contract';
import type { engineContract } from '#core/contract/engine.ts';
import { AppError, errorCodes, type ErrorCode, type ErrorData } from '#core/contract/errors.ts';
import type { ServerPlace } from '#core/contract/tf-config.ts';
import type { ExportCard } from '#core/contract/exchange.ts';
import type { ImageId } from '#core/domain/ids.ts';
import type { Box } from '#core/domain/inspection-area.ts';
import type { PictureRow } from '#core/store/images.ts';
import type { JobProgress, JobRow } from '#core/store/jobs.ts';
import type { Store } from '#core/store/open.ts';
import { quarantineImage } from '#core/store/quarantine.ts';

/** Pictures that lie decoded on the disk until they are released (core/ingest/pixel-cache.ts). */
export interface ReadyRows {
  readonly rows: readonly PictureRow[];
  readonly file: (row: PictureRow) => string;
  /** What of the whole picture its decoded file shows, in shares of it; null: all. @throws AppError `pixels_lost` */
  readonly inspected: (row: PictureRow) => Promise<Box | null>;
  readonly failed: readonly { readonly row: PictureRow; readonly error: ErrorData }[];
  /** How many were left out because they do not all fit at once. */
  readonly left: number;
  readonly release: () => void;
}

export interface ReadyOptions {
  readonly channels: 1 | 3;
  readonly pick: 'sample' | 'first';
  readonly must?: (row: PictureRow) => boolean;
  readonly seed?: number;
  readonly signal: AbortSignal;
  readonly onProgress?: (done: number, total: number) => void;
}

/** Where jobs get decoded pictures from. */
export interface Pixels {
  readonly ensure: (rows: readonly PictureRow[], options: ReadyOptions) => Promise<ReadyRows>;
  readonly chooseChannels: (rows: readonly PictureRow[], signal: AbortSignal) => Promise<1 | 3>;
  readonly lost: (file: string, reason: string) => void;
}

/** Words and version for the card of an exported model. */
export interface ExportingTools {
  /** The pages of a card, by the names of their files. */
  readonly cardPages: (card: ExportCard) => Readonly<Record<string, string>>;
  /** Of the app. */
  readonly version: string;
}

/** A worker's place in a cluster, and what it takes there beside its engine. */
export interface ClusterTools {
  readonly place: ServerPlace;
  /** Of the app. */
  readonly version: string;
  /** Ends the learning engine's process, which can join only once; the next call starts another. */
  readonly release: () => Promise<void>;
}

/** What every kind of job works with. */
export interface JobTools {
  readonly store: Store;
  /** Learns: pretraining, embedding, evaluating, teaching. */
  readonly engine: ContractRouterClient<typeof engineContract>;
  /** Looks with a model that is there, whatever is being learnt. */
  readonly looking: Pick<
    ContractRouterClient<typeof engineContract>,
    'score' | 'explain' | 'alike' | 'exportModel' | 'importModel'
  >;
  /** What an export needs beside; absent where none is made. */
  readonly exporting?: ExportingTools;
  /** Pretraining is done together with other machines; absent: alone. */
  readonly cluster?: ClusterTools;
  readonly pixels: Pixels;
  readonly dataDir: string;
  readonly now: () => number;
  /** In whose name something happens now: a job is started by them, and what it makes is theirs. */
  readonly who: () => string;
}

/** One run of a job: a resumed job runs again. */
export interface JobRun {
  readonly job: JobRow;
  /** Aborted when the person cancels or the app closes. */
  readonly signal: AbortSignal;
  /** Aborted when a pretraining is to save a checkpoint and stop there. */
  readonly pausing: AbortSignal;
  readonly progress: (progress: JobProgress) => void;
}

/** Work of one kind of job. Failures are thrown; `paused` = it can go on from its checkpoint. */
export type JobWork = (tools: JobTools, run: JobRun) => Promise<'done' | 'paused'>;

/** The job's own folder for what it hands to the engine and gets back. */
export function jobDir({ dataDir }: JobTools, { job }: JobRun): string {
  return join(dataDir, 'jobs', String(job.id));
}

/** Rows name files relative to the data folder, so that the folder can be moved and restored elsewhere. */
export function storedPath({ dataDir }: Pick<JobTools, 'dataDir'>, file: string): string {
  return relative(dataDir, file).replaceAll('\\', '/');
}

/** The inverse of {@link storedPath}. */
export function fullPath({ dataDir }: Pick<JobTools, 'dataDir'>, stored: string): string {
  return join(dataDir, stored);
}

/** Bytes of the hash at the end of a checkpoint or model. */
const DIGEST_BYTES = 32;

/**
 * {@link fullPath} of a checkpoint or model that is still the one that was recorded. Its last bytes are the hash of all before,
 * which the engine checks when it reads it; here they are held to the hash that its row remembers, so that a whole file in its
 * place is noticed as well.
 *
 * @throws AppError `checkpoint_broken` with reason `replaced`
 */
export function recordedFile(
  tools: Pick<JobTools, 'dataDir'>,
  { file, sha256 }: { readonly file: string; readonly sha256: string },
): string {
  const path = fullPath(tools, file);
  const size = statSync(path, { throwIfNoEntry: false })?.size;
  // That there is none is told by whoever reads it.
  if (size === undefined) return path;
  const digest = Buffer.alloc(DIGEST_BYTES);
  const handle = openSync(path, 'r');
  try {
    readSync(handle, digest, 0, DIGEST_BYTES, Math.max(0, size - DIGEST_BYTES));
  } finally {
    closeSync(handle);
  }
  if (digest.toString('hex') !== sha256) throw new AppError('checkpoint_broken', { path, reason: 'replaced' });
  return path;
}

/** `done` of `total` as a job's progress. */
export function portion(phase: string, done: number, total: number): JobProgress {
  return { phase, progress: total === 0 ? 0 : Math.min(1, done / total), leftLowSeconds: null, leftHighSeconds: null };
}

const known: ReadonlySet<string> = new Set(errorCodes);

/** Pictures that were admitted but that the engine could not read (changed or vanished since) go to quarantine. */
export function quarantineFailed(
  { store, now }: JobTools,
  failed: readonly { readonly id: number; readonly code: string }[],
): void {
  for (const { id, code } of failed)
    quarantineImage(
      store.write,
      id as ImageId,
      { code: known.has(code) ? (code as ErrorCode) : 'image_broken', params: { reason: code } },
      now(),
    );
}
