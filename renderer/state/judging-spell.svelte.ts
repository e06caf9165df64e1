/** Judging without a break for so long is where attention is known to go (vigilance decrement); ux.md "Keys". */
const LONG_MS = 20 * 60_000;
/** A stop that counts as a break. */
const BREAK_MS = 3 * 60_000;

/** How long somebody has been judging without a break, over all pages; suggests one, once a spell. */
export class JudgingSpell {
  readonly #now: () => number;
  #beganMs: number | null = null;
  #lastMs = 0;
  #told = false;
  #suggested = $state(false);

  constructor(now: () => number = () => performance.now()) {
    this.#now = now;
  }

  /** A break is worth it now. */
  get suggested(): boolean {
    return this.#suggested;
  }

  /** Something was judged. */
  judged(): void {
    const now = this.#now();
    if (this.#beganMs === null || now - this.#lastMs >= BREAK_MS) {
      this.#beganMs = now;
      this.#told = false;
      this.#suggested = false;
    }
    this.#lastMs = now;
    if (this.#told || now - this.#beganMs < LONG_MS) return;
    this.#told = true;
    this.#suggested = true;
  }

  dismiss(): void {
    this.#suggested = false;
  }
}
