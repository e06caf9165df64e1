import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import type * as v from 'valibot';
import { onTestFinished } from 'vitest';
import type { PretrainConfig } from '#core/contract/engine.ts';
import type { ErrorData } from '#core/contract/errors.ts';
import { processFlags } from '#core/contract/process-flags.mjs';
import { openPilot } from '#core/pilot.ts';
import { activeCheckpoint, type CheckpointRow } from '#core/store/checkpoints.ts';
import { openStore } from '#core/store/open.ts';
import { tfConfigOf } from '#test/engine/cluster/workers.ts';
import type { Told } from './cluster-worker.ts';

/* Runs of a cluster on this machine: each worker a process with a data folder of its own, as on machines of their own. */

export interface Worker {
  readonly child: ChildProcess;
  /** Resolves when the run takes its steps, or has ended. */
  readonly training: Promise<void>;
  readonly end: Promise<{ readonly ended: 'done' | ErrorData; readonly seconds: number; readonly atMs: number }>;
}

export type Settings = v.InferInput<typeof PretrainConfig>;

/** Small, and in 32 bits. */
export const small: Settings = {
  ...{ width: 4, batch: 4, damagedBatch: 2, tilePx: 32, precision: 'f32', warmupSteps: 4 },
  augment: { cropMinPx: 24, cropMaxPx: 36 },
};

/** A data folder with the pictures of a folder, made once and copied for each worker. */
export async function takeInOnce(dataDir: string, pictures: string, labelsFile?: string): Promise<void> {
  const pilot = await openPilot({
    ...{ dataDir, locale: 'en', version: 'test', log: () => undefined, onProgress: () => undefined },
    signal: new AbortController().signal,
    launchEngine: () => {
      throw new Error('nothing is learnt here');
    },
  });
  try {
    await pilot.ingest(pictures, labelsFile);
  } finally {
    await pilot.close();
  }
}

/** As many data folders of the same pictures. */
export function copiesOf(dataDir: string, as: string, count: number): string[] {
  return Array.from({ length: count }, (_, index) => {
    const copy = `${as}-${index}`;
    cpSync(dataDir, copy, { recursive: true });
    return copy;
  });
}

interface Options {
  readonly dataDir: string;
  readonly ports: readonly number[];
  readonly index: number;
  readonly settings: Settings;
  readonly version?: string;
  readonly env?: Readonly<Record<string, string>>;
}

export function startWorker({ dataDir, ports, index, settings, version = 'test', env = {} }: Options): Worker {
  const child = fork(join(import.meta.dirname, 'cluster-worker.ts'), [dataDir, JSON.stringify(settings), version], {
    detached: true,
    execArgv: [...processFlags],
    env: { ...process.env, TF_CONFIG: tfConfigOf(ports, index), TF_CPP_MIN_LOG_LEVEL: '3', ...env },
  });
  onTestFinished(() => killAll(child));
  const training = Promise.withResolvers<void>();
  const end: Worker['end'] = new Promise((resolve) => {
    child.on('message', (told: Told) => {
      if ('ended' in told) resolve({ ...told, atMs: performance.now() });
      if ('ended' in told || (told.phase === 'pretrain' && told.progress > 0)) training.resolve();
    });
  });
  return { child, training: training.promise, end };
}

/** Ends the process and all that it started, which are one group. */
function killAll({ pid }: ChildProcess): void {
  try {
    if (pid !== undefined) process.kill(-pid, 'SIGKILL');
  } catch {
    // They have ended.
  }
}

/** Kills a worker as a machine goes down. */
export async function kill({ child }: Worker): Promise<void> {
  const gone = once(child, 'exit');
  killAll(child);
  await gone;
}

export const endsOf = (workers: readonly Worker[]) => Promise.all(workers.map(async ({ end }) => (await end).ended));

/** What a data folder has learnt. */
export function learntIn(dataDir: string): CheckpointRow | null {
  const store = openStore(dataDir);
  try {
    return activeCheckpoint(store.read);
  } finally {
    store.close();
  }
}

/** Steps of the checkpoints of a data folder's first run, newest first. */
export function savedIn(dataDir: string): number[] {
  const folder = join(dataDir, 'jobs', '1');
  const names = existsSync(folder) ? readdirSync(folder) : [];
  const steps = names.flatMap((name) => /^step-(\d+)\.minarai$/.exec(name)?.[1] ?? []);
  return steps.map(Number).sort((one, other) => other - one);
}
