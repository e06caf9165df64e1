import { setTimeout as delay } from 'node:timers/promises';
import { AppError, toErrorData, type ErrorCode, type ErrorData } from '#core/contract/errors.ts';
import type { JobId } from '#core/domain/ids.ts';
import {
  addJob,
  getJob,
  listJobs,
  nextQueuedJob,
  recoverJobs,
  setJobProgress,
  setJobState,
  type JobKind,
  type JobRow,
} from '#core/store/jobs.ts';
import { exportModel } from './export-model.ts';
import { importModel } from './import-model.ts';
import { embed } from './embed.ts';
import { evaluate } from './evaluate.ts';
import type { JobTools, JobWork } from './job.ts';
import { pretrain } from './pretrain.ts';
import { score } from './score.ts';
import { teach } from './teach.ts';
import { removeUnfinished } from './unfinished.ts';

const workOf: Readonly<Record<JobKind, JobWork>> = {
  pretrain,
  embed,
  evaluate,
  teach,
  score,
  export_model: exportModel,
  import_model: importModel,
};

/**
 * One job of each lane runs at a time. A part that has just been pictured is judged within the line's takt, whatever is being
 * learnt: scoring waits for scoring only.
 */
const lanes: readonly (readonly JobKind[])[] = [
  ['pretrain', 'embed', 'evaluate', 'teach'],
  ['score'],
  ['export_model', 'import_model'],
];
type Lane = (typeof lanes)[number];

/**
 * A job whose engine dies this often, or whose decoded pictures get lost, is not tried again: something is wrong that another
 * try will not mend.
 */
const MOST_CRASHES = 3;
/** Between two tries to write what became of a job. */
const RETRY_STORE_MS = 1000;
const worthAnotherTry: ReadonlySet<ErrorCode> = new Set(['engine_crashed', 'pixels_lost']);

/** The engine's work as rows: one job of each lane runs, the others wait in order; each survives a restart of the app. */
export interface Jobs {
  readonly start: (kind: JobKind, params: unknown) => JobId;
  /** Whether a job of this kind waits or runs. */
  readonly pending: (kind: JobKind) => boolean;
  /** Asks the running pretraining to save a checkpoint and stop there. */
  readonly pause: () => void;
  readonly resume: (id: JobId) => void;
  readonly cancel: (id: JobId) => void;
  /** The job once it no longer waits or runs. */
  readonly ended: (id: JobId) => Promise<JobRow>;
  /** Pauses or aborts what runs and waits for its end; nothing is started any more. */
  readonly close: () => Promise<void>;
}

interface Running {
  readonly job: JobRow;
  readonly abort: AbortController;
  readonly pausing: AbortController;
  readonly end: Promise<void>;
}

export interface JobEvents {
  readonly onChange: () => void;
  /** After a job ended, whatever way; the place where the next stage is started. */
  readonly onEnd: (job: JobRow) => void;
  readonly onError: (job: JobRow, thrown: unknown) => void;
}

export function createJobs(tools: JobTools, { onChange, onEnd, onError }: JobEvents): Jobs {
  const { store, now } = tools;
  const crashes = new Map<JobId, number>();
  const waiting = new Map<JobId, ((job: JobRow) => void)[]>();
  const running = new Map<Lane, Running>();
  let closed = false;
  recoverJobs(store.write, now());
  removeUnfinished(tools.dataDir);

  /** The job failed; one whose engine crashed has another try, until it has crashed too often. */
  const fail = (id: JobId, error: ErrorData, enough: boolean): void => {
    const gaveUp = enough && error.code === 'engine_crashed';
    setJobState(store.write, id, 'failed', now(), gaveUp ? { code: 'engine_gave_up', params: error.params } : error);
    if (worthAnotherTry.has(error.code) && !enough && !closed) setJobState(store.write, id, 'queued', now());
  };

  /** What is to be written of a job waits while the database refuses (disk full, held by another program): it must not end the app. */
  const persist = async (job: JobRow, write: () => void): Promise<void> => {
    while (true) {
      try {
        write();
        return;
      } catch (thrown) {
        onError(job, thrown);
        if (closed) return;
        await delay(RETRY_STORE_MS);
      }
    }
  };

  const settle = (id: JobId): void => {
    const job = getJob(store.read, id);
    if (job === null || job.state === 'queued' || job.state === 'running') return;
    for (const resolve of waiting.get(id) ?? []) resolve(job);
    waiting.delete(id);
    onEnd(job);
  };

  const execute = async (job: JobRow, abort: AbortController, pausing: AbortSignal): Promise<void> => {
    const progress = (state: Parameters<typeof setJobProgress>[2]): void => {
      setJobProgress(store.write, job.id, state);
      onChange();
    };
    try {
      const end = await workOf[job.kind](tools, { job, signal: abort.signal, pausing, progress });
      crashes.delete(job.id);
      await persist(job, () => setJobState(store.write, job.id, end, now()));
    } catch (thrown) {
      if (abort.signal.aborted && closed) {
        // Closing the app is no wish to give the job up: it waits for the next start.
        await persist(job, () => {
          setJobState(store.write, job.id, 'paused', now());
          setJobState(store.write, job.id, 'queued', now());
        });
      } else if (abort.signal.aborted) await persist(job, () => setJobState(store.write, job.id, 'cancelled', now()));
      else {
        onError(job, thrown);
        const count = (crashes.get(job.id) ?? 0) + 1;
        crashes.set(job.id, count);
        await persist(job, () => fail(job.id, toErrorData(thrown), count >= MOST_CRASHES));
      }
    }
  };

  const pump = (): void => {
    for (const lane of lanes) {
      const job = closed || running.has(lane) ? null : nextQueuedJob(store.read, lane);
      if (job === null || !setJobState(store.write, job.id, 'running', now())) continue;
      const abort = new AbortController();
      const pausing = new AbortController();
      const end = execute(job, abort, pausing.signal).then(async () => {
        running.delete(lane);
        await persist(job, () => settle(job.id));
        onChange();
        await persist(job, pump);
      });
      running.set(lane, { job, abort, pausing, end });
      onChange();
    }
  };
  // Jobs that waited when the app was closed go on once whoever made us listens.
  queueMicrotask(pump);

  const pause = (): void => {
    for (const { job, pausing } of running.values()) if (job.kind === 'pretrain') pausing.abort();
  };
  return {
    start(kind, params) {
      const id = addJob(store.write, kind, params, now(), tools.who());
      pump();
      onChange();
      return id;
    },
    pending: (kind) =>
      listJobs(store.read).some((job) => job.kind === kind && (job.state === 'queued' || job.state === 'running')),
    pause,
    resume(id) {
      if (!setJobState(store.write, id, 'queued', now())) throw new AppError('not_found', { jobId: id });
      pump();
      onChange();
    },
    cancel(id) {
      const found = [...running.values()].find(({ job }) => job.id === id);
      if (found) found.abort.abort();
      else if (setJobState(store.write, id, 'cancelled', now())) settle(id);
      onChange();
    },
    ended(id) {
      const job = getJob(store.read, id);
      if (job === null) return Promise.reject(new AppError('not_found', { jobId: id }));
      if (job.state !== 'queued' && job.state !== 'running') return Promise.resolve(job);
      return new Promise((resolve) => waiting.set(id, [...(waiting.get(id) ?? []), resolve]));
    },
    async close() {
      closed = true;
      // A pretraining keeps what it learnt; anything else is quickly done again.
      pause();
      for (const { job, abort } of running.values()) if (job.kind !== 'pretrain') abort.abort();
      await Promise.all([...running.values()].map(({ end }) => end));
    },
  };
}
