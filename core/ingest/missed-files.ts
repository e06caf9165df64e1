const DAY_MS = 86_400_000;

/**
 * Counts the files that only a scan found although a watcher was running. An event may still be on its way when a scan comes by,
 * so a file counts when none has come by the end of the next scan.
 */
export class MissedFiles {
  readonly #steadyNow: () => number;
  /** Files that no event has told of, by the number of the scan that found them. */
  readonly #silent = new Map<string, number>();
  #times: { readonly atMs: number; readonly files: number }[] = [];
  #scans = 0;
  #sinceStart = 0;

  /** @param steadyNow milliseconds by a clock that nobody sets */
  constructor(steadyNow: () => number) {
    this.#steadyNow = steadyNow;
  }

  get sinceStart(): number {
    return this.#sinceStart;
  }

  get lastDay(): number {
    const fromMs = this.#steadyNow() - DAY_MS;
    return this.#times.reduce((sum, { atMs, files }) => (atMs > fromMs ? sum + files : sum), 0);
  }

  announced(path: string): void {
    this.#silent.delete(path);
  }

  found(path: string): void {
    if (!this.#silent.has(path)) this.#silent.set(path, this.#scans);
  }

  /** A scan came to its end. */
  scanned(): void {
    let files = 0;
    for (const [path, scan] of this.#silent) {
      if (scan === this.#scans) break;
      this.#silent.delete(path);
      files++;
    }
    this.#scans++;
    if (files === 0) return;
    this.#sinceStart += files;
    const atMs = this.#steadyNow();
    this.#times = [...this.#times.filter((time) => time.atMs > atMs - DAY_MS), { atMs, files }];
  }

  /** No watcher runs any more: what it would have told is not missed. */
  clear(): void {
    this.#silent.clear();
  }
}
