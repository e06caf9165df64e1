import { clockJump, type ClockReading } from '#core/domain/clock-jump.ts';

const SAID_FOR_MS = 86_400_000;

/** Notices when the computer's clock is set, and says so for a day by a clock that nobody sets. */
export class ClockWatch {
  readonly #read: () => ClockReading;
  #last: ClockReading;
  #jump: { readonly byMs: number; readonly steadyMs: number } | null = null;

  constructor(read: () => ClockReading) {
    this.#read = read;
    this.#last = read();
  }

  /** Compares with the last look; true when the clock jumped in between. */
  look(): boolean {
    const now = this.#read();
    const byMs = clockJump(this.#last, now);
    this.#last = now;
    if (byMs !== 0) this.#jump = { byMs, steadyMs: now.steadyMs };
    return byMs !== 0;
  }

  /** The last jump of the day, milliseconds, negative: back; 0 without one. */
  get byMs(): number {
    return this.#jump !== null && this.#read().steadyMs - this.#jump.steadyMs < SAID_FOR_MS ? this.#jump.byMs : 0;
  }
}
