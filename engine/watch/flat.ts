/*
 * When to stop by itself: a long budget need not be used up once nothing improves any more.
 */

/** Looks without a gain, and as many before them to compare with. */
const PATIENCE = 5;
/** A gain below this is noise between two looks. */
const LEAST_GAIN = 0.005;

/** Follows a score over the looks of a run. */
export class FlatWatch {
  readonly #scores: number[] = [];

  see(score: number): void {
    this.#scores.push(score);
  }

  /** Whether the last {@link PATIENCE} looks were no better than all before. */
  isFlat(): boolean {
    if (this.#scores.length < 2 * PATIENCE) return false;
    const [before, last] = [this.#scores.slice(0, -PATIENCE), this.#scores.slice(-PATIENCE)];
    return Math.max(...last) < Math.max(...before) + LEAST_GAIN;
  }
}
