import { ORPCError } from '@orpc/client';
import { toErrorData } from '#core/contract/errors.ts';
import { accessOf, isAllowed, type Access, type CallName } from '#core/contract/permissions.ts';
import type { Door, SignedIn } from '#core/contract/people.ts';
import type { AppState, ErrorView, JobView } from '#core/contract/views.ts';
import type { Client, Dial, Link } from './connection.ts';
import type { Toasts } from './toasts.svelte.ts';

export type LinkState = 'connecting' | 'live' | 'lost';

/** Between two tellings that somebody is there. */
const touchMs = 15_000;
/** A call that came too late for its person is asked again after the door has told who is in, or after this. */
const doorMs = 1000;

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

/** Refusals that end when the right person has signed in. */
const ofTheDoor: ReadonlySet<string> = new Set(['not_signed_in', 'other_person']);

/** The connection to the core, who is signed in, and the newest whole state; kept alive for as long as the page is open. */
export class Session {
  readonly #dial: Dial;
  readonly #toasts: Toasts;
  #link = $state<LinkState>('connecting');
  #app = $state.raw<AppState | null>(null);
  #door = $state.raw<Door | null>(null);
  #last = $state.raw<SignedIn | null>(null);
  /** Whose states are taken: those of an earlier person come to nothing. */
  #following: object | null = null;
  #touchedAtMs = -Infinity;
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

  /** Who may come in; null until the core has told. */
  get door(): Door | null {
    return this.#door;
  }

  /** Who is signed in; null: the window is locked. */
  get person(): SignedIn | null {
    return this.#door?.signedIn ?? null;
  }

  /** Who is signed in or was when the window was locked: whose work is on the screen. */
  get last(): SignedIn | null {
    return this.#last;
  }

  /** The name of {@link last}; empty before anybody was in. */
  get who(): string {
    return this.#last?.name ?? '';
  }

  /** Whether the person's role may make a call. */
  may(call: CallName): boolean {
    const access = this.accessOf(call);
    return this.#last !== null && isAllowed(access, this.#last.role);
  }

  /** Who may make a call. */
  accessOf(call: CallName): Access {
    return accessOf(call.split('.')) ?? 'admin';
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
        for await (const door of await link.client.people.door()) {
          this.#enter(door, link);
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
      this.#following = null;
      this.#link = this.#door ? 'lost' : 'connecting';
      if (!this.#closed) await this.#pause(retryMs[Math.min(attempt, retryMs.length - 1)] ?? 5000);
    }
  }

  #enter(door: Door, link: Link): void {
    const before = this.#door?.signedIn ?? null;
    this.#door = door;
    const { signedIn } = door;
    if (signedIn === null) {
      this.#following = null;
      return;
    }
    if (this.#last?.id !== signedIn.id) this.#app = null;
    this.#last = signedIn;
    if (this.#following === null || before?.id !== signedIn.id) void this.#follow(link);
  }

  async #follow(link: Link): Promise<void> {
    const mine = (this.#following = {});
    try {
      for await (const state of await link.client.app.watch()) {
        if (this.#following !== mine) return;
        this.#app = state;
      }
    } catch (thrown) {
      // The door tells who is in now, and the link when it is gone.
      console.debug('states ended', thrown);
    }
    if (this.#following === mine) this.#following = null;
  }

  /** Somebody touched the window: it stays unlocked. */
  touch(): void {
    const nowMs = performance.now();
    if (!this.person || !this.#current || nowMs - this.#touchedAtMs < touchMs) return;
    this.#touchedAtMs = nowMs;
    // A touch that is not told is followed by others.
    void this.#current.client.people.seen().catch(() => undefined);
  }

  /** As {@link ask}, for who is not signed in: a refusal is handed back, to be told where it was asked. */
  async knock(call: (client: Client) => Promise<object>): Promise<ErrorView | null> {
    const link = this.#current;
    if (!link || this.#link !== 'live') {
      this.#toasts.lost();
      return { code: 'not_signed_in', params: {} };
    }
    try {
      await call(link.client);
      return null;
    } catch (thrown) {
      return errorOf(thrown);
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

  /** Calls the core; a failure is told in words and gives `null`, as does a locked window. Success never gives `null`. */
  async ask<T extends object>(call: (client: Client) => Promise<T>): Promise<T | null> {
    const link = this.#current;
    if (this.#link === 'live' && this.person === null) return null;
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
      else if (this.person !== null || errorOf(thrown).code !== 'not_signed_in') this.#toasts.failure(errorOf(thrown));
      return null;
    }
  }

  /**
   * As {@link ask}, but waits until the given person is signed in, and waits for the connection and asks again as often as it is lost: for what must not vanish, and does nothing
   * twice when it is sent twice. `null`: the core refused it and that was told, or the window is closed.
   */
  async insist<T extends object>(call: (client: Client) => Promise<T>, who: string): Promise<T | null> {
    for (let lost: Link | null = null; ;) {
      const link = await this.#nextLink(lost, who);
      if (link === null) return null;
      try {
        return await Promise.race([
          call(link.client),
          link.closed.then(() => Promise.reject(new ConnectionLost('connection lost'))),
        ]);
      } catch (thrown) {
        if (!(thrown instanceof ConnectionLost) && this.#current === link) {
          if (ofTheDoor.has(errorOf(thrown).code)) {
            await this.#nextDoor();
            continue;
          }
          this.#toasts.failure(errorOf(thrown));
          return null;
        }
        lost = link;
      }
    }
  }

  async #nextDoor(): Promise<void> {
    const told = new Promise<void>((go) => this.#waiting.push(go));
    await Promise.race([told, new Promise((go) => setTimeout(go, doorMs))]);
  }

  /** A living connection other than the one that was lost, with that person signed in; null once the window is closed. */
  async #nextLink(lost: Link | null, who: string): Promise<Link | null> {
    while (!this.#closed) {
      const isIn = this.#link === 'live' && this.person?.name === who;
      if (isIn && this.#current !== null && this.#current !== lost) return this.#current;
      await new Promise<void>((go) => this.#waiting.push(go));
    }
    return null;
  }
}

class ConnectionLost extends Error {}
