/** A page of rows, newest first, and how many there are in all. */
export interface RowPage<Row> {
  readonly rows: readonly Row[];
  readonly total: number;
}

/**
 * Rows that are loaded part by part as somebody scrolls through them, newest first.
 *
 * @param ask loads the rows below an id (absent: the newest); null where they could not be had
 */
export class LongList<Row extends { readonly id: number }> {
  #rows = $state.raw<readonly Row[]>([]);
  #total = $state(0);
  #loaded = $state(false);
  #loading = false;
  #turn = 0;
  readonly #ask: (beforeId?: number) => Promise<RowPage<Row> | null>;

  constructor(ask: (beforeId?: number) => Promise<RowPage<Row> | null>) {
    this.#ask = ask;
  }

  get rows(): readonly Row[] {
    return this.#rows;
  }

  get total(): number {
    return this.#total;
  }

  /** Whether anything has been answered yet: before, no rows says nothing. */
  get loaded(): boolean {
    return this.#loaded;
  }

  /** Asks for the newest again; older ones that are loaded already stay where the newest reach down to them. */
  async refresh(): Promise<void> {
    const page = await this.#ask();
    if (page === null) return;
    const oldest = page.rows.at(-1)?.id;
    const reaches = oldest !== undefined && (this.#rows[0]?.id ?? 0) >= oldest;
    const older = reaches ? this.#rows.filter(({ id }) => id < oldest) : [];
    this.#loaded = true;
    this.#rows = [...page.rows, ...older];
    this.#total = page.total;
  }

  /** Begins anew: what is asked for is another list now. The answer to an older question is dropped. */
  async reload(): Promise<void> {
    const turn = ++this.#turn;
    const page = await this.#ask();
    if (page === null || turn !== this.#turn) return;
    this.#loaded = true;
    this.#rows = page.rows;
    this.#total = page.total;
  }

  /** Loads what follows, unless that is under way or there is none. */
  async more(): Promise<void> {
    if (this.#loading || this.#rows.length === 0 || this.#rows.length >= this.#total) return;
    this.#loading = true;
    const last = this.#rows.at(-1)?.id;
    const turn = this.#turn;
    const page = await this.#ask(last);
    this.#loading = false;
    if (page === null || turn !== this.#turn) return;
    this.#rows = [...this.#rows, ...page.rows.filter(({ id }) => last === undefined || id < last)];
    this.#total = page.total;
  }

  remove(id: number): void {
    const kept = this.#rows.filter((row) => row.id !== id);
    this.#total -= this.#rows.length - kept.length;
    this.#rows = kept;
  }
}
