import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { limitCrops } from '#core/domain/limit-crop.ts';

const marked = (x: number, y: number, side: number) => ({
  ...{ width: 1000, height: 800 },
  regions: [{ x: x / 1000, y: y / 800, width: side / 1000, height: side / 800 }],
});

describe('crops of limit samples', () => {
  it('lie around the defects, all of the size that the largest asks for', () => {
    expect(limitCrops([marked(500, 400, 100), marked(200, 300, 40)])).toEqual([
      { x: 425, y: 325, side: 250 },
      { x: 95, y: 195, side: 250 },
    ]);
  });

  it('show the place of the first marked one where nothing is marked', () => {
    const [, good] = limitCrops([marked(500, 400, 100), { width: 1000, height: 800, regions: [] }]);
    expect(good).toEqual({ x: 425, y: 325, side: 250 });
  });

  it('are the whole pictures where nothing is marked, or the defect nearly fills one', () => {
    expect(limitCrops([{ width: 100, height: 80, regions: [] }])).toEqual([null]);
    expect(limitCrops([marked(100, 100, 500)])).toEqual([null]);
    expect(limitCrops([])).toEqual([]);
  });

  it('are of one size, within their pictures, and hold every defect', () => {
    const box = fc
      .record({
        x: fc.double({ min: 0, max: 0.8, noNaN: true }),
        y: fc.double({ min: 0, max: 0.8, noNaN: true }),
        width: fc.double({ min: 0.01, max: 0.2, noNaN: true }),
        height: fc.double({ min: 0.01, max: 0.2, noNaN: true }),
      })
      .map((one) => [one]);
    const picture = fc.record({
      width: fc.integer({ min: 200, max: 3000 }),
      height: fc.integer({ min: 200, max: 3000 }),
      regions: fc.oneof(box, fc.constant([])),
    });
    fc.assert(
      fc.property(fc.array(picture, { minLength: 1, maxLength: 6 }), (pictures) => {
        const crops = limitCrops(pictures);
        expect(new Set(crops.map((crop) => crop?.side)).size).toBe(1);
        for (const [at, { width, height, regions }] of pictures.entries()) {
          const crop = crops[at] ?? null;
          if (crop === null) continue;
          expect(crop.x >= 0 && crop.y >= 0 && crop.x + crop.side <= width && crop.y + crop.side <= height).toBe(true);
          for (const region of regions) {
            // Places are whole pixels.
            expect(region.x * width).toBeGreaterThanOrEqual(crop.x - 1);
            expect((region.x + region.width) * width).toBeLessThanOrEqual(crop.x + crop.side + 1);
            expect((region.y + region.height) * height).toBeLessThanOrEqual(crop.y + crop.side + 1);
          }
        }
      }),
    );
  });
});
