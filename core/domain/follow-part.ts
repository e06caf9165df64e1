import { pixelsOf, type Box, type PixelBox, type Size } from './inspection-area.ts';
import { isSameSize } from './part-box.ts';

/** How far the part lies from where the area was drawn, as shares of the picture's width and height. */
export interface Shift {
  readonly x: number;
  readonly y: number;
}

/** Whole pixels. */
interface PixelShift {
  readonly x: number;
  readonly y: number;
}

/** What is inspected of one picture. */
export interface MovedWindow {
  readonly window: PixelBox;
  /** By how much ignored shapes move: they lie on the part and go with it, also where the window is held back by the edge. */
  readonly shift: PixelShift;
}

export const UNMOVED: Shift = { x: 0, y: 0 };

/**
 * From the reference to the box that was found, between their centres: both edges of the part count, so a cell at either is half a
 * cell here. Null where there is no part, or one of another size (cut off by the edge, two that touch): where that lies says
 * nothing, and guessing would move the area off the part.
 */
export function shiftOf(found: Box | null, reference: Box): Shift | null {
  if (found === null || !isSameSize(found, reference)) return null;
  return {
    x: found.x + found.width / 2 - reference.x - reference.width / 2,
    y: found.y + found.height / 2 - reference.y - reference.height / 2,
  };
}

/** The pixels of a picture of `size` that a moved region covers: as many as unmoved, held inside the picture. */
export function movedWindow(region: Box | null, shift: Shift, size: Size): MovedWindow {
  const { left, top, width, height } = pixelsOf(region, size);
  const [x, y] = [Math.round(shift.x * size.width), Math.round(shift.y * size.height)];
  const within = (at: number, most: number): number => Math.min(most, Math.max(0, at));
  const window = {
    left: within(left + x, size.width - width),
    top: within(top + y, size.height - height),
    ...{ width, height },
  };
  return { window, shift: { x, y } };
}

/** Pixels of a picture as shares of it. */
export function sharesOf({ left, top, width, height }: PixelBox, size: Size): Box {
  return { x: left / size.width, y: top / size.height, width: width / size.width, height: height / size.height };
}
