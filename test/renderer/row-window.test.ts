import fc from 'fast-check';
import { expect, it } from 'vitest';
import { rowWindow } from '../../renderer/state/row-window.ts';

it('covers all that is seen with a bounded number of rows, wherever a list of any length is scrolled to', () => {
  fc.assert(
    fc.property(
      fc.nat(200_000),
      fc.integer({ min: 20, max: 200 }),
      fc.double({ min: -50, max: 2e7, noNaN: true }),
      fc.integer({ min: 0, max: 3000 }),
      (count, rowHeight, scrollTop, viewHeight) => {
        const { first, end, above, whole } = rowWindow(count, rowHeight, { scrollTop, viewHeight });
        const top = Math.min(Math.max(0, scrollTop), Math.max(0, whole - viewHeight));
        expect(above).toBeLessThanOrEqual(top);
        expect(Math.min(whole, top + viewHeight)).toBeLessThanOrEqual(end * rowHeight);
        expect(first).toBeGreaterThanOrEqual(0);
        expect(first).toBeLessThanOrEqual(end);
        expect(end).toBeLessThanOrEqual(count);
        expect(end - first).toBeLessThanOrEqual(Math.ceil(viewHeight / rowHeight) + 14);
        expect([above, whole]).toEqual([first * rowHeight, count * rowHeight]);
      },
    ),
  );
});
