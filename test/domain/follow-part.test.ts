import fc from 'fast-check';
import * as v from 'valibot';
import { describe, expect, it } from 'vitest';
import { InspectionArea } from '#core/contract/inspection-area.ts';
import { movedWindow, sharesOf, shiftOf, UNMOVED } from '#core/domain/follow-part.ts';
import { LEAST_SIDE, pixelsOf, type Box } from '#core/domain/inspection-area.ts';

const side = fc.integer({ min: 8, max: 6000 });
const share = (min: number, max: number) => fc.double({ min, max, noNaN: true });
const box = fc
  .tuple(share(LEAST_SIDE, 1), share(LEAST_SIDE, 1), share(0, 1), share(0, 1))
  .map(([width, height, x, y]): Box => ({ x: x * (1 - width), y: y * (1 - height), width, height }));
const shift = fc.record({ x: share(-1, 1), y: share(-1, 1) });

describe('a moved window', () => {
  it('has the size of the unmoved one and lies in the picture, moved as far as that allows', () => {
    fc.assert(
      fc.property(side, side, box, shift, (width, height, region, by) => {
        const size = { width, height };
        const still = pixelsOf(region, size);
        const { window, shift: shapes } = movedWindow(region, by, size);
        expect([window.width, window.height]).toEqual([still.width, still.height]);
        expect(Math.min(window.left, window.top)).toBeGreaterThanOrEqual(0);
        expect(window.left + window.width).toBeLessThanOrEqual(width);
        expect(window.top + window.height).toBeLessThanOrEqual(height);
        for (const [from, to, moved, room] of [
          [still.left, window.left, shapes.x, width - window.width],
          [still.top, window.top, shapes.y, height - window.height],
        ] as const) {
          const free = from + moved >= 0 && from + moved <= room;
          expect(to).toBe(free ? from + moved : moved < 0 ? 0 : room);
        }
        expect(Math.abs(shapes.x - by.x * width)).toBeLessThanOrEqual(0.5);
        // As shares it means the same pixels.
        expect(pixelsOf(sharesOf(window, size), size)).toEqual(window);
      }),
    );
  });

  it('is the unmoved one where the part lies where it lay', () => {
    fc.assert(
      fc.property(side, side, fc.option(box), (width, height, region) => {
        const size = { width, height };
        const still = { window: pixelsOf(region, size), shift: { x: 0, y: 0 } };
        expect(movedWindow(region, UNMOVED, size)).toEqual(still);
      }),
    );
  });
});

describe('how far a part has moved', () => {
  const reference: Box = { x: 0.2, y: 0.3, width: 0.4, height: 0.3 };

  it('is measured between centres, so that a part seen a little larger all around has not moved', () => {
    const larger = { x: 0.29, y: 0.19, width: 0.42, height: 0.32 };
    expect(shiftOf(larger, reference)?.x).toBeCloseTo(0.1, 9);
    expect(shiftOf(larger, reference)?.y).toBeCloseTo(-0.1, 9);
  });

  it('is not known where there is none, or one of another size', () => {
    expect(shiftOf(null, reference)).toBeNull();
    expect(shiftOf({ ...reference, width: 0.34 }, reference)).toBeNull();
    expect(shiftOf({ ...reference, height: 0.34 }, reference)).toBeNull();
  });
});

describe('an area that goes with the part', () => {
  const region: Box = { x: 0.1, y: 0.1, width: 0.5, height: 0.5 };

  it('needs a region to move and a part that lies in the picture', () => {
    const area = { region, ignore: [], follow: { box: region } };
    expect(v.parse(InspectionArea, area)).toEqual(area);
    for (const bad of [
      { ...area, region: null },
      { ...area, follow: {} },
      { ...area, follow: { box: { ...region, x: 0.9 } } },
      { ...area, follow: { box: { ...region, width: Number.NaN } } },
    ])
      expect(v.safeParse(InspectionArea, bad).success).toBe(false);
  });

  it('is written as before where it stays in its place: pictures decoded by it are found again', () => {
    const text = JSON.stringify({ region, ignore: [] });
    expect(JSON.stringify(v.parse(InspectionArea, JSON.parse(text)))).toBe(text);
  });
});
