import { COPY_SIDE } from '#core/domain/phase-correlation.ts';
import type { PictureMeasures } from '#core/domain/quality.ts';
import type { DecodedImage } from './decode.ts';

/** Longest side at which sharpness is measured: beyond it a lens rarely resolves, and what is left is the sensor's noise. */
const SHARPNESS_SIDE = 1024;
const LOW = 2;
const HIGH = 253;

interface Grid {
  readonly columns: number;
  readonly rows: number;
  /** Row-major. */
  readonly values: Float32Array;
}

/** Luma of ITU-R BT.601, 0..255. */
function greyOf(image: DecodedImage): Grid {
  const { width, height, data } = image;
  const values = new Float32Array(width * height);
  if (image.channels === 1) values.set(data);
  else
    for (let at = 0, from = 0; at < values.length; at++, from += 3)
      values[at] = 0.299 * (data[from] ?? 0) + 0.587 * (data[from + 1] ?? 0) + 0.114 * (data[from + 2] ?? 0);
  return { columns: width, rows: height, values };
}

/** Shares of red and blue in the mean colour; black has no colour, and a third of each. `null` where there is one channel only. */
function tintOf({ channels, data }: DecodedImage): NonNullable<PictureMeasures['tint']> | null {
  if (channels === 1) return null;
  const sums = [0, 0, 0] as [number, number, number];
  for (let from = 0; from + 2 < data.length; from += 3) {
    sums[0] += data[from] ?? 0;
    sums[1] += data[from + 1] ?? 0;
    sums[2] += data[from + 2] ?? 0;
  }
  const all = sums[0] + sums[1] + sums[2];
  return all === 0 ? { red: 1 / 3, blue: 1 / 3 } : { red: sums[0] / all, blue: sums[2] / all };
}

/** Mean of each cell of a `columns` × `rows` grid laid over another one, of the same scale. */
function boxMeans(grid: Grid, columns: number, rows: number): Grid {
  const values = new Float32Array(columns * rows);
  const counts = new Uint32Array(columns * rows);
  const columnOf = Uint16Array.from({ length: grid.columns }, (_, x) => Math.floor((x * columns) / grid.columns));
  for (let y = 0, at = 0; y < grid.rows; y++) {
    const row = Math.floor((y * rows) / grid.rows) * columns;
    for (let x = 0; x < grid.columns; x++, at++) {
      const cell = row + (columnOf[x] ?? 0);
      values[cell] = (values[cell] ?? 0) + (grid.values[at] ?? 0);
      counts[cell] = (counts[cell] ?? 0) + 1;
    }
  }
  for (let cell = 0; cell < values.length; cell++) values[cell] = (values[cell] ?? 0) / Math.max(1, counts[cell] ?? 1);
  return { columns, rows, values };
}

/** Mean of each square of `side` cells; what is left over at the right and at the bottom is cut off. */
function reduced(grid: Grid, side: number): Grid {
  const columns = Math.floor(grid.columns / side);
  const rows = Math.floor(grid.rows / side);
  const values = new Float32Array(columns * rows);
  for (let y = 0; y < rows * side; y++) {
    const from = y * grid.columns;
    const to = Math.floor(y / side) * columns;
    for (let x = 0; x < columns; x++) {
      let sum = 0;
      for (let inside = 0; inside < side; inside++) sum += grid.values[from + x * side + inside] ?? 0;
      values[to + x] = (values[to + x] ?? 0) + sum / (side * side);
    }
  }
  return { columns, rows, values };
}

/** Mean squared difference to the right and lower neighbours: the energy of what changes from cell to cell. */
function gradientEnergy({ columns, rows, values }: Grid): number {
  let sum = 0;
  for (let y = 0; y < rows - 1; y++)
    for (let x = 0, at = y * columns; x < columns - 1; x++, at++) {
      const here = values[at] ?? 0;
      const right = (values[at + 1] ?? 0) - here;
      const below = (values[at + columns] ?? 0) - here;
      sum += right * right + below * below;
    }
  return sum / Math.max(1, (columns - 1) * (rows - 1));
}

/**
 * Gradient energy at full size over that at half, and at half over that at a quarter. A blur takes fine structure before coarse
 * one, so the ratio falls, towards 1/4 of a wholly smooth picture; brightness and contrast cancel out. The idea is the re-blur
 * measure's (Crete et al. 2007: how little a further blur changes tells how blurred it was), with halving for the blur.
 * On three real sets it tells a blur of σ = 1 px by AUROC ≥ 0.997 (Laplacian variance 0.999, but 0.9 for mere darkness too; Crete 0.85).
 */
function sharpnessOf(grey: Grid): Pick<PictureMeasures, 'sharpness' | 'sharpnessMiddle'> {
  const factor = Math.ceil(Math.max(grey.columns, grey.rows) / SHARPNESS_SIDE);
  const full = factor > 1 ? reduced(grey, factor) : grey;
  const half = reduced(full, 2);
  const [fine, middle, coarse] = [gradientEnergy(full), gradientEnergy(half), gradientEnergy(reduced(half, 2))];
  // A hundredth of a grey level squared: a picture that shows nothing has no sharpness to speak of.
  const ratio = (a: number, b: number) => (b < 1e-4 ? 0 : a / b);
  return { sharpness: ratio(fine, middle), sharpnessMiddle: ratio(middle, coarse) };
}

function levelsOf({ values }: Grid): Pick<PictureMeasures, 'mean' | 'contrast' | 'clippedLow' | 'clippedHigh'> {
  let sum = 0;
  let squares = 0;
  let low = 0;
  let high = 0;
  for (let at = 0; at < values.length; at++) {
    const grey = values[at] ?? 0;
    sum += grey;
    squares += grey * grey;
    if (grey <= LOW) low++;
    else if (grey >= HIGH) high++;
  }
  const mean = sum / values.length;
  return {
    mean: mean / 255,
    contrast: Math.sqrt(Math.max(0, squares / values.length - mean * mean)) / 255,
    clippedLow: low / values.length,
    clippedHigh: high / values.length,
  };
}

/**
 * Difference hash: 64 bits in hex, one for each pair of neighbours in a 9 × 8 grid of mean greys, set where the left one is
 * brighter. The same picture, resized or compressed anew, keeps (nearly) all of them.
 */
function dHash(grey: Grid): string {
  const { values } = boxMeans(grey, 9, 8);
  let bits = 0n;
  for (let y = 0; y < 8; y++)
    for (let x = 0; x < 8; x++) {
      const brighter = (values[y * 9 + x] ?? 0) > (values[y * 9 + x + 1] ?? 0);
      bits = (bits << 1n) | (brighter ? 1n : 0n);
    }
  return bits.toString(16).padStart(16, '0');
}

export interface Measured {
  readonly measures: PictureMeasures;
  /** Perceptual hash. */
  readonly phash: string;
  /** The picture in {@link COPY_SIDE}² greys of one byte, stretched to a square, row-major: to be laid over the camera's normal picture. */
  readonly copy: Uint8Array;
}

/** Measures a whole decoded picture (not a reduced one: `widthPx` and `heightPx` are its own); shares and greys 0..1. */
export function measurePicture(image: DecodedImage): Measured {
  const grey = greyOf(image);
  return {
    measures: {
      widthPx: image.originalWidth,
      heightPx: image.originalHeight,
      ...levelsOf(grey),
      ...sharpnessOf(grey),
      tint: tintOf(image),
    },
    phash: dHash(grey),
    copy: Uint8Array.from(boxMeans(grey, COPY_SIDE, COPY_SIDE).values, Math.round),
  };
}
