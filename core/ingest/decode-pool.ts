import { join } from 'node:path';
import type { EnginePort } from '#core/contract/transport.ts';
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
  readonly #launch: () => EnginePort;
  #port: EnginePort | null = null;
  /** Takes the answer that is waited for. */
  #finish: (reply: DecodeReply) => void = () => undefined;
  #idle: NodeJS.Timeout | undefined;

  constructor(launch: () => EnginePort) {
    this.#launch = launch;
  }

  #start(): EnginePort {
    const port = this.#launch();
    port.onMessage((reply) => {
      if (this.#port === port) this.#finish(reply as DecodeReply);
    });
    void port.ended.then(() => {
      if (this.#port !== port) return;
      this.#port = null;
      this.#finish(broken('decoder_crashed'));
    });
    return port;
  }

  ask(path: string): Promise<DecodeReply> {
    clearTimeout(this.#idle);
    const port = (this.#port ??= this.#start());
    const { promise, resolve } = Promise.withResolvers<DecodeReply>();
    const limit = setTimeout(() => {
      this.stop();
      this.#finish(broken('decoder_timeout'));
    }, LIMIT_MS);
    this.#finish = (reply) => {
      clearTimeout(limit);
      this.#finish = () => undefined;
      this.#idle = setTimeout(() => this.stop(), IDLE_MS).unref();
      resolve(reply);
    };
    port.send({ path } satisfies DecodeRequest);
    return promise;
  }

  stop(): void {
    clearTimeout(this.#idle);
    this.#port?.kill();
    this.#port = null;
  }
}

/** `size` processes that decode pictures apart from the core, so that a hostile file costs one entry and not the app. */
export function createDecodePool(size: number, launch: () => EnginePort): DecodePool {
  const workers = Array.from({ length: size }, () => new DecodeWorker(launch));
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
