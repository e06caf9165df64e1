import type { PictureMeasures } from '#core/domain/quality.ts';
import type { DecodedImage } from './decode.ts';

/** Side of the grid on which sharpness is measured: the same for a small and a large picture. */
const GRID = 384;
const LOW = 2;
const HIGH = 253;

/** Luma of ITU-R BT.601, 0..255. */
function greyAt(image: DecodedImage, pixel: number): number {
  if (image.channels === 1) return image.data[pixel] ?? 0;
  const at = pixel * 3;
  return 0.299 * (image.data[at] ?? 0) + 0.587 * (image.data[at + 1] ?? 0) + 0.114 * (image.data[at + 2] ?? 0);
}

/** Mean grey of each cell of a `columns` × `rows` grid over the picture, 0..1, row-major; NaN where all of a cell is ignored. */
function boxMeans(image: DecodedImage, columns: number, rows: number, ignored: Uint8Array | null = null): Float32Array {
  const sums = new Float64Array(columns * rows);
  const counts = new Uint32Array(columns * rows);
  for (let y = 0; y < image.height; y++) {
    const row = Math.floor((y * rows) / image.height) * columns;
    for (let x = 0; x < image.width; x++) {
      if (ignored?.[y * image.width + x] === 1) continue;
      const cell = row + Math.floor((x * columns) / image.width);
      sums[cell] = (sums[cell] ?? 0) + greyAt(image, y * image.width + x);
      counts[cell] = (counts[cell] ?? 0) + 1;
    }
  }
  return Float32Array.from(
    sums,
    (sum, cell) => sum / 255 / (ignored === null ? Math.max(1, counts[cell] ?? 1) : (counts[cell] ?? 0)),
  );
}

/**
 * Variance of the 4-neighbour Laplacian over the inside of a grid (Pech-Pacheco et al. 2000): it falls as a picture blurs. Cells beside
 * one that is ignored (NaN) do not count: its edge is none of the picture's.
 */
function laplacianVariance(grid: Float32Array, columns: number, rows: number): number {
  let sum = 0;
  let squares = 0;
  let inside = 0;
  for (let y = 1; y < rows - 1; y++)
    for (let x = 1; x < columns - 1; x++) {
      const at = y * columns + x;
      const value =
        (grid[at - 1] ?? 0) +
        (grid[at + 1] ?? 0) +
        (grid[at - columns] ?? 0) +
        (grid[at + columns] ?? 0) -
        4 * (grid[at] ?? 0);
      if (Number.isNaN(value)) continue;
      inside++;
      sum += value;
      squares += value * value;
    }
  return inside === 0 ? 0 : squares / inside - (sum / inside) ** 2;
}

/**
 * Measures a decoded picture at the size it was taken in, or the inspected part of it (`widthPx` and `heightPx` are the whole
 * picture's); shares and greys 0..1.
 *
 * @param ignored 1 for each pixel that does not count; null: all count
 */
export function measureQuality(image: DecodedImage, ignored: Uint8Array | null = null): PictureMeasures {
  let pixels = 0;
  let sum = 0;
  let squares = 0;
  let low = 0;
  let high = 0;
  for (let pixel = 0; pixel < image.width * image.height; pixel++) {
    if (ignored?.[pixel] === 1) continue;
    pixels++;
    const grey = greyAt(image, pixel);
    sum += grey;
    squares += grey * grey;
    if (grey <= LOW) low++;
    if (grey >= HIGH) high++;
  }
  const scale = Math.min(1, GRID / Math.max(image.width, image.height));
  const columns = Math.max(1, Math.round(image.width * scale));
  const rows = Math.max(1, Math.round(image.height * scale));
  const counted = Math.max(1, pixels);
  const mean = sum / counted;
  return {
    widthPx: image.originalWidth,
    heightPx: image.originalHeight,
    mean: mean / 255,
    contrast: Math.sqrt(Math.max(0, squares / counted - mean * mean)) / 255,
    sharpness: laplacianVariance(boxMeans(image, columns, rows, ignored), columns, rows),
    clippedLow: low / counted,
    clippedHigh: high / counted,
  };
}

/**
 * Difference hash: 64 bits in hex, one for each pair of neighbours in a 9 × 8 grid of mean greys, set where the left one is
 * brighter. The same picture, resized or compressed anew, keeps (nearly) all of them.
 */
export function dHash(image: DecodedImage): string {
  const grid = boxMeans(image, 9, 8);
  let bits = 0n;
  for (let y = 0; y < 8; y++)
    for (let x = 0; x < 8; x++) {
      const brighter = (grid[y * 9 + x] ?? 0) > (grid[y * 9 + x + 1] ?? 0);
      bits = (bits << 1n) | (brighter ? 1n : 0n);
    }
  return bits.toString(16).padStart(16, '0');
}
