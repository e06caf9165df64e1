import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { FigureFilter, FiguresView } from '#core/contract/figures.ts';
import { figuresCsv } from '#core/report/figures-csv.ts';
import { figureTable, figuresView, type FigureQuery } from '#core/report/figures.ts';
import { foldFigures } from '#core/store/figure-fold.ts';
import { figurePictures } from '#core/store/figure-pictures.ts';
import { openStore, type Store } from '#core/store/open.ts';
import { createTranslator } from '#messages/translate.ts';
import { fillFigureLine } from '../store/figure-line.ts';
import type { FixturePictures } from './fixture-pictures.ts';

/** Noon of Monday, 23 November 2026, by the clock on the wall: a figure of this week is one of today. */
const nowMs = new Date(2026, 10, 23, 12).getTime();

/** Figures of 600 pictures over eight days, counted by the real core from a real database. */
export class FixtureFigures {
  readonly #pictures: FixturePictures;
  readonly #full: boolean;
  #store: Store | null = null;
  /** Bends what the next figures say. */
  change: (view: FiguresView) => FiguresView = (view) => view;
  /** What was written last. */
  sheet = '';

  constructor(pictures: FixturePictures, full: boolean) {
    this.#pictures = pictures;
    this.#full = full;
  }

  /** Made when it is first asked for: most windows never look at figures. */
  get store(): Store {
    if (this.#store !== null) return this.#store;
    const folder = mkdtempSync(join(tmpdir(), 'minarai-figures-'));
    const store = openStore(folder);
    // SQLite keeps its files open; what is removed now is gone with this process.
    rmSync(folder, { recursive: true, force: true });
    if (this.#full)
      fillFigureLine(store.write, {
        ...{ pictures: 600, days: 8, lastDay: [2026, 11, 23], taught: 60 },
        ...{ classNames: ['良品', '不良', 'ブローホール', '割れ', 'ひび'] },
        isDefect: (n) => this.#pictures.isDefect(n),
        fileName: (n) => this.#pictures.fileName(n),
      });
    this.#store = store;
    return store;
  }

  #counted() {
    const { read, write } = this.store;
    while (foldFigures(write, 500) > 0);
    return read;
  }

  async view(query: FigureQuery): Promise<FiguresView> {
    return this.change(await figuresView(this.#counted(), query, nowMs));
  }

  pictures({ filter, ...page }: { filter: FigureFilter; beforeId?: number | undefined; limit: number }) {
    return figurePictures(this.#counted(), filter, page);
  }

  async write({ locale, ...query }: FigureQuery & { readonly locale: 'ja' | 'en' }): Promise<string> {
    const { days, rows } = await figureTable(this.#counted(), query, nowMs);
    this.sheet = figuresCsv(rows, query.by, days, createTranslator(locale));
    return `figures-${query.by}-${days.from}-${days.to}.csv`;
  }
}
