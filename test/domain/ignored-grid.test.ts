import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ignoredGrid, ignoredShare, type Grid } from '#core/domain/ignored-grid.ts';
import {
  inspectedSize,
  pixelsOf,
  withinRegion,
  type Box,
  type IgnoreShape,
  type Point,
} from '#core/domain/inspection-area.ts';

const share = fc.double({ min: 0, max: 1, noNaN: true });
const point = fc.tuple(share, share);
const polygon = fc.record({
  kind: fc.constant('polygon' as const),
  points: fc.array(point, { minLength: 3, maxLength: 9 }),
});
const stroke = fc.record({
  kind: fc.constant('stroke' as const),
  points: fc.array(point, { minLength: 1, maxLength: 5 }),
  width: fc.double({ min: 0.01, max: 0.4, noNaN: true }),
});
const box: fc.Arbitrary<Box> = fc.tuple(share, share, share, share).map(([x, y, right, bottom]) => ({
  x: Math.min(0.98, x),
  y: Math.min(0.98, y),
  width: Math.max(0.02, (1 - Math.min(0.98, x)) * right),
  height: Math.max(0.02, (1 - Math.min(0.98, y)) * bottom),
}));
const side = fc.integer({ min: 8, max: 300 });
const grid: fc.Arbitrary<Grid> = fc
  .tuple(side, side, box, fc.integer({ min: 1, max: 40 }), fc.integer({ min: 1, max: 40 }))
  .map(([width, height, region, columns, rows]) => {
    const picture = { width, height };
    return { picture, window: pixelsOf(region, picture), columns, rows };
  });

const middleOf = ({ window, columns, rows }: Grid, at: number): Point => [
  window.left + ((at % columns) + 0.5) * (window.width / columns),
  window.top + (Math.floor(at / columns) + 0.5) * (window.height / rows),
];

/** Even-odd by the crossings of a ray to the right (Franklin's PNPOLY), point by point. */
function isInside([x, y]: Point, points: readonly Point[]): boolean {
  let inside = false;
  points.forEach(([x1, y1], at) => {
    const [x0, y0] = points[(at || points.length) - 1] as Point;
    if (y1 > y !== y0 > y && x < ((x0 - x1) * (y - y1)) / (y0 - y1) + x1) inside = !inside;
  });
  return inside;
}

function isOn([x, y]: Point, points: readonly Point[], radius: number): boolean {
  return points.some(([x1, y1], at) => {
    const [x0, y0] = points[Math.max(0, at - 1)] as Point;
    const [dx, dy] = [x1 - x0, y1 - y0];
    const length = dx * dx + dy * dy;
    const along = length === 0 ? 0 : Math.min(1, Math.max(0, ((x - x0) * dx + (y - y0) * dy) / length));
    return Math.hypot(x - x0 - along * dx, y - y0 - along * dy) <= radius + 1e-9;
  });
}

const rectangle = (left: number, top: number, right: number, bottom: number): IgnoreShape => ({
  kind: 'polygon',
  points: [
    [left, top],
    [right, top],
    [right, bottom],
    [left, bottom],
  ],
});
const count = (cells: Uint8Array): number => cells.reduce((sum, cell) => sum + cell, 0);
const whole = (width: number, height = width): Grid => {
  const picture = { width, height };
  return { picture, window: pixelsOf(null, picture), columns: width, rows: height };
};

describe('ignored cells', () => {
  it('are those whose middle lies in a polygon, as a point-by-point test says', () => {
    fc.assert(
      fc.property(polygon, grid, (shape, on) => {
        const points = shape.points.map(([x, y]): Point => [x * on.picture.width, y * on.picture.height]);
        const cells = ignoredGrid([shape], on);
        const wrong = [...cells].filter((cell, at) => (cell === 1) !== isInside(middleOf(on, at), points));
        // The two round a cell's place differently where an edge runs through its very middle.
        expect(wrong.length).toBeLessThanOrEqual(1);
      }),
    );
  });

  it('are those within half a width of a stroke', () => {
    fc.assert(
      fc.property(stroke, grid, (shape, on) => {
        const { width, height } = on.picture;
        const points = shape.points.map(([x, y]): Point => [x * width, y * height]);
        const radius = (shape.width * Math.max(width, height)) / 2;
        const cells = ignoredGrid([shape], on);
        const wrong = [...cells].filter((cell, at) => (cell === 1) !== isOn(middleOf(on, at), points, radius));
        expect(wrong.length).toBeLessThanOrEqual(1);
      }),
    );
  });

  it('are the union of the shapes, in any order', () => {
    fc.assert(
      fc.property(fc.array(fc.oneof(polygon, stroke), { maxLength: 4 }), grid, (shapes, on) => {
        const parts = shapes.map((shape) => ignoredGrid([shape], on));
        const union = Uint8Array.from({ length: on.columns * on.rows }, (_, at) =>
          Math.max(0, ...parts.map((part) => part[at] ?? 0)),
        );
        expect(ignoredGrid(shapes, on)).toEqual(union);
        expect(ignoredGrid(shapes.toReversed(), on)).toEqual(union);
      }),
    );
  });

  it('cover the area of the shape', () => {
    expect(count(ignoredGrid([rectangle(0.1, 0.2, 0.6, 0.7)], whole(100)))).toBe(50 * 50);
    const disc: IgnoreShape = { kind: 'stroke', points: [[0.5, 0.5]], width: 0.4 };
    expect(count(ignoredGrid([disc], whole(400))) / 400 ** 2).toBeCloseTo(Math.PI * 0.2 ** 2, 3);
    // The brush is round on the picture, not on the square of shares.
    expect(count(ignoredGrid([disc], whole(400, 200))) / (400 * 200)).toBeCloseTo(Math.PI * 0.2 ** 2 * 2, 2);
  });

  it('count a shape inside another once, and a polygon that crosses itself by even-odd', () => {
    const outer = rectangle(0.1, 0.1, 0.9, 0.9);
    const both = ignoredGrid([outer, rectangle(0.3, 0.3, 0.6, 0.6)], whole(100));
    expect(both).toEqual(ignoredGrid([outer], whole(100)));
    const twice: IgnoreShape = { kind: 'polygon', points: [...outer.points, ...outer.points] };
    expect(count(ignoredGrid([twice], whole(100)))).toBe(0);
  });

  it('are none where the shapes lie outside the window', () => {
    const picture = { width: 100, height: 100 };
    const window = pixelsOf({ x: 0.5, y: 0.5, width: 0.5, height: 0.5 }, picture);
    expect(count(ignoredGrid([rectangle(0, 0, 0.4, 0.4)], { picture, window, columns: 50, rows: 50 }))).toBe(0);
  });

  it('are told as a share of the region, not of the picture', () => {
    const area = { region: { x: 0, y: 0, width: 0.5, height: 1 }, ignore: [rectangle(0, 0, 0.25, 1)] };
    expect(ignoredShare(area, { width: 640, height: 480 })).toBeCloseTo(0.5, 2);
    expect(ignoredShare({ region: null, ignore: [] }, { width: 640, height: 480 })).toBe(0);
  });
});

describe('the inspected region', () => {
  it('is whole pixels within the picture, eight a side at least', () => {
    fc.assert(
      fc.property(box, side, side, (region, width, height) => {
        const { left, top, ...size } = pixelsOf(region, { width, height });
        expect([left, top, size.width, size.height].every(Number.isInteger)).toBe(true);
        expect(Math.min(left, top)).toBeGreaterThanOrEqual(0);
        expect(left + size.width).toBeLessThanOrEqual(width);
        expect(top + size.height).toBeLessThanOrEqual(height);
        expect(Math.min(size.width, size.height)).toBeGreaterThanOrEqual(8);
        expect(inspectedSize({ region, ignore: [] }, { width, height })).toEqual(size);
      }),
    );
  });

  it('moves a box into its own shares and back', () => {
    fc.assert(
      fc.property(box, box, (marked, region) => {
        const inside = withinRegion(marked, region);
        if (inside === null) return;
        const left = region.x + inside.x * region.width;
        const right = left + inside.width * region.width;
        expect(left).toBeCloseTo(Math.max(marked.x, region.x), 9);
        expect(right).toBeCloseTo(Math.min(marked.x + marked.width, region.x + region.width), 9);
      }),
    );
    expect(withinRegion({ x: 0, y: 0, width: 0.2, height: 0.2 }, { x: 0.5, y: 0.5, width: 0.5, height: 0.5 })).toBe(
      null,
    );
  });
});
