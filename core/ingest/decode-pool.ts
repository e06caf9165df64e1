import { availableParallelism, totalmem } from 'node:os';
import { join } from 'node:path';
import type { EnginePort } from '#core/contract/transport.ts';
import type { UsedArea } from '#core/domain/inspection-area.ts';
import {
  brokenReply,
  type DecodeReply,
  type DecodeRequest,
  type PixelsReply,
  type PixelsRequest,
  type Question,
  type RenderReply,
  type RenderRequest,
  type Reply,
  type UnpackReply,
  type UnpackRequest,
} from './decode-protocol.ts';

export interface DecodePool {
  readonly size: number;
  /*
   * All wait for a free worker, and a worker that dies, takes too long or needs too much memory is an answer about the picture:
   * `image_broken`, reason `decoder_crashed`, `decoder_timeout` or `decoder_memory`.
   */
  /** Examines a file of unknown origin; only the inspected area of its pictures, where there is one, is measured. */
  readonly examine: (path: string, area?: UsedArea | null) => Promise<DecodeReply>;
  /** Decodes a page of a known picture into a file. */
  readonly writePixels: (request: Omit<PixelsRequest, 'kind'>) => Promise<PixelsReply>;
  /** Decodes every page of a picture of which only the hash is known into files. */
  readonly unpack: (request: Omit<UnpackRequest, 'kind'>) => Promise<UnpackReply>;
  /** Decodes a page of a known picture for the screen; somebody is looking, so it goes before all others that wait. */
  readonly render: (request: Omit<RenderRequest, 'kind'>) => Promise<RenderReply>;
  readonly close: () => void;
}

export interface DecodeLimits {
  /** Longest time for one picture. */
  readonly limitMs?: number;
  /** Most resident memory of a worker. */
  readonly limitBytes?: number;
}

/** Decoders for this machine: its cores are training's, too, but a large machine need not wait for two. */
export const decodersHere = (): number => Math.min(8, Math.max(2, Math.floor(availableParallelism() / 2)));

/** The worker's entry point in the source tree. */
export const decodeWorkerEntry = join(import.meta.dirname, 'decode-worker.ts');

const LIMIT_MS = 30_000;
/**
 * 100 million pixels, the most that a header may ask for, were measured at 0.4 GB (PNG) to 0.7 GB (progressive JPEG, interlaced
 * PNG), at 1.3 GB right after another such picture; 16 bits a channel take twice that.
 */
const LIMIT_BYTES = Math.min(2e9, totalmem() / 4);
/** Workers hold some 80 MB each; without work they end. */
const IDLE_MS = 30_000;
/** Nor does anybody who looks at picture after picture wait for a worker to start. */
const LOOKED_AT_IDLE_MS = 10 * 60_000;

/** One child process, started by its first question, again after its death, ended when it has nothing to do. */
class DecodeWorker {
  readonly #launch: () => EnginePort;
  readonly #limits: Required<DecodeLimits>;
  #port: EnginePort | null = null;
  /** Takes the answer that is waited for. */
  #finish: (reply: Reply) => void = () => undefined;
  #idle: NodeJS.Timeout | undefined;

  constructor(launch: () => EnginePort, limits: Required<DecodeLimits>) {
    this.#launch = launch;
    this.#limits = limits;
  }

  #start(): EnginePort {
    const port = this.#launch();
    port.onMessage((reply) => {
      if (this.#port === port) this.#finish(reply as Reply);
    });
    void port.ended.then(() => {
      if (this.#port !== port) return;
      this.#port = null;
      this.#finish(brokenReply('decoder_crashed'));
    });
    return port;
  }

  async ask(request: DecodeRequest): Promise<Reply> {
    const fresh = this.#port === null;
    const reply = await this.#askOnce(request);
    if (reply.ok || reply.error.params['reason'] !== 'decoder_memory') return reply;
    this.stop();
    // What earlier pictures left in its memory is not this one's fault.
    if (fresh) return reply;
    const again = await this.#askOnce(request);
    if (!again.ok && again.error.params['reason'] === 'decoder_memory') this.stop();
    return again;
  }

  #askOnce(request: DecodeRequest): Promise<Reply> {
    clearTimeout(this.#idle);
    const { limitMs, limitBytes } = this.#limits;
    const port = (this.#port ??= this.#start());
    const { promise, resolve } = Promise.withResolvers<Reply>();
    const limit = setTimeout(() => {
      this.stop();
      this.#finish(brokenReply('decoder_timeout'));
    }, limitMs).unref();
    this.#finish = (reply) => {
      clearTimeout(limit);
      this.#finish = () => undefined;
      const idleMs = request.kind === 'render' ? LOOKED_AT_IDLE_MS : IDLE_MS;
      this.#idle = setTimeout(() => this.stop(), idleMs).unref();
      resolve(reply);
    };
    port.send({ ...request, limitBytes } satisfies Question);
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
 */
export function createDecodePool(size: number, launch: () => EnginePort, limits: DecodeLimits = {}): DecodePool {
  const { limitMs = LIMIT_MS, limitBytes = LIMIT_BYTES } = limits;
  const workers = Array.from({ length: size }, () => new DecodeWorker(launch, { limitMs, limitBytes }));
  const free = [...workers];
  const waiting: ((worker: DecodeWorker) => void)[] = [];
  const lookedAt: ((worker: DecodeWorker) => void)[] = [];
  const take = (line: ((worker: DecodeWorker) => void)[]): Promise<DecodeWorker> => {
    const worker = free.pop();
    return worker === undefined ? new Promise((resolve) => line.push(resolve)) : Promise.resolve(worker);
  };
  const giveBack = (worker: DecodeWorker): void => {
    const next = lookedAt.shift() ?? waiting.shift();
    if (next === undefined) free.push(worker);
    else next(worker);
  };
  const ask = async (request: DecodeRequest): Promise<Reply> => {
    const worker = await take(request.kind === 'render' ? lookedAt : waiting);
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
    unpack: async (request) => (await ask({ kind: 'unpack', ...request })) as UnpackReply,
    render: async (request) => (await ask({ kind: 'render', ...request })) as RenderReply,
    close: () => workers.forEach((worker) => worker.stop()),
  };
}
