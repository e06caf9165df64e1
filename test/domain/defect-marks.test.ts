import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { DefectRegion } from '#core/contract/engine.ts';
import { boxesAround, markedCells, marksThatShow, markWithin } from '#core/domain/defect-marks.ts';
import { labelled } from '#core/jobs/images-file.ts';
import type { PictureRow } from '#core/store/images.ts';

const place = fc.double({ min: 0, max: 1, noNaN: true });
const point = fc.tuple(place, place);
const stroke = fc.record({
  points: fc.array(point, { minLength: 1, maxLength: 5 }),
  width: fc.double({ min: 0.005, max: 0.3, noNaN: true }),
});
const grid = fc.record({ columns: fc.integer({ min: 1, max: 40 }), rows: fc.integer({ min: 1, max: 40 }) });

const sum = (cells: Uint8Array): number => cells.reduce((total, cell) => total + cell, 0);

describe('marks of a defect', () => {
  it('cover at least one cell, whatever is drawn inside the picture', () => {
    fc.assert(
      fc.property(stroke, grid, (mark, cells) => {
        const inside = mark.points.map(([x, y]): [number, number] => [Math.min(x, 0.999), Math.min(y, 0.999)]);
        expect(sum(markedCells([{ ...mark, points: inside }], cells))).toBeGreaterThan(0);
      }),
    );
  });

  it('are taken away where the eraser went, and only marks before it', () => {
    fc.assert(
      fc.property(stroke, stroke, grid, (painted, erased, cells) => {
        const eraser = { ...erased, erase: true };
        const [before, after] = [markedCells([painted], cells), markedCells([painted, eraser], cells)];
        const rubbed = markedCells([eraser, painted], cells);
        expect(after.every((cell, at) => cell <= (before[at] ?? 0))).toBe(true);
        expect(rubbed).toEqual(before);
      }),
    );
  });

  it('are none where the eraser has taken all', () => {
    const painted = { points: [[0.3, 0.3] as const], width: 0.1 };
    const size = { width: 800, height: 400 };
    expect(marksThatShow([painted], size)).toEqual([painted]);
    expect(marksThatShow([painted, { ...painted, width: 0.02, erase: true }], size)).toHaveLength(2);
    expect(marksThatShow([painted, { ...painted, width: 0.2, erase: true }], size)).toEqual([]);
  });

  it('cover the same pixels when they are told in shares of a part of the picture', () => {
    const size = { width: 120, height: 80 };
    // 60 × 40 pixels from (30, 20) on.
    const region = { x: 0.25, y: 0.25, width: 0.5, height: 0.5 };
    fc.assert(
      fc.property(fc.oneof(stroke, fc.constant({ x: 0.4, y: 0.3, width: 0.3, height: 0.2 })), (mark) => {
        const whole = markedCells([mark], { columns: 120, rows: 80 });
        const inside = markWithin(mark, region, size);
        const part = inside === null ? new Uint8Array(60 * 40) : markedCells([inside], { columns: 60, rows: 40 });
        let differ = 0;
        for (let row = 0; row < 40; row++)
          for (let column = 0; column < 60; column++)
            if (part[row * 60 + column] !== whole[(row + 20) * 120 + column + 30]) differ++;
        // A cell whose middle lies on the edge to a rounding error may fall to either side.
        expect(differ).toBeLessThanOrEqual(2);
      }),
    );
  });

  it('reach the engine as they were drawn, moved into what is inspected', () => {
    const regions: DefectRegion[] = [{ points: [[0.5, 0.5]], width: 0.1 }];
    const row = { id: 1, path: 'a', page: 0, group: 'g', split: null, classId: 7, isDefect: true, regions };
    const classes = { positions: new Map([[7, 0]]), names: ['crack'], ids: [7], goodClass: null };
    const picture = { ...row, width: 200, height: 100 } as unknown as PictureRow;
    expect(labelled(picture, classes, null).regions).toEqual(regions);
    expect(labelled(picture, classes, { x: 0.25, y: 0, width: 0.5, height: 1 }).regions).toEqual([
      { points: [[0.5, 0.5]], width: 0.2 },
    ]);
    const gone = { ...picture, regions: [...regions, { points: [[0.5, 0.5]], width: 0.5, erase: true }] };
    expect(labelled(gone as PictureRow, classes, null)).not.toHaveProperty('regions');
  });

  it('have boxes around them, an eraser none', () => {
    const box = { x: 0.1, y: 0.2, width: 0.3, height: 0.1 };
    const stroke: DefectRegion = {
      points: [
        [0.5, 0.5],
        [0.7, 0.5],
      ],
      width: 0.1,
    };
    const [first, around, ...more] = boxesAround([box, stroke, { ...stroke, erase: true }], {
      width: 200,
      height: 100,
    });
    expect([first, more]).toEqual([box, []]);
    for (const [key, value] of Object.entries({ x: 0.45, y: 0.4, width: 0.3, height: 0.2 }))
      expect(around?.[key as keyof typeof box]).toBeCloseTo(value, 12);
  });
});
