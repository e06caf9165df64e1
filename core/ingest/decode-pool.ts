import { fork, type ChildProcess } from 'node:child_process';
import { join } from 'node:path';
import type { DecodeReply, DecodeRequest } from './decode-protocol.ts';

export interface DecodePool {
  readonly size: number;
  /** Waits for a free worker. Never rejects: a worker that dies or takes too long is an answer about the file. */
  readonly decode: (path: string) => Promise<DecodeReply>;
  readonly close: () => void;
}

/** The worker's entry point in the source tree. */
export const decodeWorkerEntry = join(import.meta.dirname, 'decode-worker.ts');

const LIMIT_MS = 30_000;
/** Workers hold some 80 MB each; without work they end. */
const IDLE_MS = 30_000;

const broken = (reason: string): DecodeReply => ({
  ok: false,
  error: { code: 'image_broken', params: { reason } },
  unfinished: false,
});

/** One child process, started by its first question, again after its death, ended when it has nothing to do. */
class DecodeWorker {
  readonly #entry: string;
  #child: ChildProcess | null = null;
  #idle: NodeJS.Timeout | undefined;

  constructor(entry: string) {
    this.#entry = entry;
  }

  #start(): ChildProcess {
    const child = fork(this.#entry, [], {
      serialization: 'advanced',
      execArgv: [],
      stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
    });
    child.once('exit', () => {
      if (this.#child === child) this.#child = null;
    });
    return child;
  }

  ask(path: string): Promise<DecodeReply> {
    clearTimeout(this.#idle);
    const child = (this.#child ??= this.#start());
    const { promise, resolve } = Promise.withResolvers<DecodeReply>();
    const finish = (reply: DecodeReply): void => {
      clearTimeout(limit);
      child.removeAllListeners('message').off('exit', died).off('error', died);
      this.#idle = setTimeout(() => this.stop(), IDLE_MS).unref();
      resolve(reply);
    };
    const died = (): void => {
      if (this.#child === child) this.#child = null;
      finish(broken('decoder_crashed'));
    };
    const limit = setTimeout(() => {
      this.stop();
      finish(broken('decoder_timeout'));
    }, LIMIT_MS);
    child
      .once('exit', died)
      .once('error', died)
      .once('message', (reply) => finish(reply as DecodeReply));
    // That a send failed is told by the exit that follows.
    child.send({ path } satisfies DecodeRequest, () => undefined);
    return promise;
  }

  stop(): void {
    clearTimeout(this.#idle);
    this.#child?.kill('SIGKILL');
    this.#child = null;
  }
}

/** `size` processes that decode pictures apart from the core, so that a hostile file costs one entry and not the app. */
export function createDecodePool(size: number, entry: string = decodeWorkerEntry): DecodePool {
  const workers = Array.from({ length: size }, () => new DecodeWorker(entry));
  const free = [...workers];
  const waiting: ((worker: DecodeWorker) => void)[] = [];
  const take = (): Promise<DecodeWorker> => {
    const worker = free.pop();
    return worker === undefined ? new Promise((resolve) => waiting.push(resolve)) : Promise.resolve(worker);
  };
  const giveBack = (worker: DecodeWorker): void => {
    const next = waiting.shift();
    if (next === undefined) free.push(worker);
    else next(worker);
  };
  return {
    size,
    decode: async (path) => {
      const worker = await take();
      try {
        return await worker.ask(path);
      } finally {
        giveBack(worker);
      }
    },
    close: () => workers.forEach((worker) => worker.stop()),
  };
}
