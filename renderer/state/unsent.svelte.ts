/** Something that keeps judgements until the core has acknowledged them. */
interface Sender {
  readonly unsaved: number;
}

/** Judgements of all pages that are on their way: they go on being sent after their page was left, so the window tells of them. */
export class Unsent {
  #senders = $state.raw<readonly Sender[]>([]);

  get count(): number {
    return this.#senders.reduce((sum, { unsaved }) => sum + unsaved, 0);
  }

  /** Counts what `sender` keeps from now on. */
  watch<T extends Sender>(sender: T): T {
    this.#senders = [...this.#senders.filter(({ unsaved }) => unsaved > 0), sender];
    return sender;
  }
}
