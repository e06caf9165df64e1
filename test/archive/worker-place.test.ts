import fc from 'fast-check';
import { expect, it } from 'vitest';
import { readWorkerPlace, turnedTo } from '#core/domain/worker-place.ts';

it('every worker gets every task, and the first tasks of several are different ones', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 40 }), fc.integer({ min: 1, max: 200 }), (count, length) => {
      const tasks = Array.from({ length }, (_, at) => at);
      const orders = tasks.slice(0, count).map((_, index) => turnedTo(tasks, { index, count }));
      for (const order of orders) expect([...order].sort((a, b) => a - b)).toEqual(tasks);
      if (count <= length) expect(new Set(orders.map(([first]) => first)).size).toBe(count);
    }),
  );
});

it('reads the number of a worker, and nothing that is none', () => {
  expect(readWorkerPlace('2/5')).toEqual({ index: 1, count: 5 });
  for (const wrong of ['0/5', '6/5', '1', '1/0', '-1/2', '1/2/3', 'a/b', '1.5/2', ' 1/2', ''])
    expect([wrong, readWorkerPlace(wrong)]).toEqual([wrong, null]);
});
