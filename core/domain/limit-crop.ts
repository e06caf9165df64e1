import { boxesAround, type DefectMark } from './defect-marks.ts';

export interface CroppedPicture {
  readonly width: number;
  readonly height: number;
  /** What is to be looked at; empty where nobody said. */
  readonly regions: readonly DefectMark[];
}

/** A square, in pixels of its picture. */
export interface Crop {
  readonly x: number;
  readonly y: number;
  readonly side: number;
}

/** How much larger the crop is than the largest defect: enough surroundings to recognise the place. */
const SURROUNDINGS = 2.5;
/** Less than this share of the shorter side of its picture shows no place any more. */
const LEAST = 1 / 5;

function extent({ width, height, regions }: CroppedPicture): { x: number; y: number; side: number } | null {
  const boxes = boxesAround(regions, { width, height });
  if (boxes.length === 0) return null;
  const left = Math.min(...boxes.map(({ x }) => x)) * width;
  const top = Math.min(...boxes.map(({ y }) => y)) * height;
  const right = Math.max(...boxes.map((box) => box.x + box.width)) * width;
  const bottom = Math.max(...boxes.map((box) => box.y + box.height)) * height;
  return { x: (left + right) / 2, y: (top + bottom) / 2, side: Math.max(right - left, bottom - top) };
}

const within = (value: number, most: number): number => Math.min(Math.max(0, most), Math.max(0, value));

/**
 * Crops of pictures that are to be compared: all of one size in pixels, so that a defect that looks twice as large is twice as
 * large. Each lies around what is marked; a picture without a mark shows the place of the first one that has one, so that good
 * and bad show the same place. `null` for all where nothing is marked, or where the crop would be the whole picture: they are
 * shown whole.
 */
export function limitCrops(pictures: readonly CroppedPicture[]): (Crop | null)[] {
  const extents = pictures.map(extent);
  const firstAt = extents.findIndex((one) => one !== null);
  const [first, of] = [extents[firstAt], pictures[firstAt]];
  const shortest = Math.min(...pictures.map(({ width, height }) => Math.min(width, height)));
  const wanted = Math.max(...extents.map((one) => (one?.side ?? 0) * SURROUNDINGS), shortest * LEAST);
  if (first === undefined || first === null || of === undefined || wanted >= shortest) return pictures.map(() => null);
  const side = Math.ceil(wanted);
  return pictures.map(({ width, height }, at) => {
    const centre = extents[at] ?? { x: (first.x / of.width) * width, y: (first.y / of.height) * height };
    return {
      x: Math.round(within(centre.x - side / 2, width - side)),
      y: Math.round(within(centre.y - side / 2, height - side)),
      side,
    };
  });
}
