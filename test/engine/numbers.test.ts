import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Random } from '#core/domain/random.ts';
import { DataOrder } from '#engine/data-order.ts';
import { alignment, effectiveRank, spread } from '#engine/effective-rank.ts';
import { HealthWatch } from '#engine/health.ts';

describe('data order', () => {
  it('takes every picture once an epoch, in another order each time', () => {
    const order = new DataOrder(10, new Random(1));
    const [first, second] = [order.take(10), order.take(10)];
    expect(first.toSorted((a, b) => a - b)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
    expect(second.toSorted((a, b) => a - b)).toEqual(first.toSorted((a, b) => a - b));
    expect(second).not.toEqual(first);
    expect(order.epoch).toBe(2);
  });

  it('goes on from a saved state as if it had not stopped, wherever that was', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 30 }), fc.nat(100), fc.nat(100), (count, before, after) => {
        const straight = new DataOrder(count, new Random(7));
        straight.take(before);
        const resumed = DataOrder.restore(count, JSON.parse(JSON.stringify(straight.state())));
        expect(resumed.epoch).toBe(straight.epoch);
        expect(resumed.take(after)).toEqual(straight.take(after));
      }),
    );
  });
});

describe('collapse alarms', () => {
  // numpy: singular values of the matrix, exp of the entropy of their shares.
  it('has the effective rank that numpy finds', () => {
    const rows = (f: (i: number, j: number) => number) =>
      Array.from({ length: 9 }, (_, i) => Array.from({ length: 6 }, (__, j) => Math.sin(f(i, j))));
    expect(effectiveRank(rows((i, j) => 1 + 3 * i + 7 * j))).toBeCloseTo(1.8056250272, 5);
    expect(effectiveRank(rows((i, j) => 1 + 3 * i * i + 7 * j * j))).toBeCloseTo(1.9632168408, 5);
  });

  it('is 1 for one direction and the dimension for an orthogonal set', () => {
    expect(effectiveRank([[1, 2, 3]])).toBeCloseTo(1, 6);
    expect(
      effectiveRank([
        [2, 0, 0],
        [0, 2, 0],
        [0, 0, 2],
      ]),
    ).toBeCloseTo(3, 6);
  });

  it('measures alignment and spread as mean squared distances', () => {
    expect(
      alignment(
        [
          [0, 0],
          [1, 0],
        ],
        [
          [0, 1],
          [1, 2],
        ],
      ),
    ).toBe(2.5);
    expect(
      spread([
        [0, 0],
        [2, 0],
      ]),
    ).toBe(1);
  });

  it('calls a training warming up, learning, flat or collapsed', () => {
    const watch = new HealthWatch(20);
    expect(watch.health(5)).toBe('warming_up');
    for (let step = 0; step < 300; step++) watch.seeLoss(step, 5 - step / 100);
    expect(watch.health(299)).toBe('learning');
    for (let step = 300; step < 600; step++) watch.seeLoss(step, 2);
    expect(watch.health(599)).toBe('plateau');
    const point = [
      [1, 0],
      [1, 0],
    ];
    watch.seeProjections(point, point, point);
    expect(watch.health(599)).toBe('collapsed');
    watch.seeProjections([[1, 0]], [[0, 1]], [[-1, 0]]);
    expect(watch.health(599)).toBe('plateau');
  });
});
