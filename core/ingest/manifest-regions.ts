import type { Region } from '#core/contract/engine.ts';

/** A box in pixels of the picture, as a manifest writes it. */
export interface PixelBox {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

const MOST = 50;
const number = /^\d+(\.\d+)?$/;

/**
 * Boxes of a manifest's cell: "x y w h" in pixels, several separated by ";".
 *
 * @returns none for an empty cell; null where the cell says something else
 */
export function parseBoxes(cell: string): PixelBox[] | null {
  if (cell.trim() === '') return [];
  const boxes: PixelBox[] = [];
  for (const part of cell.split(';')) {
    const words = part.trim().split(/\s+/);
    if (words.length !== 4 || !words.every((word) => number.test(word))) return null;
    const [x = 0, y = 0, width = 0, height = 0] = words.map(Number);
    if (!(width > 0 && height > 0)) return null;
    boxes.push({ x, y, width, height });
  }
  return boxes.length <= MOST ? boxes : null;
}

/** Boxes as shares of their picture; null where one reaches out of it. */
export function toRegions(
  boxes: readonly PixelBox[],
  picture: { readonly width: number; readonly height: number },
): Region[] | null {
  const isOutside = ({ x, y, width, height }: PixelBox): boolean =>
    x + width > picture.width || y + height > picture.height;
  if (boxes.some(isOutside)) return null;
  return boxes.map(({ x, y, width, height }) => ({
    x: x / picture.width,
    y: y / picture.height,
    width: width / picture.width,
    height: height / picture.height,
  }));
}
