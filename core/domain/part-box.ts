import { quantile } from './conformal.ts';
import { LEAST_SIDE, type Box, type Size } from './inspection-area.ts';

/*
 * Where is the part in the pictures of a camera? What surrounds a part (belt, fixture, table) is what the picture's border shows;
 * the part is the largest connected piece that differs from it. Nothing is learnt, so the same pictures always give the same box,
 * and a picture that has no such border (a surface that fills it) says so.
 */

/** A small grey picture, 0..255, row by row. */
export interface GreyGrid extends Size {
  readonly data: Uint8Array;
}

export type PartOutcome = 'stable' | 'moves' | 'differs' | 'fills_picture' | 'no_part' | 'too_few';

export interface PartProposal {
  readonly pictures: number;
  /** Pictures whose box overlaps the middle one by {@link ALIKE} at least. */
  readonly alike: number;
  readonly outcome: PartOutcome;
  readonly region: Box | null;
  readonly follow: PartToFollow | null;
}

/** A part of one size that lies at different places. */
export interface PartToFollow {
  /** Of middle size at the middle place. */
  readonly box: Box;
  /** Pictures in which it has this size. */
  readonly sameSize: number;
  /** How far from the box its centre lies at most, along one side, as a share of that side. */
  readonly moves: number;
}

/** Longest side of the grids: an edge is then known to half a percent. */
export const PART_GRID = 192;
/** Pictures below which nothing is said, and above which nothing more is learnt. */
export const FEWEST_PICTURES = 10;
export const MOST_PICTURES = 50;

/** Width of the border by which the surroundings are known, as a share of the shorter side. */
const BORDER = 0.03;
/** A grey differs from the border's by this many robust deviations, and by as many levels at least. */
const DEVIATIONS = 4;
const LEAST_LEVELS = 14;
/** Share of the picture that a part covers at least, and from which on there is nothing to cut off. */
const LEAST_PART = 0.02;
const FILLED = 0.92;
/** Intersection over union from which two boxes are one, and the share of pictures that must be so. */
const ALIKE = 0.9;
const STABLE_SHARE = 0.9;
/** Free space left around the part, as a share of the picture. */
const MARGIN = 0.02;
/** Sizes that differ by no more are one size. */
const SAME_SIZE = 0.1;

/** Means over 3 × 3 cells: single bright pixels are noise. */
function smoothed({ width, height, data }: GreyGrid): Float32Array {
  const out = new Float32Array(data.length);
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) {
      let [sum, count] = [0, 0];
      for (let v = Math.max(0, y - 1); v <= Math.min(height - 1, y + 1); v++)
        for (let u = Math.max(0, x - 1); u <= Math.min(width - 1, x + 1); u++) {
          sum += data[v * width + u] ?? 0;
          count++;
        }
      out[y * width + x] = sum / count;
    }
  return out;
}

/** Cells that differ from what the border shows. */
function differing(grid: GreyGrid): Uint8Array {
  const { width, height } = grid;
  const grey = smoothed(grid);
  const band = Math.max(2, Math.round(BORDER * Math.min(width, height)));
  const border: number[] = [];
  grey.forEach((value, at) => {
    const [x, y] = [at % width, Math.floor(at / width)];
    if (Math.min(x, y, width - 1 - x, height - 1 - y) < band) border.push(value);
  });
  const middle = quantile(border, 0.5);
  const spread =
    1.4826 *
    quantile(
      border.map((value) => Math.abs(value - middle)),
      0.5,
    );
  const limit = Math.max(LEAST_LEVELS, DEVIATIONS * spread);
  return Uint8Array.from(grey, (value) => (Math.abs(value - middle) > limit ? 1 : 0));
}

interface Piece {
  cells: number;
  left: number;
  right: number;
  top: number;
  bottom: number;
}

/** The largest 4-connected piece of cells that are set; null where none is. */
function largestPiece(cells: Uint8Array, width: number): Piece | null {
  const left = cells.slice();
  let largest: Piece | null = null;
  for (let start = 0; start < left.length; start++) {
    if (left[start] !== 1) continue;
    const piece: Piece = { cells: 0, left: width, right: 0, top: Infinity, bottom: 0 };
    const open = [start];
    left[start] = 0;
    for (let at = open.pop(); at !== undefined; at = open.pop()) {
      const [x, y] = [at % width, Math.floor(at / width)];
      piece.cells++;
      piece.left = Math.min(piece.left, x);
      piece.right = Math.max(piece.right, x + 1);
      piece.top = Math.min(piece.top, y);
      piece.bottom = Math.max(piece.bottom, y + 1);
      const neighbours = [at - width, at + width, ...(x > 0 ? [at - 1] : []), ...(x < width - 1 ? [at + 1] : [])];
      for (const next of neighbours)
        if (left[next] === 1) {
          left[next] = 0;
          open.push(next);
        }
    }
    if (largest === null || piece.cells > largest.cells) largest = piece;
  }
  return largest;
}

/** Box of the part in one picture, in shares of it; null where nothing stands out from the border. */
export function partBox(grid: GreyGrid): Box | null {
  const { width, height } = grid;
  const piece = largestPiece(differing(grid), width);
  if (piece === null || piece.cells < LEAST_PART * width * height) return null;
  const { left, right, top, bottom } = piece;
  return { x: left / width, y: top / height, width: (right - left) / width, height: (bottom - top) / height };
}

/** Intersection over union of two boxes, 0..1. */
export function overlap(a: Box, b: Box): number {
  const across = Math.min(a.x + a.width, b.x + b.width) - Math.max(a.x, b.x);
  const down = Math.min(a.y + a.height, b.y + b.height) - Math.max(a.y, b.y);
  const both = Math.max(0, across) * Math.max(0, down);
  return both / (a.width * a.height + b.width * b.height - both);
}

/** The box whose edges are quantiles of those of `boxes`: `outer` 0.5 the middle one, towards 1 one that holds nearly all. */
function boxAround(boxes: readonly Box[], outer: number, margin: number): Box {
  const edge = (of: (box: Box) => number, at: number): number => quantile(boxes.map(of), at);
  const x = Math.max(0, edge((box) => box.x, 1 - outer) - margin);
  const y = Math.max(0, edge((box) => box.y, 1 - outer) - margin);
  const right = Math.min(1, edge((box) => box.x + box.width, outer) + margin);
  const bottom = Math.min(1, edge((box) => box.y + box.height, outer) + margin);
  return { x, y, width: Math.max(LEAST_SIDE, right - x), height: Math.max(LEAST_SIDE, bottom - y) };
}

/** Whether a part has the size of another, to within {@link SAME_SIZE}. */
export function isSameSize(box: Pick<Box, 'width' | 'height'>, of: Pick<Box, 'width' | 'height'>): boolean {
  return (
    Math.abs(box.width - of.width) <= SAME_SIZE * of.width && Math.abs(box.height - of.height) <= SAME_SIZE * of.height
  );
}

const centreX = ({ x, width }: Box): number => x + width / 2;
const centreY = ({ y, height }: Box): number => y + height / 2;

/** A box of this size around a centre, in so far as it lies in the picture. */
function around([x, y]: readonly [number, number], width: number, height: number): Box {
  const [left, top] = [Math.max(0, x - width / 2), Math.max(0, y - height / 2)];
  return { x: left, y: top, width: Math.min(1, x + width / 2) - left, height: Math.min(1, y + height / 2) - top };
}

/** What goes with a part whose boxes these are, if most are of one size; else null. */
function partToFollow(
  boxes: readonly Box[],
  most: number,
): { readonly follow: PartToFollow; readonly region: Box } | null {
  const middle = (of: (box: Box) => number): number =>
    quantile(
      boxes.map((box) => of(box)),
      0.5,
    );
  const size = { width: middle(({ width }) => width), height: middle(({ height }) => height) };
  const sized = boxes.filter((box) => isSameSize(box, size));
  if (sized.length < most) return null;
  const centre = [middle(centreX), middle(centreY)] as const;
  const moves = sized.map((box) => Math.max(Math.abs(centreX(box) - centre[0]), Math.abs(centreY(box) - centre[1])));
  const [widest, highest] = [
    Math.max(...sized.map(({ width }) => width)),
    Math.max(...sized.map(({ height }) => height)),
  ];
  return {
    follow: { box: around(centre, size.width, size.height), sameSize: sized.length, moves: Math.max(...moves) },
    region: around(centre, widest + 2 * MARGIN, highest + 2 * MARGIN),
  };
}

/** Proposes a region for pictures in which the part lies at one place or can be followed, or says why there is none to propose. */
export function proposeRegion(grids: readonly GreyGrid[]): PartProposal {
  const pictures = grids.length;
  const without = (outcome: PartOutcome, alike = 0): PartProposal => ({
    pictures,
    alike,
    outcome,
    region: null,
    follow: null,
  });
  if (pictures < FEWEST_PICTURES) return without('too_few');
  const boxes = grids.flatMap((grid) => partBox(grid) ?? []);
  const most = STABLE_SHARE * pictures;
  if (boxes.length < most) return without('no_part');
  const middle = boxAround(boxes, 0.5, 0);
  const alike = boxes.filter((box) => overlap(box, middle) >= ALIKE);
  if (alike.length >= most) {
    const region = boxAround(alike, 1, MARGIN);
    if (region.width * region.height >= FILLED) return without('fills_picture', alike.length);
    return { pictures, alike: alike.length, outcome: 'stable', region, follow: null };
  }
  const found = partToFollow(boxes, most);
  if (found === null) return without('differs', alike.length);
  if (found.region.width * found.region.height >= FILLED) return without('fills_picture', alike.length);
  return { pictures, alike: alike.length, outcome: 'moves', ...found };
}
