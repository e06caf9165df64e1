import { MOST_STROKE_POINTS, type BrushStroke, type Region } from '#core/contract/engine.ts';

/** A drag that is shorter than this share of the picture's longer side is a tap, not a box. */
const LEAST_DRAG = 0.01;

const clip = (value: number): number => Math.min(1, Math.max(0, value));

/**
 * The box between two points of a picture, in its pixels, cut off at its edges.
 *
 * @returns null for a tap and for a drag that stays outside
 */
export function regionBetween(
  from: { readonly x: number; readonly y: number },
  to: { readonly x: number; readonly y: number },
  { width, height }: { readonly width: number; readonly height: number },
): Region | null {
  if (Math.hypot(to.x - from.x, to.y - from.y) < LEAST_DRAG * Math.max(width, height)) return null;
  const [left, right] = [clip(Math.min(from.x, to.x) / width), clip(Math.max(from.x, to.x) / width)];
  const [top, bottom] = [clip(Math.min(from.y, to.y) / height), clip(Math.max(from.y, to.y) / height)];
  const region = { x: left, y: top, width: right - left, height: bottom - top };
  return region.width > 0 && region.height > 0 ? region : null;
}

/** Points nearer to each other than this share of the brush's width say nothing new of its edge. */
const LEAST_STEP = 0.25;
/** Kept places, as shares: a twentieth of a pixel of a 2,000 px picture. */
const PLACES = 1e4;

const round = (share: number): number => Math.round(share * PLACES) / PLACES;

/** A stroke of the brush along places of a picture, in its pixels; a tap is a dot. @param width share of the longer side */
export function strokeAlong(
  way: readonly { readonly x: number; readonly y: number }[],
  size: { readonly width: number; readonly height: number },
  width: number,
  erase: boolean,
): BrushStroke {
  const step = LEAST_STEP * width * Math.max(size.width, size.height);
  const kept: { readonly x: number; readonly y: number }[] = [];
  for (const point of way) {
    const last = kept.at(-1);
    if (!last || Math.hypot(point.x - last.x, point.y - last.y) >= step) kept.push(point);
  }
  return {
    points: kept
      .slice(0, MOST_STROKE_POINTS)
      .map(({ x, y }): [number, number] => [round(x / size.width), round(y / size.height)]),
    width,
    ...(erase && { erase }),
  };
}
