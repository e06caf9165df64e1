import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseBoxes, toRegions } from '#core/ingest/manifest-regions.ts';

const side = fc.integer({ min: 1, max: 5000 });
const box = fc
  .record({ x: side, y: side, width: side, height: side })
  .map(({ x, y, ...size }) => ({ x: x - 1, y: y - 1, ...size }));

describe('regions of a manifest', () => {
  it('are read as they were written', () => {
    fc.assert(
      fc.property(fc.array(box, { maxLength: 50 }), fc.constantFrom(';', '; ', ' ;'), (boxes, between) => {
        const cell = boxes.map(({ x, y, width, height }) => `${x} ${y} ${width}  ${height}`).join(between);
        expect(parseBoxes(cell)).toEqual(boxes);
      }),
    );
  });

  it('are boxes or refused, whatever the cell holds', () => {
    const cell = fc.string({ unit: fc.constantFrom('1', '0', ' ', ';', '-', '.', 'e', 'x'), maxLength: 30 });
    fc.assert(
      fc.property(cell, (text) => {
        for (const { x, y, width, height } of parseBoxes(text) ?? []) {
          expect(Math.min(x, y)).toBeGreaterThanOrEqual(0);
          expect(Math.min(width, height)).toBeGreaterThan(0);
        }
      }),
    );
    expect(parseBoxes('1 2 3 4;')).toBeNull();
  });

  it('are shares of their picture, or outside of it', () => {
    fc.assert(
      fc.property(box, side, side, (one, width, height) => {
        const regions = toRegions([one], { width, height });
        const fits = one.x + one.width <= width && one.y + one.height <= height;
        expect(regions !== null).toBe(fits);
        expect((regions?.[0]?.x ?? 0) * width).toBeCloseTo(fits ? one.x : 0, 6);
      }),
    );
  });
});
