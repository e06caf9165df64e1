import { allDays, BackTest } from '#core/domain/back-test.ts';
import type { Marks } from '#core/domain/threshold.ts';
import type { ScoreColumns } from '#core/contract/views.ts';
import type { PastDays } from '#core/contract/what-if.ts';
import { AfterPaint } from './after-paint.svelte.ts';
import type { Session } from './session.svelte.ts';

export const spans = [7, 14, 30, 90] as const;
export type Span = (typeof spans)[number];

/** The last days over again with the marks as they are being moved. */
export class BackTestDesk {
  readonly #session: Session;
  readonly #columns: () => ScoreColumns | null;
  readonly #marks: AfterPaint<Marks | readonly (Marks | null)[]>;
  #span = $state<Span>(14);
  #past = $state.raw<PastDays | null>(null);

  #test = $derived.by(() => {
    const columns = this.#columns();
    return this.#past && columns && new BackTest(this.#past, columns);
  });
  #days = $derived.by(() => this.#test?.run(this.#marks.value) ?? []);
  #all = $derived(allDays(this.#days));

  /**
   * @param moved reads what the marks follow
   * @param marks one pair for every picture, or one for each of the columns
   */
  constructor(
    session: Session,
    columns: () => ScoreColumns | null,
    moved: () => unknown,
    marks: () => Marks | readonly (Marks | null)[],
  ) {
    this.#session = session;
    this.#columns = columns;
    this.#marks = new AfterPaint(moved, marks);
  }

  get span(): Span {
    return this.#span;
  }

  get loaded(): boolean {
    return this.#past !== null;
  }

  /** Newest first. */
  get days() {
    return this.#days.map((over, at) => ({ day: this.#past?.days[at] ?? '', ...over })).reverse();
  }

  get all() {
    return this.#all;
  }

  async show(span: Span): Promise<void> {
    this.#span = span;
    const past = await this.#session.ask((client) => client.whatIf.past({ days: span }));
    if (past && this.#span === span) this.#past = past;
  }
}
