import type { CameraId, ImageId } from '#core/domain/ids.ts';
import { toErrorData, type ErrorData } from '#core/contract/errors.ts';
import type { UsedArea } from '#core/domain/inspection-area.ts';
import type { FileFacts } from '#core/store/images.ts';
import type { DecodePool } from './decode-pool.ts';
import type { Outcome, Registrar } from './register.ts';
import { lookAt } from './scan.ts';

export interface AdmissionOptions {
  readonly pool: DecodePool;
  readonly registrar: Registrar;
  /** What of a camera's pictures is inspected; null: all. */
  readonly areaOf: (cameraId: CameraId) => UsedArea | null;
  /** Between two looks; a file is taken when both saw the same size, time and number. */
  readonly settleMs: number;
  /** How long a file without its end may stay unchanged before it counts as broken and not as unfinished. */
  readonly patienceMs: number;
  readonly onRegistered: (admitted: readonly ImageId[], known: ReadonlyMap<string, KnownHere>) => void;
  /** The store cannot be written (disk full, …), or null: it can again. Nothing is lost meanwhile. */
  readonly onStoreError: (error: ErrorData | null) => void;
}

/** A file that is done with. */
export interface KnownHere extends FileFacts {
  readonly cameraId: CameraId;
  /** 0: admitted; otherwise how often it was found broken. */
  readonly tries: number;
}

interface Pending {
  readonly cameraId: CameraId;
  readonly path: string;
  readonly facts: FileFacts;
  /** When these facts were first seen, by a clock that nobody sets. */
  readonly sinceMs: number;
  readonly dueMs: number;
}

interface Done {
  readonly outcome: Outcome;
  readonly facts: FileFacts;
}

interface Taken {
  readonly cameraId: CameraId;
  /** undefined: still under way; null: nothing to write (gone, or to be looked at again). */
  result: Done | null | undefined;
}

const TAKEN_PER_WORKER = 4;
const FLUSH_AT = 64;
const FLUSH_MS = 50;
const RETRY_STORE_MS = 2000;

export const sameFile = (a: FileFacts, b: FileFacts): boolean =>
  a.bytes === b.bytes && a.mtimeMs === b.mtimeMs && a.inode === b.inode;

/**
 * From "there is a file" to a row: a file is admitted when it did not change between two looks, its end is there and it decodes.
 * Whoever reports a file twice changes nothing. Holds no more than a few decoded pictures at a time, however many files wait.
 */
export class Admission {
  readonly #options: AdmissionOptions;
  /** In the order in which they fall due: each waits equally long, and a changed one goes to the end. */
  readonly #pending = new Map<string, Pending>();
  /** In the order in which they were taken, which is the order in which they are written, however long each takes. */
  readonly #taken = new Map<string, Taken>();
  #done: Done[] = [];
  #next: NodeJS.Timeout | undefined;
  #flushing: NodeJS.Timeout | undefined;
  #storeError = false;
  #closed = false;
  #idle = Promise.withResolvers<void>();

  constructor(options: AdmissionOptions) {
    this.#options = options;
  }

  /**
   * Somebody saw this file. It is looked at again after `settleMs`, and taken when it is still the same. Returns whether nobody
   * had seen it before.
   */
  look(cameraId: CameraId, path: string, facts: FileFacts): boolean {
    if (this.#taken.has(path) || this.#closed) return false;
    const known = this.#pending.get(path);
    if (known !== undefined && sameFile(known.facts, facts)) return false;
    this.#wait({ cameraId, path, facts, sinceMs: performance.now() });
    this.#pump();
    return known === undefined;
  }

  /** Files of a camera on their way. */
  waiting(cameraId: CameraId): number {
    let count = 0;
    for (const entries of [this.#pending, this.#taken])
      for (const entry of entries.values()) if (entry.cameraId === cameraId) count++;
    return count;
  }

  /** Forgets what waits of a camera that is paused or removed; what is being decoded is still admitted. */
  forget(cameraId: CameraId): void {
    for (const [path, entry] of this.#pending) if (entry.cameraId === cameraId) this.#pending.delete(path);
    this.#settled();
  }

  /** Resolves when nothing waits, is decoded or is unwritten. */
  async idle(): Promise<void> {
    while (!this.#isIdle()) await this.#idle.promise;
  }

  /** What was decoded is still written; what waits is found again by the next scan. */
  close(): void {
    this.#closed = true;
    clearTimeout(this.#next);
    this.#flush();
    clearTimeout(this.#flushing);
    this.#settled();
  }

  #isIdle(): boolean {
    return this.#closed || (this.#pending.size === 0 && this.#taken.size === 0 && this.#done.length === 0);
  }

  #settled(): void {
    if (!this.#isIdle()) return;
    this.#idle.resolve();
    this.#idle = Promise.withResolvers();
  }

  #wait(entry: Omit<Pending, 'dueMs'>): void {
    this.#pending.delete(entry.path);
    this.#pending.set(entry.path, { ...entry, dueMs: performance.now() + this.#options.settleMs });
  }

  /** Takes what is due, as many at a time as keep the decoders busy; waits for the next otherwise. */
  #pump(): void {
    clearTimeout(this.#next);
    if (this.#closed || this.#storeError) return;
    // Some more than there are workers: one that takes long holds up what is written after it, not the others' work.
    const limit = this.#options.pool.size * TAKEN_PER_WORKER;
    for (const [path, entry] of this.#pending) {
      if (this.#taken.size >= limit) return;
      const leftMs = entry.dueMs - performance.now();
      if (leftMs > 0) {
        this.#next = setTimeout(() => this.#pump(), leftMs);
        return;
      }
      this.#pending.delete(path);
      const taken: Taken = { cameraId: entry.cameraId, result: undefined };
      this.#taken.set(path, taken);
      void this.#take(entry).then((result) => {
        taken.result = result;
        this.#collect();
        this.#settled();
        this.#pump();
      });
    }
  }

  async #take(entry: Pending): Promise<Done | null> {
    const { cameraId, path, facts } = entry;
    const now = await lookAt(path).catch(() => null);
    if (now === null) return null;
    if (!sameFile(now, facts)) return this.#again({ ...entry, facts: now, sinceMs: performance.now() });
    const reply = await this.#options.pool.examine(path, this.#options.areaOf(cameraId));
    if (reply.ok) {
      if (!sameFile(reply.facts, facts))
        return this.#again({ ...entry, facts: reply.facts, sinceMs: performance.now() });
      return { outcome: { kind: 'decoded', cameraId, path, reply }, facts };
    }
    if (reply.error.code === 'not_found') return null;
    if (reply.unfinished && performance.now() - entry.sinceMs < this.#options.patienceMs) return this.#again(entry);
    return { outcome: { kind: 'broken', cameraId, path, facts, error: reply.error }, facts };
  }

  #again(entry: Omit<Pending, 'dueMs'>): null {
    if (!this.#closed) this.#wait(entry);
    return null;
  }

  /** Hands over what is finished at the head of the line. */
  #collect(): void {
    if (this.#closed) return;
    for (const [path, { result }] of this.#taken) {
      if (result === undefined) break;
      this.#taken.delete(path);
      if (result !== null) this.#done.push(result);
    }
    if (this.#done.length >= FLUSH_AT) this.#flush();
    else if (this.#done.length > 0) this.#flushing ??= setTimeout(() => this.#flush(), FLUSH_MS);
  }

  /** Writes what is done. When the store refuses, nothing more is taken until it accepts again. */
  #flush(): void {
    clearTimeout(this.#flushing);
    this.#flushing = undefined;
    const done = this.#done;
    // Where what followed a writing failed, there is nothing left to write, and still to be told that it goes on.
    if (done.length === 0 && !this.#storeError) return;
    try {
      const { admitted, tries } = this.#options.registrar.register(done.map((entry) => entry.outcome));
      this.#done = [];
      const known = new Map<string, KnownHere>();
      for (const { outcome, facts } of done)
        known.set(outcome.path, { cameraId: outcome.cameraId, ...facts, tries: tries.get(outcome.path) ?? 0 });
      this.#options.onRegistered(admitted, known);
      if (this.#storeError) this.#options.onStoreError(null);
      this.#storeError = false;
      this.#settled();
      this.#pump();
    } catch (error) {
      this.#storeError = true;
      this.#options.onStoreError(toErrorData(error));
      if (!this.#closed) this.#flushing = setTimeout(() => this.#flush(), RETRY_STORE_MS);
    }
  }
}
