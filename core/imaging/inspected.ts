import { ignoredGrid } from '#core/domain/ignored-grid.ts';
import { pixelsOf, type PixelBox, type UsedArea } from '#core/domain/inspection-area.ts';
import type { DecodedImage } from './decode.ts';
import { fillIgnored } from './fill.ts';
import { ignoredCells, IGNORED_CELL_PX, type RawPixels } from './raw-picture.ts';
import { reduceTo } from './reduce.ts';

/** What of a decoded picture is inspected, at its own resolution. */
export interface Inspected {
  /** The region alone; ignored pixels hold what their surroundings suggest, see fill.ts. */
  readonly image: DecodedImage;
  /** 1 for each ignored pixel; null where none is. */
  readonly ignored: Uint8Array | null;
}

/** Pixels of a part of a picture, row by row. */
function cut({ width, channels, data }: DecodedImage, { left, top, ...box }: PixelBox): Uint8Array {
  const rowBytes = box.width * channels;
  const part = new Uint8Array(box.height * rowBytes);
  for (let y = 0; y < box.height; y++) {
    const from = ((top + y) * width + left) * channels;
    part.set(data.subarray(from, from + rowBytes), y * rowBytes);
  }
  return part;
}

/** The ignored pixels of the newest area and size: one camera's pictures follow one another. */
let known: { readonly key: string; readonly ignored: Uint8Array } | undefined;

function ignoredPixels({ key, area }: UsedArea, picture: DecodedImage, window: PixelBox): Uint8Array {
  const full = `${key} ${picture.width}x${picture.height}`;
  if (known?.key !== full) {
    const grid = { picture, window, columns: window.width, rows: window.height };
    known = { key: full, ignored: ignoredGrid(area.ignore, grid) };
  }
  return known.ignored;
}

/** @param image decoded at its own resolution, not reduced */
export function inspect(image: DecodedImage, used: UsedArea): Inspected {
  const window = pixelsOf(used.area.region, image);
  const { width, height } = window;
  const data = cut(image, window);
  const part = { ...image, width, height, data };
  if (used.area.ignore.length === 0) return { image: part, ignored: null };
  const ignored = ignoredPixels(used, image, window);
  fillIgnored(part, ignored);
  return { image: part, ignored };
}

/**
 * What is inspected as the engine gets it. It is filled before it is reduced, since a reduced pixel is made of its neighbours too.
 *
 * @param image decoded at its own resolution
 * @param maxSide longest side of the result, pixels
 */
export async function inspectedPixels(image: DecodedImage, used: UsedArea, maxSide: number): Promise<RawPixels> {
  const inspected = inspect(image, used);
  const reduced = await reduceTo(inspected.image, maxSide);
  const { ignored } = inspected;
  return ignored === null ? reduced : { ...reduced, ignored: cellsOf(ignored, inspected.image, reduced) };
}

/** Cells of the reduced picture of which more than half is ignored. */
function cellsOf(ignored: Uint8Array, from: DecodedImage, to: RawPixels): Uint8Array {
  const { columns, rows } = ignoredCells(to);
  const counts = new Uint32Array(columns * rows);
  const sums = new Uint32Array(columns * rows);
  for (let y = 0; y < from.height; y++) {
    const row = Math.floor(Math.floor((y * to.height) / from.height) / IGNORED_CELL_PX) * columns;
    for (let x = 0; x < from.width; x++) {
      const cell = row + Math.floor(Math.floor((x * to.width) / from.width) / IGNORED_CELL_PX);
      counts[cell] = (counts[cell] ?? 0) + 1;
      sums[cell] = (sums[cell] ?? 0) + (ignored[y * from.width + x] ?? 0);
    }
  }
  return Uint8Array.from(sums, (sum, cell) => (2 * sum > (counts[cell] ?? 0) ? 1 : 0));
}
