import { setImmediate as breathe } from 'node:timers/promises';
import { join } from 'node:path';
import { createTranslator } from '#messages/translate.ts';
import { toErrorData } from './contract/errors.ts';
import type { FiguresView } from './contract/figures.ts';
import type { Locale } from './contract/views.ts';
import type { Core } from './core.ts';
import { exportsFolder, replaceFile, stamp } from './exports.ts';
import { figureTable, figuresView, type FigureQuery } from './report/figures.ts';
import { figuresCsv } from './report/figures-csv.ts';
import { addAudit } from './store/audit.ts';
import { foldFigures } from './store/figure-fold.ts';

/** Pictures counted anew in one transaction; between two, calls are answered (0.1 ms each; bench dashboard). */
const AT_ONCE = 200;
/** Of what is due when somebody asks, so much is counted first. */
const BEFORE_ANSWER = 500;

/** Figures that follow what is said of pictures, some pictures at a time. */
export interface Figures {
  readonly view: (query: FigureQuery) => Promise<FiguresView>;
  /** Writes the whole table into the folder of exports; returns the file's name. */
  readonly write: (query: FigureQuery, locale: Locale) => Promise<string>;
  readonly close: () => Promise<void>;
}

export function createFigures(core: Core): Figures {
  const { store, person, now, log, dataDir } = core;
  let closed = false;
  let work: Promise<void> | null = null;

  const run = async (): Promise<void> => {
    try {
      let worked = false;
      await breathe();
      while (!closed && foldFigures(store.write, AT_ONCE) > 0) {
        worked = true;
        await breathe();
      }
      work = null;
      if (worked && !closed) core.changed();
    } catch (thrown) {
      // A full disk, say: what is due stays so, and the next change goes on with it.
      log('warn', 'figures_not_counted', { ...toErrorData(thrown) });
      work = null;
    }
  };
  const wake = (): void => {
    if (!closed) work ??= run();
  };
  /** Counts what was said just now before it is asked for; the rest follows. */
  const catchUp = (): void => {
    foldFigures(store.write, BEFORE_ANSWER);
    wake();
  };
  const stopListening = core.onChange(wake);
  wake();

  return {
    view(query) {
      catchUp();
      return figuresView(store.read, query, now());
    },
    async write(query, locale) {
      catchUp();
      const atMs = now();
      const { days, rows } = await figureTable(store.read, query, atMs);
      const file = `figures-${query.by}-${days.from}-${days.to}-${stamp(atMs)}.csv`;
      await replaceFile(
        join(exportsFolder({ dataDir }), file),
        figuresCsv(rows, query.by, days, createTranslator(locale)),
      );
      addAudit(store.write, {
        who: person(),
        what: 'figures.export',
        params: { by: query.by, from: days.from, to: days.to },
        atMs,
      });
      return file;
    },
    close: async () => {
      closed = true;
      stopListening();
      await work;
    },
  };
}
