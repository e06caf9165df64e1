import { ignoredGrid } from '#core/domain/ignored-grid.ts';
import { movedWindow, sharesOf, shiftOf, UNMOVED, type MovedWindow } from '#core/domain/follow-part.ts';
import { pixelsOf, type Box, type PixelBox, type Size, type UsedArea } from '#core/domain/inspection-area.ts';
import { partBox } from '#core/domain/part-box.ts';
import type { DecodedImage } from './decode.ts';
import { fillIgnored } from './fill.ts';
import { partGrid } from './part-grid.ts';
import { pixelsLost } from './pixels-lost.ts';
import { ignoredCells, IGNORED_CELL_PX, readRawHeader, type RawPixels } from './raw-picture.ts';
import { reduceTo } from './reduce.ts';

/** What of a decoded picture is inspected, at its own resolution. */
export interface Inspected {
  /** The region alone; ignored pixels hold what their surroundings suggest, see fill.ts. */
  readonly image: DecodedImage;
  /** 1 for each ignored pixel; null where none is. */
  readonly ignored: Uint8Array | null;
  /** Where it lies in the picture. */
  readonly window: PixelBox;
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

/** The ignored pixels of the newest area, size and place on the part: one camera's pictures follow one another. */
let known: { readonly key: string; readonly ignored: Uint8Array } | undefined;

function ignoredPixels({ key, area }: UsedArea, picture: DecodedImage, moved: MovedWindow): Uint8Array {
  // The window against the shapes is the same wherever the part lies, unless the picture's edge holds it back.
  const window = { ...moved.window, left: moved.window.left - moved.shift.x, top: moved.window.top - moved.shift.y };
  const full = `${key} ${picture.width}x${picture.height} ${window.left},${window.top}`;
  if (known?.key !== full) {
    const grid = { picture, window, columns: window.width, rows: window.height };
    known = { key: full, ignored: ignoredGrid(area.ignore, grid) };
  }
  return known.ignored;
}

/** Where an area lies in this picture. Where its part is not found, the area stays where it was drawn: the picture is then judged unaligned. */
async function placed(image: DecodedImage, { area }: UsedArea): Promise<MovedWindow> {
  const { region, follow } = area;
  const shift = follow && shiftOf(partBox(await partGrid(image)), follow.box);
  return movedWindow(region, shift ?? UNMOVED, image);
}

/** @param image decoded at its own resolution, not reduced */
export async function inspect(image: DecodedImage, used: UsedArea): Promise<Inspected> {
  const moved = await placed(image, used);
  const { window } = moved;
  const { width, height } = window;
  const data = cut(image, window);
  const part = { ...image, width, height, data };
  if (used.area.ignore.length === 0) return { image: part, ignored: null, window };
  const ignored = ignoredPixels(used, image, moved);
  fillIgnored(part, ignored);
  return { image: part, ignored, window };
}

/**
 * What is inspected as the engine gets it. It is filled before it is reduced, since a reduced pixel is made of its neighbours too.
 *
 * @param image decoded at its own resolution
 * @param maxSide longest side of the result, pixels
 */
export async function inspectedPixels(image: DecodedImage, used: UsedArea, maxSide: number): Promise<RawPixels> {
  const inspected = await inspect(image, used);
  const reduced = await reduceTo(inspected.image, maxSide);
  const { ignored, window } = inspected;
  return {
    ...reduced,
    ...(ignored && { ignored: cellsOf(ignored, inspected.image, reduced) }),
    ...(used.area.follow && { left: window.left, top: window.top }),
  };
}

/**
 * What of the whole picture a decoded file shows, in shares of the picture; null: all of it. Only where the area follows the part
 * the file itself has to be asked.
 *
 * @param size of the whole picture
 * @throws AppError `pixels_lost`
 */
export async function inspectedBox(used: UsedArea | null, size: Size, file: string): Promise<Box | null> {
  const region = used?.area.region ?? null;
  if (used?.area.follow === undefined) return region;
  const { left, top } = await readRawHeader(file).catch((cause: unknown) => {
    throw pixelsLost(file, cause);
  });
  const { width, height } = pixelsOf(region, size);
  return sharesOf({ left, top, width, height }, size);
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
