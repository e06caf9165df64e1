/** Longest time without a touch that still counts as looking: beyond it the person has turned away. */
const LONGEST_LOOK_MS = 60_000;

/** How long a person has been looking at the picture on show; time away from the window does not count. */
export class EffortClock {
  readonly #now: () => number;
  #countedMs = 0;
  #touchedMs: number;
  #away = false;

  constructor(now: () => number = () => performance.now()) {
    this.#now = now;
    this.#touchedMs = now();
  }

  /** Another picture is on show. */
  restart(): void {
    this.#countedMs = 0;
    this.#touchedMs = this.#now();
  }

  /** A key, a finger or the mouse moved. */
  touch(): void {
    this.#countedMs = this.ms;
    this.#touchedMs = this.#now();
  }

  /** The window is out of sight. */
  leave(): void {
    this.touch();
    this.#away = true;
  }

  comeBack(): void {
    this.#away = false;
    this.#touchedMs = this.#now();
  }

  get ms(): number {
    // A machine that slept may come back with a clock that has jumped: never a reason to lose a judgement.
    const since = Math.max(0, this.#now() - this.#touchedMs);
    return this.#countedMs + (this.#away ? 0 : Math.min(LONGEST_LOOK_MS, since));
  }
}
