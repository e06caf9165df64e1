import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import type { EnginePort } from '#core/contract/transport.ts';
import type { UsedArea } from '#core/domain/inspection-area.ts';
import type { DecodeReply, DecodeRequest, PixelsReply, PixelsRequest, Refusal } from './decode-protocol.ts';

export interface DecodePool {
  readonly size: number;
  /*
   * Both wait for a free worker, and a worker that dies or takes too long is an answer about the picture: `image_broken`,
   * reason `decoder_crashed` or `decoder_timeout`.
   */
  /** Examines a file of unknown origin; only the inspected area of its pictures, where there is one, is measured. */
  readonly examine: (path: string, area?: UsedArea | null) => Promise<DecodeReply>;
  /** Decodes a page of a known picture into a file. */
  readonly writePixels: (request: Omit<PixelsRequest, 'kind'>) => Promise<PixelsReply>;
  readonly close: () => void;
}

/** Decoders for this machine: its cores are training's, too, but a large machine need not wait for two. */
export const decodersHere = (): number => Math.min(8, Math.max(2, Math.floor(availableParallelism() / 2)));

/** The worker's entry point in the source tree. */
export const decodeWorkerEntry = join(import.meta.dirname, 'decode-worker.ts');

const LIMIT_MS = 30_000;
/** Workers hold some 80 MB each; without work they end. */
const IDLE_MS = 30_000;

/** An answer to either question. */
type Broken = Refusal & { readonly unfinished: false; readonly about: 'picture' };
type Reply = DecodeReply | PixelsReply;

const broken = (reason: string): Broken => ({
  ok: false,
  error: { code: 'image_broken', params: { reason } },
  unfinished: false,
  about: 'picture',
});

/** One child process, started by its first question, again after its death, ended when it has nothing to do. */
class DecodeWorker {
  readonly #launch: () => EnginePort;
  readonly #limitMs: number;
  #port: EnginePort | null = null;
  /** Takes the answer that is waited for. */
  #finish: (reply: Reply) => void = () => undefined;
  #idle: NodeJS.Timeout | undefined;

  constructor(launch: () => EnginePort, limitMs: number) {
    this.#launch = launch;
    this.#limitMs = limitMs;
  }

  #start(): EnginePort {
    const port = this.#launch();
    port.onMessage((reply) => {
      if (this.#port === port) this.#finish(reply as Reply);
    });
    void port.ended.then(() => {
      if (this.#port !== port) return;
      this.#port = null;
      this.#finish(broken('decoder_crashed'));
    });
    return port;
  }

  ask(request: DecodeRequest): Promise<Reply> {
    clearTimeout(this.#idle);
    const port = (this.#port ??= this.#start());
    const { promise, resolve } = Promise.withResolvers<Reply>();
    const limit = setTimeout(() => {
      this.stop();
      this.#finish(broken('decoder_timeout'));
    }, this.#limitMs).unref();
    this.#finish = (reply) => {
      clearTimeout(limit);
      this.#finish = () => undefined;
      this.#idle = setTimeout(() => this.stop(), IDLE_MS).unref();
      resolve(reply);
    };
    port.send(request);
    return promise;
  }

  stop(): void {
    clearTimeout(this.#idle);
    this.#port?.kill();
    this.#port = null;
  }
}

/**
 * `size` processes that decode pictures apart from the core, so that a hostile file costs one entry and not the app. Started
 * as they are needed.
 *
 * @param launch starts a process; called again after each end of the former
 * @param limitMs longest time for one picture
 */
export function createDecodePool(size: number, launch: () => EnginePort, limitMs = LIMIT_MS): DecodePool {
  const workers = Array.from({ length: size }, () => new DecodeWorker(launch, limitMs));
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
  const ask = async (request: DecodeRequest): Promise<Reply> => {
    const worker = await take();
    try {
      return await worker.ask(request);
    } finally {
      giveBack(worker);
    }
  };
  return {
    size,
    // A worker answers the question that it was asked.
    examine: async (path, area = null) => (await ask({ kind: 'examine', path, area })) as DecodeReply,
    writePixels: async (request) => (await ask({ kind: 'pixels', ...request })) as PixelsReply,
    close: () => workers.forEach((worker) => worker.stop()),
  };
}
