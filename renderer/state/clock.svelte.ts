const EVERY_MS = 30_000;

/** The time of day, for what tells how much of it is left. */
export class Clock {
  #nowMs = $state(Date.now());

  get nowMs(): number {
    return this.#nowMs;
  }

  /** To be run in an effect, which stops it. */
  run(): () => void {
    const timer = setInterval(() => (this.#nowMs = Date.now()), EVERY_MS);
    return () => clearInterval(timer);
  }
}
