import { LONG_SIDE_CAP } from './picture-size.ts';

/*
 * From the smallest defect that matters to the crops that training tiles are cut by.
 *
 * A crop of side c is resampled to a tile of side T, so a defect of d pixels becomes d·T/c. The network says where damage is in
 * cells of 4 tile pixels, and what is sampled every 4 pixels must be at least two samples long to be told from its absence
 * wherever it lies between them (the argument of Nyquist, in space): d·T/c ≥ 8. So the largest crop is d·T/8 — 8·d for tiles of
 * 64 —, and the smallest is about half of it, as crops of 0.4 to 1.0 on tiles at native resolution are (ml.md §2). Tiles of 64
 * and crops of 45 to 83 are what that gives for a defect of some 10 pixels.
 *
 * Two bounds hold against this rule, because pictures are judged whole at native resolution (engine/learn/look.ts) and the
 * network must have trained at that scale: a crop of T is always among the crops, and the range ends at twice enlarged below,
 * where interpolation adds nothing any more, and at 2.6 times reduced above, where a defect larger than a tile fits into one.
 *
 * Measured on groups of train rows of magnetic_tile (600 steps, one seed, AUROC from good pictures only / with 5, 10, 20 defects):
 * 45–83 px 0.79 / 0.75, 0.75, 0.78; 32–64 px 0.81 / 0.76, 0.75, 0.78; 45–166 px 0.76 / 0.76, 0.75, 0.79: differences below 0.03 are
 * noise, so the crops of either end cost little where they are not needed.
 */

/** Tile pixels of a cell in which damage is told (engine/damage.ts, MASK_STRIDE). */
const CELL_PX = 4;
/** Cells that the smallest defect covers in the largest crop. */
const CELLS = 2;
/** Smallest crop relative to the largest, where no bound holds. */
const SMALLEST = 45 / 83;
/** Bounds of the crops, relative to the tile. */
const BOUNDS = { smallest: [0.5, 45 / 64], largest: [1, 166 / 64] } as const;

/** A defect smaller than this in the picture that is learnt from is not to be told from noise: under one cell, whatever the crop. */
const LEAST_PX = 3;

/** Sides of the smallest and the largest crop, in pixels of the picture that is learnt from. */
export interface TileCrops {
  readonly cropMinPx: number;
  readonly cropMaxPx: number;
}

/** Size of a picture as the camera took it, pixels. */
export interface PictureSize {
  readonly width: number;
  readonly height: number;
}

const clamp = (value: number, [low, high]: readonly [number, number]): number => Math.min(high, Math.max(low, value));

/**
 * Crops in which a defect of `defectPx` is seen as well as can be; see the head of this file.
 *
 * @param defectPx side of the smallest defect, pixels of the picture that is learnt from, i.e. after LONG_SIDE_CAP
 * @param tilePx side of a tile, pixels
 */
export function tileCrops(defectPx: number, tilePx: number): TileCrops {
  const largest = (defectPx * tilePx) / (CELLS * CELL_PX);
  const within = ([low, high]: readonly [number, number]) => [low * tilePx, high * tilePx] as const;
  return {
    cropMinPx: clamp(SMALLEST * largest, within(BOUNDS.smallest)),
    cropMaxPx: clamp(largest, within(BOUNDS.largest)),
  };
}

/** The size in the middle of `sizes` by the long side, of which one at least is there: one odd picture must not decide. */
export function typicalSize(sizes: readonly PictureSize[]): PictureSize {
  const long = ({ width, height }: PictureSize): number => Math.max(width, height);
  const sorted = sizes.toSorted((a, b) => long(a) - long(b));
  const middle = sorted[Math.floor((sorted.length - 1) / 2)];
  if (!middle) throw new RangeError('no picture');
  return middle;
}

/** How large a defect is where it is learnt, or why it cannot be: pixels of the picture as the camera took it. */
export type DefectInPicture =
  | { readonly seen: 'yes'; readonly px: number }
  | { readonly seen: 'too_small'; readonly leastPx: number }
  | { readonly seen: 'too_large'; readonly mostPx: number };

/**
 * What is left of a defect of `defectPx` in a picture of the given size once the picture is capped at LONG_SIDE_CAP.
 *
 * @param defectPx pixels of the picture as the camera took it
 */
export function defectInPicture(defectPx: number, { width, height }: PictureSize): DefectInPicture {
  const scale = Math.min(1, LONG_SIDE_CAP / Math.max(width, height));
  if (defectPx * scale < LEAST_PX) return { seen: 'too_small', leastPx: Math.ceil(LEAST_PX / scale) };
  const mostPx = Math.min(width, height);
  return defectPx > mostPx ? { seen: 'too_large', mostPx } : { seen: 'yes', px: defectPx * scale };
}
