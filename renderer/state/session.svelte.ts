import { ORPCError } from '@orpc/client';
import { toErrorData } from '#core/contract/errors.ts';
import type { AppState, ErrorView, JobView } from '#core/contract/views.ts';
import type { Client, Dial, Link } from './connection.ts';
import type { Toasts } from './toasts.svelte.ts';

export type LinkState = 'connecting' | 'live' | 'lost';

const retryMs = [300, 600, 1200, 2500, 5000];

/** What a failed call says, as data. */
function errorOf(thrown: unknown): ErrorView {
  if (thrown instanceof ORPCError) {
    if (thrown.code === 'APP') return toErrorData(thrown.data);
    if (thrown.code === 'BAD_REQUEST') return { code: 'bad_input', params: {} };
    if (thrown.code === 'NOT_FOUND') return { code: 'not_found', params: {} };
  }
  return toErrorData(thrown);
}

/** The connection to the core and the newest whole state, kept alive for as long as the page is open. */
export class Session {
  readonly #dial: Dial;
  readonly #toasts: Toasts;
  #link = $state<LinkState>('connecting');
  #app = $state.raw<AppState | null>(null);
  #current: Link | null = null;
  #wake: (() => void) | null = null;
  #closed = false;
  /** Who waits for the next living connection. */
  #waiting: (() => void)[] = [];

  constructor(dial: Dial, toasts: Toasts) {
    this.#dial = dial;
    this.#toasts = toasts;
  }

  get link(): LinkState {
    return this.#link;
  }

  /** `null` until the first snapshot; after a loss the last one known. */
  get app(): AppState | null {
    return this.#app;
  }

  /** The job that is running, if any; of two the longer one: scoring of new pictures comes and goes beside it. */
  get activeJob(): JobView | null {
    const running = this.#app?.jobs.filter((job) => job.state === 'running') ?? [];
    return running.find((job) => job.kind !== 'score') ?? running[0] ?? null;
  }

  /** Watches the core until {@link close}; each loss is followed by new attempts, each connection begins with a snapshot. */
  async stayConnected(): Promise<void> {
    for (let attempt = 0; !this.#closed; attempt++) {
      try {
        const link = await this.#dial();
        this.#current = link;
        for await (const state of await link.client.app.watch()) {
          this.#app = state;
          this.#link = 'live';
          attempt = 0;
          this.#letGo();
        }
      } catch (thrown) {
        // Every way a watch can end means the same to the person: gone for now. The reason is in the core's log.
        console.debug('link ended', thrown);
      }
      this.#current?.close();
      this.#current = null;
      this.#link = this.#app ? 'lost' : 'connecting';
      if (!this.#closed) await this.#pause(retryMs[Math.min(attempt, retryMs.length - 1)] ?? 5000);
    }
  }

  #pause(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, ms);
      this.#wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }

  retryNow(): void {
    this.#wake?.();
  }

  close(): void {
    this.#closed = true;
    this.#current?.close();
    this.#wake?.();
    this.#letGo();
  }

  #letGo(): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const go of waiting) go();
  }

  /** Calls the core; a failure is told in words and gives `null`. Success never gives `null`. */
  async ask<T extends object>(call: (client: Client) => Promise<T>): Promise<T | null> {
    const link = this.#current;
    if (!link || this.#link !== 'live') {
      this.#toasts.lost();
      return null;
    }
    try {
      return await Promise.race([
        call(link.client),
        link.closed.then(() => Promise.reject(new ConnectionLost('connection lost'))),
      ]);
    } catch (thrown) {
      if (thrown instanceof ConnectionLost || this.#current !== link) this.#toasts.lost();
      else this.#toasts.failure(errorOf(thrown));
      return null;
    }
  }

  /**
   * As {@link ask}, but waits for the connection and asks again as often as it is lost: for what must not vanish, and does nothing
   * twice when it is sent twice. `null`: the core refused it and that was told, or the window is closed.
   */
  async insist<T extends object>(call: (client: Client) => Promise<T>): Promise<T | null> {
    for (let lost: Link | null = null; ;) {
      const link = await this.#nextLink(lost);
      if (link === null) return null;
      try {
        return await Promise.race([
          call(link.client),
          link.closed.then(() => Promise.reject(new ConnectionLost('connection lost'))),
        ]);
      } catch (thrown) {
        if (!(thrown instanceof ConnectionLost) && this.#current === link) {
          this.#toasts.failure(errorOf(thrown));
          return null;
        }
        lost = link;
      }
    }
  }

  /** A living connection other than the one that was lost; null once the window is closed. */
  async #nextLink(lost: Link | null): Promise<Link | null> {
    while (!this.#closed) {
      if (this.#link === 'live' && this.#current !== null && this.#current !== lost) return this.#current;
      await new Promise<void>((go) => this.#waiting.push(go));
    }
    return null;
  }
}

class ConnectionLost extends Error {}
