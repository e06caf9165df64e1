import { ignoredGrid } from './ignored-grid.ts';
import { withinRegion, type Box, type Point, type Size } from './inspection-area.ts';

/*
 * Where a person says that the defect is: boxes and brush strokes in the order in which they were drawn, places as shares of the
 * picture. A stroke of the eraser takes away what was marked before it.
 */

/** A stroke of the brush; it may run over the picture's edge. */
export interface BrushStroke {
  readonly points: readonly Point[];
  /** Share of the picture's longer side. */
  readonly width: number;
  readonly erase?: boolean | undefined;
}

export type DefectMark = Box | BrushStroke;

export const isStroke = (mark: DefectMark): mark is BrushStroke => 'points' in mark;

/** Cells of a grid that lies over the whole picture and has its aspect. */
interface Cells {
  readonly columns: number;
  readonly rows: number;
}

/** First and last position of `count` whose middle lies in a stretch; where none does, the one that holds its middle, twice. */
function within(from: number, length: number, count: number): [number, number] {
  const first = Math.ceil(from * count - 0.5);
  const last = Math.ceil((from + length) * count - 0.5) - 1;
  const clip = (at: number): number => Math.min(count - 1, Math.max(0, at));
  if (first <= last) return [clip(first), clip(last)];
  const middle = clip(Math.floor((from + length / 2) * count));
  return [middle, middle];
}

function fillBox(cells: Uint8Array, box: Box, { columns, rows }: Cells): void {
  const [top, bottom] = within(box.y, box.height, rows);
  const [left, right] = within(box.x, box.width, columns);
  for (let row = top; row <= bottom; row++) cells.fill(1, row * columns + left, row * columns + right + 1);
}

/** The cells that a stroke's way touches: what is left of one that is too thin for the middle of any cell. */
function fillWay(cells: Uint8Array, points: readonly Point[], { columns, rows }: Cells): void {
  points.forEach(([x, y], at) => {
    const [fromX, fromY] = points[Math.max(0, at - 1)] ?? [x, y];
    const steps = Math.max(1, Math.ceil(2 * Math.max(Math.abs(x - fromX) * columns, Math.abs(y - fromY) * rows)));
    for (let step = 0; step <= steps; step++) {
      const column = Math.floor((fromX + ((x - fromX) * step) / steps) * columns);
      const row = Math.floor((fromY + ((y - fromY) * step) / steps) * rows);
      if (column >= 0 && row >= 0 && column < columns && row < rows) cells[row * columns + column] = 1;
    }
  });
}

function fillStroke(cells: Uint8Array, { points, width, erase = false }: BrushStroke, grid: Cells): void {
  const { columns, rows } = grid;
  const picture: Size = { width: columns, height: rows };
  const painted = ignoredGrid([{ kind: 'stroke', points, width }], {
    ...{ picture, columns, rows },
    window: { left: 0, top: 0, ...picture },
  });
  if (!erase && !painted.includes(1)) fillWay(painted, points, grid);
  painted.forEach((cell, at) => {
    if (cell === 1) cells[at] = erase ? 0 : 1;
  });
}

/**
 * 1 for every cell that is marked, else 0; row by row from the top. A cell is marked where its middle is; a mark that is too
 * small for that marks the cells in which it lies.
 */
export function markedCells(marks: readonly DefectMark[], grid: Cells): Uint8Array {
  const cells = new Uint8Array(grid.columns * grid.rows);
  for (const mark of marks) {
    if (isStroke(mark)) fillStroke(cells, mark, grid);
    else fillBox(cells, mark, grid);
  }
  return cells;
}

/**
 * Boxes around the marks, in shares of the picture, where what was painted would hide the defect. One may run over the picture's edge.
 *
 * @param size of the picture, pixels
 */
export function boxesAround(marks: readonly DefectMark[], size: Size): Box[] {
  return marks.flatMap((mark) => (isStroke(mark) ? (mark.erase ? [] : boxAround(mark, size)) : mark));
}

function boxAround({ points, width: stroke }: BrushStroke, { width, height }: Size): Box {
  const half = (stroke * Math.max(width, height)) / 2;
  const [right, down] = [half / width, half / height];
  const [xs, ys] = [points.map(([x]) => x), points.map(([, y]) => y)];
  const [x, y] = [Math.min(...xs) - right, Math.min(...ys) - down];
  return { x, y, width: Math.max(...xs) + right - x, height: Math.max(...ys) + down - y };
}

/** Longest side of the grid on which it is told whether an eraser left anything. */
const LOOKED_AT = 256;

/** The marks, or none where the eraser has taken everything away. @param size of the picture, pixels */
export function marksThatShow<Mark extends DefectMark>(
  marks: readonly Mark[],
  { width, height }: Size,
): readonly Mark[] {
  if (!marks.some((mark) => isStroke(mark) && mark.erase)) return marks;
  const scale = LOOKED_AT / Math.max(width, height);
  const columns = Math.max(1, Math.round(width * scale));
  const rows = Math.max(1, Math.round(height * scale));
  return markedCells(marks, { columns, rows }).includes(1) ? marks : [];
}

/**
 * A mark of the whole picture in shares of what is inspected of it, a box cut off at its edges; null for a box outside.
 *
 * @param region what is inspected; null: all
 * @param size of the whole picture, pixels
 */
export function markWithin(mark: DefectMark, region: Box | null, size: Size): DefectMark | null {
  if (region === null) return mark;
  if (!isStroke(mark)) return withinRegion(mark, region);
  const longer = Math.max(size.width, size.height);
  const inspected = Math.max(region.width * size.width, region.height * size.height);
  return {
    ...mark,
    points: mark.points.map(([x, y]): Point => [(x - region.x) / region.width, (y - region.y) / region.height]),
    width: (mark.width * longer) / inspected,
  };
}
