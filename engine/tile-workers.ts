import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { AppError } from '#core/contract/errors.ts';
import type { RandomState } from '#core/domain/random.ts';
import type { CutConfig, CutTiles, TileSource } from './cut-tiles.ts';
import type { TileReply, TileRequest, TileWorkerData } from './tile-protocol.ts';

/** The worker's file: beside this one in the source tree; in the packed app outside the archive, where threads can start it. */
const workerFile = import.meta.filename.endsWith('.ts')
  ? join(import.meta.dirname, 'tile-worker.ts')
  : join(import.meta.dirname.replace(/app\.asar(?=[\\/])/, 'app.asar.unpacked'), 'tile-worker.mjs');

/** One thread cuts some 10,000 views of 64 px a second; more than four would outrun any graphics card's training. */
const MOST_WORKERS = 4;

/** How many threads cut tiles here. On few cores TensorFlow wants them all, and one thread is far ahead of it anyway. */
export function tileWorkerCount(cores = availableParallelism()): number {
  return Math.max(1, Math.min(MOST_WORKERS, Math.floor(cores / 4)));
}

/** Threads that cut tiles, batch by batch. */
export class TileWorkers {
  readonly #workers: Worker[];
  readonly #waiting = new Map<number, (reply?: TileReply) => void>();
  readonly #spare: CutTiles[] = [];
  readonly #end = new AbortController();
  #sent = 0;

  constructor(config: CutConfig, count = tileWorkerCount(), file = workerFile) {
    const data: TileWorkerData = { config };
    this.#workers = Array.from({ length: count }, () => {
      const worker = new Worker(file, { workerData: data, name: 'tiles' });
      worker.on('message', (reply: TileReply) => this.#settle(reply));
      worker.on('error', (error: unknown) =>
        this.end(lost(error instanceof Error ? error.message : String(error), error)),
      );
      worker.on('exit', (code) => this.end(lost(`exit ${code}`)));
      return worker;
    });
  }

  /**
   * A batch cut from `sources`; several may be under way.
   *
   * @throws AppError `pixels_lost`; `engine_crashed` when a thread died; the reason of {@link end}
   */
  async cut(sources: readonly TileSource[], random: RandomState): Promise<CutTiles> {
    this.#end.signal.throwIfAborted();
    const into = this.#spare.pop();
    const request: TileRequest = { id: this.#sent, sources, random, ...(into && { into }) };
    const worker = this.#workers[this.#sent % this.#workers.length];
    this.#sent += 1;
    const { promise, resolve } = Promise.withResolvers<TileReply | undefined>();
    this.#waiting.set(request.id, resolve);
    worker?.postMessage(request, into ? [into.pixels.buffer, into.mask.buffer] : []);
    const reply = await promise;
    this.#end.signal.throwIfAborted();
    if (!reply) throw lost('ended');
    if (!reply.ok) throw new AppError(reply.error.code, reply.error.params);
    return reply.tiles;
  }

  /** Takes back what {@link cut} gave, for another batch of the same size. */
  giveBack(tiles: CutTiles): void {
    this.#spare.push(tiles);
  }

  #settle(reply: TileReply): void {
    this.#waiting.get(reply.id)?.(reply);
    this.#waiting.delete(reply.id);
  }

  /** Every batch under way or asked for later rejects with `reason`; the first call counts. */
  end(reason: unknown): void {
    this.#end.abort(reason);
    for (const resolve of this.#waiting.values()) resolve();
    this.#waiting.clear();
  }

  /** Ends the threads; resolves when none of them holds a file open. */
  async close(): Promise<void> {
    this.end(lost('closed'));
    await Promise.all(this.#workers.map((worker) => worker.terminate()));
  }
}

function lost(detail: string, cause?: unknown): AppError {
  return new AppError('engine_crashed', { reason: 'tile_worker', detail }, { cause });
}
