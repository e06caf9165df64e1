import { setTimeout as delay } from 'node:timers/promises';
import { AppError } from '#core/contract/errors.ts';
import type { ServerPlace } from '#core/contract/tf-config.ts';
import { loadCollective } from '#native/load-collective.ts';
import type { CollectiveAddon, Member } from '#native/load-collective.ts';
import { serverDef } from './server-def.ts';

/*
 * The workers of one run, as they are asked for sums and gathered rows. What one of them calls, all call, in the same order. A worker
 * that is lost is noticed by its neighbours' questions, a stuck one by the limit of a call; then all calls of all workers fail
 * with `worker_lost`, and the run goes on from its checkpoint in new processes.
 */

/** Until every worker of the cluster has come: as slow as disks may be, so soon that a wrong address is told 30 s after the start. */
const GATHER_MS = 20_000;
/** Between two questions to a neighbour, and how long it may take to answer. A process that is gone is told at once. */
const ASK_EVERY_MS = 2000;
const ANSWER_MS = 3000;
/** A worker may be so much slower than the others in one step, or save a checkpoint meanwhile, before it counts as stuck. */
const STUCK_SECONDS = 120;

/** TensorFlow's own word for it. */
const NO_LIMIT = 0;

export interface WorkerGroup {
  readonly index: number;
  readonly size: number;
  /** Means over the workers, elementwise, written over each of the buckets; in the order in which they are handed over. */
  readonly mean: (buckets: readonly Float32Array[]) => Promise<void>;
  readonly sum: (values: Float32Array) => Promise<void>;
  /** Equally many numbers of each worker, one after the other in the order of the workers. */
  readonly gather: (values: Float32Array) => Promise<Float32Array>;
  /** The first worker's numbers, at every worker; as many everywhere. */
  readonly broadcast: (values: Float32Array) => Promise<Float32Array>;
  /** Resolves when every worker has come here, however long that takes: one that is lost is noticed, one that is slow is waited for. */
  readonly barrier: () => Promise<void>;
  /** The last thing that all do together: nobody is missed from now on. */
  readonly finish: () => Promise<void>;
  /** No neighbour is asked any more; what is under way fails at the others as soon as this process ends. */
  readonly leave: () => Promise<void>;
}

/** The codes by which TensorFlow tells that a call ended since somebody else's did. */
const lostCodes = new Set(['UNAVAILABLE', 'DEADLINE_EXCEEDED', 'ABORTED', 'CANCELLED', 'FAILED_PRECONDITION']);

function toAppError(thrown: unknown, what: string): unknown {
  if (!(thrown instanceof Error) || !('code' in thrown) || typeof thrown.code !== 'string') return thrown;
  const reason = `${thrown.code}: ${thrown.message.split('\n')[0]}`;
  return new AppError(
    lostCodes.has(thrown.code) ? 'worker_lost' : 'cluster_failed',
    { what, reason },
    { cause: thrown },
  );
}

/** Waits until each worker answers. */
async function waitForAll(
  addon: CollectiveAddon,
  member: Member,
  { workers }: ServerPlace,
  waitMs: number,
  signal: AbortSignal,
) {
  const endMs = performance.now() + waitMs;
  for (const [at, address] of workers.entries()) {
    for (;;) {
      signal.throwIfAborted();
      const failed = await addon.checkPeer(member, at, ANSWER_MS).then(
        () => undefined,
        (thrown: unknown) => thrown,
      );
      if (failed === undefined) break;
      const reason = failed instanceof Error ? (failed.message.split('\n')[0] ?? '') : '';
      if (performance.now() > endMs)
        throw new AppError('worker_missing', { worker: at, address, reason }, { cause: failed });
      await delay(250, undefined, { signal });
    }
  }
}

/**
 * Joins the cluster as the worker that `place` says, and waits until all others have.
 *
 * @throws AppError `cluster_port` when the own port cannot be listened on; `worker_missing` with `worker`, `address`, `reason` when one did
 *   not come within `waitMs`; `tensorflow_missing`; the signal's reason
 */
export async function joinCluster(place: ServerPlace, signal: AbortSignal, waitMs = GATHER_MS): Promise<WorkerGroup> {
  const { workers, job, index } = place;
  const size = workers.length;
  const addon = loadCollective();
  const { member, joined } = addon.join(serverDef(place), job, index, size);
  await joined.catch((cause: unknown) => {
    throw new AppError('cluster_port', { address: workers[index] ?? '', reason: String(cause) }, { cause });
  });
  await waitForAll(addon, member, place, waitMs, signal);

  let over = false;
  let lost: AppError | undefined;
  /** A ring of questions: each asks the next one, so that a lost worker has somebody who misses it. */
  const ask = async (): Promise<void> => {
    const next = (index + 1) % size;
    while (!over) {
      await delay(ASK_EVERY_MS, undefined, { ref: false });
      if (over) return;
      try {
        await addon.checkPeer(member, next, ANSWER_MS);
      } catch (cause) {
        lost = new AppError('worker_lost', { what: 'answer', reason: `worker ${next}: ${String(cause)}` }, { cause });
        await addon.abort(member, `worker ${next} is lost`);
        return;
      }
    }
  };
  if (size > 1) void ask();

  const run = async <T>(what: string, call: () => Promise<T>): Promise<T> => {
    if (lost) throw lost;
    try {
      return await call();
    } catch (thrown) {
      over = true;
      throw lost ?? toAppError(thrown, what);
    }
  };
  const reduce = (values: Float32Array, mean: boolean, seconds = STUCK_SECONDS) =>
    addon.allReduce(member, values, mean, seconds);
  const barrier = () => run('barrier', () => reduce(new Float32Array(1), false, NO_LIMIT));
  return {
    index,
    size,
    mean: async (buckets) => void (await run('mean', () => Promise.all(buckets.map((bucket) => reduce(bucket, true))))),
    sum: (values) => run('sum', () => reduce(values, false)),
    gather: (values) => run('gather', () => addon.allGather(member, values, STUCK_SECONDS)),
    async broadcast(values) {
      // A sum with zeros, which is exact: what the first worker has goes once around the ring.
      const sum = index === 0 ? values.slice() : new Float32Array(values.length);
      await run('broadcast', () => reduce(sum, false));
      return sum;
    },
    barrier,
    async finish() {
      // Whoever passes it first may be gone before the others have: then they have passed it, too.
      await barrier().catch(() => undefined);
      over = true;
    },
    leave: async () => {
      over = true;
      await addon.abort(member, 'this worker leaves');
    },
  };
}
