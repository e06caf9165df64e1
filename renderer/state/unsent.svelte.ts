import type { AppState } from '#core/contract/views.ts';
import {
  type JudgementCall,
  keepAt,
  type KeptJudgement,
  newPlace,
  sendKept,
  takeOver,
  waitingOfOthers,
} from './kept-judgements.ts';
import type { Session } from './session.svelte.ts';
import type { Toasts } from './toasts.svelte.ts';

/** Something that keeps judgements until the core has acknowledged them. */
interface Sender {
  readonly unsaved: number;
}

/**
 * Judgements of all pages that are on their way: they go on being sent after their page was left, so the window tells of them, and
 * they lie in the browser's storage until they are acknowledged, so that the next window sends what this one could not.
 */
export class Unsent {
  #senders = $state.raw<readonly Sender[]>([]);
  #kept = $state.raw(true);
  #delivered = $state.raw(false);
  #others = $state.raw<ReadonlyMap<string, number>>(new Map());
  readonly #place = newPlace();
  readonly #waiting = new Map<object, readonly KeptJudgement[]>();

  constructor() {
    // Held until this window is gone: while it lives it sends them itself.
    void navigator.locks.request(this.#place, () => new Promise(() => undefined));
  }

  get count(): number {
    return this.#senders.reduce((sum, { unsaved }) => sum + unsaved, 0);
  }

  /** Something would be lost with this window: the storage has not taken it. */
  get endangered(): boolean {
    return this.count > 0 && !this.#kept;
  }

  /** What former windows left is saved or refused: what is still to be judged can be asked for. */
  get delivered(): boolean {
    return this.#delivered;
  }

  /** Counts what `sender` keeps from now on. */
  watch<T extends Sender>(sender: T): T {
    this.#senders = [...this.#senders.filter(({ unsaved }) => unsaved > 0), sender];
    return sender;
  }

  /** A shelf of one queue, of what one person judges: what lies on it outlives the window. */
  shelf(app: () => AppState, who: string): (waiting: readonly JudgementCall[]) => void {
    const shelf = {};
    return (waiting) => {
      const { storeId } = app();
      this.#waiting.set(
        shelf,
        waiting.map((judgement) => ({ storeId, who, judgement })),
      );
      this.#kept = keepAt(this.#place, [...this.#waiting.values()].flat());
    };
  }

  /** Whose judgements lie here until they sign in, and how many; told anew with each person who comes in. */
  get others(): ReadonlyMap<string, number> {
    return this.#others;
  }

  /** Sends what former windows could not of who is signed in now, in order, and tells what has become of it. */
  async deliver(storeId: string, who: string, session: Session, toasts: Toasts): Promise<void> {
    this.#others = waitingOfOthers(storeId, who);
    const told = { saved: 0, refused: 0, between: 0 };
    await takeOver(storeId, who, async (kept) => {
      const saved = await session.insist((client) => sendKept(client, kept, who), who);
      if (saved === null) told.refused++;
      else told.saved++;
      if (saved?.between) told.between++;
    });
    this.#delivered = true;
    if (told.saved + told.refused > 0) toasts.done('unsent.delivered', told);
  }
}
