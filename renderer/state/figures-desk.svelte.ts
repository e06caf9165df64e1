import type { FiguresView } from '#core/contract/figures.ts';
import { queryText, type FigureQuery } from './figures-address.ts';
import type { Session } from './session.svelte.ts';

/** While pictures come in, figures are asked for again no more often than this (ms). */
const PACE_MS = 2000;

/** What the figures are asked for until somebody chooses. */
const usual: FigureQuery = { period: { kind: 'week' }, by: 'camera' };

/** Figures as they were last told; kept while their pictures are looked at, so that one comes back to the same place. */
export class FiguresDesk {
  readonly #session: Session;
  #query = $state.raw<FigureQuery>(usual);
  #view = $state.raw<FiguresView | null>(null);
  #turn = 0;
  #askedMs = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;
  /** How far the page was scrolled. */
  scrollTop = 0;

  constructor(session: Session) {
    this.#session = session;
  }

  get query(): FigureQuery {
    return this.#query;
  }

  /** null: not told yet. */
  get view(): FiguresView | null {
    return this.#view;
  }

  /** Shows other figures; the former stay until these have come. */
  show(query: FigureQuery): void {
    if (queryText(query) === queryText(this.#query) && this.#view !== null) return;
    this.#query = query;
    this.scrollTop = 0;
    void this.#load();
  }

  /** Something has changed: asks again, soon if that was done just now. */
  renew(): void {
    if (this.#timer !== undefined) return;
    const wait = Math.max(0, this.#askedMs + PACE_MS - Date.now());
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      void this.#load();
    }, wait);
  }

  async #load(): Promise<void> {
    const turn = ++this.#turn;
    const { period, by } = this.#query;
    this.#askedMs = Date.now();
    const view = await this.#session.ask((client) => client.figures.get({ period, by }));
    if (turn !== this.#turn || view === null) return;
    this.#view = view;
    if (view.pending > 0) this.renew();
  }

  close(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }
}
