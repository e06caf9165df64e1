import { timeLeft, warmUpSteps } from '#core/domain/eta.ts';

const REMEMBERED = 400;

/** Measures steps: how many fit into the time that was asked for, and how long the rest will take. */
export class StepClock {
  readonly #durationsMs: number[] = [];
  #seen = 0;

  add(durationMs: number): void {
    this.#seen += 1;
    this.#durationsMs.push(durationMs);
    // The first ones are kept: eta.ts leaves its warm-up out by position.
    if (this.#durationsMs.length > REMEMBERED) this.#durationsMs.splice(warmUpSteps, 1);
  }

  /** Steps measured so far. */
  get seen(): number {
    return this.#seen;
  }

  /** Median duration of the later half of the steps so far, in ms: the first ones fill caches. */
  medianMs(): number {
    const later = this.#durationsMs.slice(Math.floor(this.#durationsMs.length / 2)).sort((a, b) => a - b);
    return later[Math.floor(later.length / 2)] ?? 0;
  }

  /** Time left for `steps` more, in seconds; null until enough steps were seen. */
  left(steps: number): { low: number; high: number } | null {
    const left = timeLeft(this.#durationsMs, steps);
    return left && { low: left.lowMs / 1000, high: left.highMs / 1000 };
  }
}
