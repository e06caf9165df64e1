import { expect, it } from 'vitest';
import { LongList } from '../../renderer/state/long-list.svelte.ts';

const PAGE = 10;

/** Rows with the ids `newest` … 1, served by pages; `newest` may grow. */
function source(newest: number) {
  const state = { newest, asked: 0, away: false };
  const list = new LongList<{ readonly id: number }>(async (beforeId) => {
    state.asked++;
    if (state.away) return null;
    const from = beforeId === undefined ? state.newest : beforeId - 1;
    const rows = Array.from({ length: Math.min(PAGE, from) }, (_, at) => ({ id: from - at }));
    return { rows, total: state.newest };
  });
  return { list, state, ids: () => list.rows.map(({ id }) => id) };
}
const down = (from: number, to: number): number[] => Array.from({ length: from - to + 1 }, (_, at) => from - at);

it('loads what follows once, however often it is asked to, and stops at the end', async () => {
  const { list, state, ids } = source(25);
  await list.refresh();
  await Promise.all([list.more(), list.more(), list.more()]);
  expect([state.asked, ids()]).toEqual([2, down(25, 6)]);
  await list.more();
  await list.more();
  expect([state.asked, ids()]).toEqual([3, down(25, 1)]);
});

it('keeps what is loaded when new rows come, but never with a gap between', async () => {
  const { list, state, ids } = source(20);
  await list.refresh();
  await list.more();
  state.newest = 23;
  await list.refresh();
  expect(ids()).toEqual(down(23, 1));
  state.newest = 60;
  await list.refresh();
  expect(ids()).toEqual(down(60, 51));
});

it('stays as it is while nothing can be had, and forgets a row that is done with', async () => {
  const { list, state, ids } = source(20);
  await list.refresh();
  state.away = true;
  await list.more();
  await list.refresh();
  expect(ids()).toEqual(down(20, 11));
  state.away = false;
  list.remove(20);
  list.remove(99);
  expect([list.total, ids()]).toEqual([19, down(19, 11)]);
});
