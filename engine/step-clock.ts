import { stepTime, timeLeft } from '#core/domain/eta.ts';
import type { Span } from '#core/domain/eta.ts';

/** Spans that are remembered of a run; beyond, they become twice as long, so that a run of days is known in as many. */
const REMEMBERED = 1024;

/** Measures steps: how many fit into the time that was asked for, and how long the rest will take. */
export class StepClock {
  readonly #everyMs: number;
  #spans: Span[] = [];
  /** Steps of a span, at least. */
  #grain = 1;
  #seen = 0;
  #interruptions = { count: 0, ms: 0 };
  #sinceMs = 0;

  /** @param everyMs time of work between two interruptions of the kind that {@link addInterruption} is told of */
  constructor(everyMs: number) {
    this.#everyMs = everyMs;
  }

  /** `steps` steps that took `ms` together: a device that runs behind is waited for only now and then. */
  add(ms: number, steps = 1): void {
    this.#seen += steps;
    this.#sinceMs += ms;
    const last = this.#spans.at(-1);
    if (last && last.steps < this.#grain) this.#spans[this.#spans.length - 1] = sum(last, { ms, steps });
    else this.#spans.push({ ms, steps });
    if (this.#spans.length <= REMEMBERED) return;
    this.#grain *= 2;
    this.#spans = inPairs(this.#spans);
  }

  /** A checkpoint was saved and looked at. */
  addInterruption(ms: number): void {
    const { count, ms: before } = this.#interruptions;
    this.#interruptions = { count: count + 1, ms: before + ms };
    this.#sinceMs = 0;
  }

  /** Steps measured so far. */
  get seen(): number {
    return this.#seen;
  }

  /** Duration of a step, in ms, by the later half of the steps so far: the first ones fill caches. */
  stepMs(): number {
    return stepTime(this.#spans).expectedMs;
  }

  /** Time left for `steps` more, in seconds; null until enough steps were seen. */
  left(steps: number): { low: number; high: number } | null {
    const { count, ms } = this.#interruptions;
    const interruptions = { everyMs: this.#everyMs, sinceMs: this.#sinceMs, eachMs: ms / Math.max(1, count) };
    const left = timeLeft(this.#spans, steps, interruptions);
    return left && { low: left.lowMs / 1000, high: left.highMs / 1000 };
  }
}

const sum = (a: Span, b: Span): Span => ({ ms: a.ms + b.ms, steps: a.steps + b.steps });

function inPairs(spans: readonly Span[]): Span[] {
  return Array.from({ length: Math.ceil(spans.length / 2) }, (_, pair) => {
    const [first, second] = [spans[2 * pair] as Span, spans[2 * pair + 1]];
    return second ? sum(first, second) : first;
  });
}
