import { statSync } from 'node:fs';
import { setTimeout } from 'node:timers/promises';
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

async function timed(work: () => unknown): Promise<number> {
  const start = performance.now();
  await work();
  return performance.now() - start;
}

/** The longest time for which nothing else got a turn meanwhile. */
async function longestTurn(work: () => unknown): Promise<number> {
  let [seenMs, longest] = [performance.now(), 0];
  const look = (): void => {
    const nowMs = performance.now();
    longest = Math.max(longest, nowMs - seenMs);
    seenMs = nowMs;
  };
  const timer = setInterval(look, 1);
  await setTimeout(5);
  longest = 0;
  await work();
  await setTimeout(5);
  clearInterval(timer);
  return longest;
}

async function rows(context: BenchContext, pictures: number): Promise<Row[]> {
  const { workDir, quick, say } = context;
  const n = quick ? pictures / 100 : pictures;
  const store = openStore(join(workDir, `figures-${n}`));
  try {
    const endMs = Date.now();
    const filled = await timed(() =>
      fillFigures(store.write, { pictures: n, lots: Math.min(LOTS, n / 10), days: DAYS }, endMs),
    );
    say(`${n} pictures written in ${Math.round(filled / 1000)} s`);
    const steps: number[] = [];
    for (let left = true; left;) steps.push(await timed(() => (left = foldFigures(store.write, AT_ONCE) > 0)));
    const counted = steps.reduce((sum, ms) => sum + ms, 0);
    const what = (name: string): string => `${name}, ${n} judged pictures, ${DAYS} days`;
    const measure = async (name: string, work: () => unknown): Promise<Row[]> => {
      const [answers, turns]: [number[], number[]] = [[], []];
      for (let round = 0; round < roundsOf(context); round++) {
        answers.push(await timed(work));
        turns.push(await longestTurn(work));
      }
      const row = { unit: 'ms', better: 'less' } as const;
      return [
        rowOf({ ...row, what: what(name), ours: answers }),
        rowOf({ ...row, what: what(`${name}: longest turn`), ours: turns, target: TARGET_MS }),
      ];
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
      ...(await view('camera')),
      ...(await view('day')),
      ...(await view('shift')),
      ...(await view('lot')),
      ...(await view('class')),
      ...(await list('all')),
      ...(await list('waiting')),
      ...(await list('missed')),
      ...(await measure('the whole table of lots', () => figureTable(store.read, { period, by: 'lot' }, endMs))),
    ];
  } finally {
    store.close();
  }
}

export const dashboard: Bench = (context) =>
  wanted(context, { hundredThousand: () => rows(context, 100_000), million: () => rows(context, 1_000_000) });
