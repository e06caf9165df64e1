import {
  pixelsOf,
  type IgnoreShape,
  type InspectionArea,
  type PixelBox,
  type Point,
  type Size,
} from './inspection-area.ts';

/** A grid that covers part of a picture. */
export interface Grid {
  /** Of the whole picture, pixels: shapes are shares of it. */
  readonly picture: Size;
  /** What of it the grid covers. */
  readonly window: PixelBox;
  readonly columns: number;
  readonly rows: number;
}

/** Reads places of a grid's cells as pixels of the picture. */
interface Scale {
  readonly xAt: (column: number) => number;
  readonly yAt: (row: number) => number;
  /** First cell whose middle lies at or after a place. */
  readonly columnFrom: (x: number) => number;
  readonly rowFrom: (y: number) => number;
}

function scaleOf({ window, columns, rows }: Grid): Scale {
  const [stepX, stepY] = [window.width / columns, window.height / rows];
  const clip = (at: number, most: number): number => Math.min(most, Math.max(0, at));
  return {
    xAt: (column) => window.left + (column + 0.5) * stepX,
    yAt: (row) => window.top + (row + 0.5) * stepY,
    columnFrom: (x) => clip(Math.ceil((x - window.left) / stepX - 0.5), columns),
    rowFrom: (y) => clip(Math.ceil((y - window.top) / stepY - 0.5), rows),
  };
}

/** Sets cells whose middle lies inside a polygon by the even-odd rule, scanline by scanline. @param points pixels of the picture */
function fillPolygon(cells: Uint8Array, grid: Grid, scale: Scale, points: readonly Point[]): void {
  const ys = points.map(([, y]) => y);
  const last = scale.rowFrom(Math.max(...ys));
  for (let row = scale.rowFrom(Math.min(...ys)); row < last; row++) {
    const y = scale.yAt(row);
    const crossings: number[] = [];
    points.forEach(([x1, y1], at) => {
      const [x0, y0] = points[(at || points.length) - 1] ?? [x1, y1];
      // Half open, so that a corner on the line counts once.
      if (y1 > y !== y0 > y) crossings.push(((x0 - x1) * (y - y1)) / (y0 - y1) + x1);
    });
    crossings.sort((a, b) => a - b);
    for (let at = 0; at + 1 < crossings.length; at += 2) {
      const [from, to] = [scale.columnFrom(crossings[at] ?? 0), scale.columnFrom(crossings[at + 1] ?? 0)];
      cells.fill(1, row * grid.columns + from, row * grid.columns + to);
    }
  }
}

/** Sets cells whose middle lies within `radius` of the way from one point to another. */
function fillSegment(cells: Uint8Array, { columns }: Grid, scale: Scale, [a, b]: [Point, Point], radius: number): void {
  const [dx, dy] = [b[0] - a[0], b[1] - a[1]];
  const length2 = dx * dx + dy * dy;
  const bottom = scale.rowFrom(Math.max(a[1], b[1]) + radius);
  const [left, right] = [
    scale.columnFrom(Math.min(a[0], b[0]) - radius),
    scale.columnFrom(Math.max(a[0], b[0]) + radius),
  ];
  for (let row = scale.rowFrom(Math.min(a[1], b[1]) - radius); row < bottom; row++) {
    const y = scale.yAt(row);
    for (let column = left; column < right; column++) {
      const x = scale.xAt(column);
      const share = length2 === 0 ? 0 : Math.min(1, Math.max(0, ((x - a[0]) * dx + (y - a[1]) * dy) / length2));
      const [offX, offY] = [x - a[0] - share * dx, y - a[1] - share * dy];
      if (offX * offX + offY * offY <= radius * radius) cells[row * columns + column] = 1;
    }
  }
}

function fillShape(cells: Uint8Array, grid: Grid, scale: Scale, shape: IgnoreShape): void {
  const { width, height } = grid.picture;
  const points = shape.points.map(([x, y]): Point => [x * width, y * height]);
  if (shape.kind === 'polygon') return fillPolygon(cells, grid, scale, points);
  const radius = (shape.width * Math.max(width, height)) / 2;
  points.forEach((point, at) => fillSegment(cells, grid, scale, [points[Math.max(0, at - 1)] ?? point, point], radius));
}

/** 1 for every cell whose middle lies in any of the shapes, else 0; row by row from the top. */
export function ignoredGrid(shapes: readonly IgnoreShape[], grid: Grid): Uint8Array {
  const cells = new Uint8Array(grid.columns * grid.rows);
  const scale = scaleOf(grid);
  for (const shape of shapes) fillShape(cells, grid, scale, shape);
  return cells;
}

/** Longest side of the grid on which shares are counted. */
const COUNTED_SIDE = 512;

/** Share of what is inspected that is ignored, 0..1. @param size of the picture; only its aspect and fineness count */
export function ignoredShare(area: InspectionArea, size: Size): number {
  if (area.ignore.length === 0) return 0;
  const window = pixelsOf(area.region, size);
  const scale = Math.min(1, COUNTED_SIDE / Math.max(window.width, window.height));
  const columns = Math.max(1, Math.round(window.width * scale));
  const rows = Math.max(1, Math.round(window.height * scale));
  const cells = ignoredGrid(area.ignore, { picture: size, window, columns, rows });
  return cells.reduce((sum, cell) => sum + cell, 0) / cells.length;
}
