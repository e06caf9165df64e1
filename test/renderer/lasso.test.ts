import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isInside } from '../../renderer/charts/lasso.ts';

const unit = fc.double({ min: -1, max: 1, noNaN: true });

describe('lasso', () => {
  it('agrees with the distance from the middle of a circle', () => {
    const circle = Array.from({ length: 720 }, (_, at) => ({
      x: Math.cos((at * Math.PI) / 360),
      y: Math.sin((at * Math.PI) / 360),
    }));
    fc.assert(
      fc.property(unit, unit, (x, y) => {
        const distance = Math.hypot(x, y);
        fc.pre(Math.abs(distance - 1) > 0.001);
        expect(isInside({ x, y }, circle)).toBe(distance < 1);
      }),
    );
  });

  it('leaves the notch of a U outside, whichever way it was drawn', () => {
    const u = [
      [0, 0],
      [3, 0],
      [3, 3],
      [2, 3],
      [2, 1],
      [1, 1],
      [1, 3],
      [0, 3],
    ].map(([x = 0, y = 0]) => ({ x, y }));
    for (const outline of [u, u.toReversed()]) {
      expect(isInside({ x: 1.5, y: 2 }, outline)).toBe(false);
      expect(isInside({ x: 0.5, y: 2 }, outline)).toBe(true);
      expect(isInside({ x: 1.5, y: 0.5 }, outline)).toBe(true);
    }
    expect(isInside({ x: 0, y: 0 }, [])).toBe(false);
  });
});
