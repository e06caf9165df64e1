import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { defectInPicture, tileCrops, typicalSize } from '#core/domain/tile-crops.ts';

const TILE = 64;
const defect = fc.double({ min: 3, max: 500, noNaN: true });

describe('crops from the smallest defect', () => {
  it('are those without an answer where the defect is of the size that those are right for', () => {
    expect(tileCrops(83 / 8, TILE)).toEqual({ cropMinPx: expect.closeTo(45, 9), cropMaxPx: expect.closeTo(83, 9) });
  });

  it('always hold the native resolution at which whole pictures are judged, and stay within bounds', () => {
    fc.assert(
      fc.property(defect, fc.integer({ min: 32, max: 256 }), (px, tilePx) => {
        const { cropMinPx, cropMaxPx } = tileCrops(px, tilePx);
        expect(cropMinPx).toBeGreaterThanOrEqual(tilePx / 2 - 1e-9);
        expect(cropMinPx).toBeLessThan(tilePx);
        expect(cropMaxPx).toBeGreaterThanOrEqual(tilePx);
        expect(cropMaxPx).toBeLessThanOrEqual(2.6 * tilePx);
      }),
    );
  });

  it('show the defect over two cells of the mask at least, as soon as a crop at native resolution can', () => {
    fc.assert(
      fc.property(fc.double({ min: 8, max: 500, noNaN: true }), (px) => {
        expect((px * TILE) / tileCrops(px, TILE).cropMaxPx).toBeGreaterThanOrEqual(8 - 1e-9);
      }),
    );
  });

  it('grow with the defect, without jumps', () => {
    fc.assert(
      fc.property(defect, (px) => {
        const [here, next] = [tileCrops(px, TILE), tileCrops(px + 0.01, TILE)];
        for (const side of ['cropMinPx', 'cropMaxPx'] as const) {
          expect(next[side]).toBeGreaterThanOrEqual(here[side]);
          expect(next[side] - here[side]).toBeLessThan(0.1);
        }
      }),
    );
  });
});

describe('a defect in a picture', () => {
  it('keeps its size up to the cap, and shrinks with a larger picture', () => {
    expect(defectInPicture(12, { width: 400, height: 300 })).toEqual({ seen: 'yes', px: 12 });
    expect(defectInPicture(12, { width: 2048, height: 1536 })).toEqual({ seen: 'yes', px: 3 });
  });

  it('is too small where less than 3 pixels are left, and the size that would do is told', () => {
    expect(defectInPicture(2.9, { width: 400, height: 300 })).toEqual({ seen: 'too_small', leastPx: 3 });
    expect(defectInPicture(11, { width: 2448, height: 2048 })).toEqual({ seen: 'too_small', leastPx: 15 });
    expect(defectInPicture(15, { width: 2448, height: 2048 })).toMatchObject({ seen: 'yes' });
  });

  it('is too large where it is larger than the shorter side', () => {
    expect(defectInPicture(300, { width: 400, height: 300 })).toMatchObject({ seen: 'yes' });
    expect(defectInPicture(301, { width: 400, height: 300 })).toEqual({ seen: 'too_large', mostPx: 300 });
  });

  it('is judged by the picture in the middle', () => {
    const size = (width: number) => ({ width, height: 100 });
    expect(typicalSize([size(4000), size(640), size(512)])).toEqual(size(640));
    expect(() => typicalSize([])).toThrow(RangeError);
  });
});
