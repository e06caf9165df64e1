import { timeLeft, warmUpSteps } from '#core/domain/eta.ts';

const REMEMBERED = 400;

/** Measures steps: how many fit into the time that was asked for, and how long the rest will take. */
export class StepClock {
  readonly #durationsMs: number[] = [];
  #seen = 0;

  /** `steps` steps that took `durationMs` together: a device that runs behind is waited for only now and then. */
  add(durationMs: number, steps = 1): void {
    this.#seen += steps;
    for (let step = 0; step < steps; step++) this.#durationsMs.push(durationMs / steps);
    // The first ones are kept: eta.ts leaves its warm-up out by position.
    const surplus = this.#durationsMs.length - REMEMBERED;
    if (surplus > 0) this.#durationsMs.splice(warmUpSteps, surplus);
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
