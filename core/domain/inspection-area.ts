/*
 * What of a camera's picture is inspected: a rectangle, less areas that are ignored (a clamp, a lamp's reflection, a printed date).
 * All places are shares of the whole picture's width and height as a person sees it, so they hold for pictures of any size.
 */

/** Part of a picture, as shares of its width and height; (0, 0) is its upper left corner. */
export interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

export type Point = readonly [x: number, y: number];

export type IgnoreShape =
  | { readonly kind: 'polygon'; readonly points: readonly Point[] }
  /** A brush stroke; `width` is a share of the picture's longer side. */
  | { readonly kind: 'stroke'; readonly points: readonly Point[]; readonly width: number };

export interface InspectionArea {
  /** null: the whole picture. */
  readonly region: Box | null;
  readonly ignore: readonly IgnoreShape[];
  /** Region and shapes go with the part; absent: they stay where they are. */
  readonly follow?: PartReference;
}

/** Where the part lay when the area was drawn, in shares of the picture. */
export interface PartReference {
  readonly box: Box;
}

/** An area by which pictures are read; two of one key are the same. */
export interface UsedArea {
  readonly key: string;
  readonly area: InspectionArea;
}

/** Bounds of what a person may paint: more is no mask but a mistake, and every picture is read through it. */
export const MOST_SHAPES = 64;
export const MOST_POINTS = 2000;
/** Shortest side of a region, as a share of the picture's. */
export const LEAST_SIDE = 0.02;
/** From this share of the region on, ignoring more is most likely a mistake; nearly all is refused. */
export const MUCH_IGNORED = 0.8;
export const MOST_IGNORED = 0.98;

export interface Size {
  readonly width: number;
  readonly height: number;
}

/** Whole pixels of a picture. */
export interface PixelBox extends Size {
  readonly left: number;
  readonly top: number;
}

/** Side below which no picture is looked at, pixels: what a decoder refuses, too. */
const LEAST_PX = 8;

function along(from: number, length: number, size: number): [start: number, count: number] {
  const least = Math.min(LEAST_PX, size);
  const start = Math.min(size - least, Math.max(0, Math.round(from * size)));
  const end = Math.min(size, Math.max(start + least, Math.round((from + length) * size)));
  return [start, end - start];
}

/** The pixels of a picture of `size` that a region covers; never fewer than 8 a side where the picture has them. */
export function pixelsOf(region: Box | null, { width, height }: Size): PixelBox {
  if (region === null) return { left: 0, top: 0, width, height };
  const [left, columns] = along(region.x, region.width, width);
  const [top, rows] = along(region.y, region.height, height);
  return { left, top, width: columns, height: rows };
}

/** Size of what is inspected of a picture of `size`, pixels. */
export function inspectedSize(area: InspectionArea | null, size: Size): Size {
  const { width, height } = pixelsOf(area?.region ?? null, size);
  return { width, height };
}

/** A box of the whole picture in shares of the region, cut off at its edges; null where it lies outside. */
export function withinRegion(box: Box, region: Box | null): Box | null {
  if (region === null) return box;
  const left = Math.max(0, (box.x - region.x) / region.width);
  const top = Math.max(0, (box.y - region.y) / region.height);
  const right = Math.min(1, (box.x + box.width - region.x) / region.width);
  const bottom = Math.min(1, (box.y + box.height - region.y) / region.height);
  return right > left && bottom > top ? { x: left, y: top, width: right - left, height: bottom - top } : null;
}
