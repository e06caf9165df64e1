import type { AlikeList, FindView, PassedFilter } from '#core/contract/finds.ts';
import type { Session } from './session.svelte.ts';

export type FindWord = 'withdrawn' | 'restored' | 'watched' | 'unwatched' | 'drafted';

/** The defects that were found further down, as the core knows them. */
export class FindsDesk {
  readonly #session: Session;
  #finds = $state.raw<readonly FindView[]>([]);
  #loaded = $state(false);
  #limit = $state(0);

  constructor(session: Session) {
    this.#session = session;
  }

  /** Newest first. */
  get finds(): readonly FindView[] {
    return this.#finds;
  }

  /** Whether the core has answered: before, no finds says nothing. */
  get loaded(): boolean {
    return this.#loaded;
  }

  /** Share of good pictures that a find may stop. */
  get falseFlagLimit(): number {
    return this.#limit;
  }

  async load(): Promise<void> {
    const answer = await this.#session.ask((client) => client.finds.list());
    if (!answer) return;
    this.#loaded = true;
    this.#finds = answer.finds;
    this.#limit = answer.falseFlagLimit;
  }

  async say(findId: number, says: FindWord): Promise<boolean> {
    const done = await this.#session.ask((client) => client.finds.say({ findId, says }));
    await this.load();
    return done !== null;
  }

  async setLimit(falseFlagLimit: number): Promise<void> {
    await this.#session.ask((client) => client.finds.setLimit({ falseFlagLimit }));
    await this.load();
  }
}

export type AlikeAnswer = 'is' | 'is_not' | 'hold';

/**
 * Passed pictures like a find, one after the other. An answer is saved before the next picture shows: what comes next is chosen by it.
 */
export class AlikeDesk {
  readonly #session: Session;
  readonly #findId: number;
  #list = $state.raw<AlikeList | null>(null);
  #progress = $state.raw<{ readonly done: number; readonly total: number } | null>(null);
  #busy = $state(false);
  #given = $state.raw<readonly number[]>([]);
  #stop: AbortController | null = null;

  constructor(session: Session, findId: number) {
    this.#session = session;
    this.#findId = findId;
  }

  get list(): AlikeList | null {
    return this.#list;
  }

  /** How far the comparing is; null when none is under way. */
  get progress() {
    return this.#progress;
  }

  get busy(): boolean {
    return this.#busy;
  }

  get canUndo(): boolean {
    return this.#given.length > 0;
  }

  /** Compares anew; a comparison under way is ended. */
  async look(filter: PassedFilter): Promise<void> {
    this.cancel();
    const stop = new AbortController();
    this.#stop = stop;
    this.#progress = { done: 0, total: 0 };
    const findId = this.#findId;
    await this.#session.ask(async (client) => {
      try {
        for await (const event of await client.finds.look({ findId, filter }, { signal: stop.signal })) {
          if (stop.signal.aborted) break;
          if (event.kind === 'progress') this.#progress = event;
          else this.#list = event.list;
        }
      } catch (thrown) {
        // A comparison that somebody ended is no failure.
        if (!stop.signal.aborted) throw thrown;
      }
      return {};
    });
    if (this.#stop === stop) this.#progress = null;
  }

  /** Ends a comparison; what was listed before stays. */
  cancel(): void {
    this.#stop?.abort();
    this.#stop = null;
    this.#progress = null;
  }

  async #say(imageId: number, says: AlikeAnswer | 'open'): Promise<boolean> {
    if (this.#busy) return false;
    this.#busy = true;
    const findId = this.#findId;
    const done = await this.#session.ask((client) => client.finds.answer({ findId, imageId, says }));
    this.#busy = false;
    if (done?.list) this.#list = done.list;
    return done !== null;
  }

  async answer(imageId: number, says: AlikeAnswer): Promise<void> {
    if (await this.#say(imageId, says)) this.#given = [...this.#given, imageId];
  }

  /** Takes the last answer back. */
  async undo(): Promise<void> {
    const last = this.#given.at(-1);
    if (last === undefined || !(await this.#say(last, 'open'))) return;
    this.#given = this.#given.slice(0, -1);
  }
}
