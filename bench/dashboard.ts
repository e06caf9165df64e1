import { statSync } from 'node:fs';
import { join } from 'node:path';
import type { FigureBy } from '#core/contract/figures.ts';
import { figureTable, figuresView } from '#core/report/figures.ts';
import { foldFigures } from '#core/store/figure-fold.ts';
import { figurePictures } from '#core/store/figure-pictures.ts';
import { openStore } from '#core/store/open.ts';
import { type Bench, type BenchContext, roundsOf, wanted } from './bench.ts';
import { fillFigures } from './figures-store.ts';
import { type Row, rowOf } from './row.ts';

/*
 * Figures of a whole pilot from a database of so many judged pictures: how long the core is kept from everything else.
 */

/** While it lasts no picture is judged and no key answered. */
const TARGET_MS = 200;
const AT_ONCE = 200;
const DAYS = 90;
const LOTS = 10_000;

function timed(work: () => unknown): number {
  const start = performance.now();
  work();
  return performance.now() - start;
}

async function rows(context: BenchContext, pictures: number): Promise<Row[]> {
  const { workDir, quick, say } = context;
  const n = quick ? pictures / 100 : pictures;
  const store = openStore(join(workDir, `figures-${n}`));
  try {
    const endMs = Date.now();
    const filled = timed(() =>
      fillFigures(store.write, { pictures: n, lots: Math.min(LOTS, n / 10), days: DAYS }, endMs),
    );
    say(`${n} pictures written in ${Math.round(filled / 1000)} s`);
    const steps: number[] = [];
    for (let left = true; left;) steps.push(timed(() => (left = foldFigures(store.write, AT_ONCE) > 0)));
    const counted = steps.reduce((sum, ms) => sum + ms, 0);
    const what = (name: string): string => `${name}, ${n} judged pictures, ${DAYS} days`;
    const measure = (name: string, work: () => unknown, target = TARGET_MS): Row => {
      const ours = Array.from({ length: roundsOf(context) }, () => timed(work));
      return rowOf({ what: what(name), unit: 'ms', better: 'less', ours, target });
    };
    const period = { kind: 'pilot' } as const;
    const view = (by: FigureBy) => measure(`figures by ${by}`, () => figuresView(store.read, { period, by }, endMs));
    const list = (which: 'waiting' | 'missed' | 'all') =>
      measure(`pictures: ${which}`, () => figurePictures(store.read, { which }, { limit: 200 }));
    const detail = { database_mb: Math.round(statSync(store.file).size / 1e6), of_at_once: AT_ONCE };
    return [
      rowOf({ what: what('counting all anew'), unit: 's', better: 'less', ours: [counted / 1000], detail }),
      rowOf({
        what: what('longest step of that'),
        unit: 'ms',
        better: 'less',
        ours: [Math.max(...steps)],
        target: TARGET_MS,
      }),
      ...(['camera', 'day', 'shift', 'lot', 'class'] as const).map(view),
      ...(['all', 'waiting', 'missed'] as const).map(list),
      measure('the whole table of lots', () => figureTable(store.read, { period, by: 'lot' }, endMs), 5000),
    ];
  } finally {
    store.close();
  }
}

export const dashboard: Bench = (context) =>
  wanted(context, { hundredThousand: () => rows(context, 100_000), million: () => rows(context, 1_000_000) });
