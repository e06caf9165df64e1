import type { Region } from '#core/contract/engine.ts';

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
