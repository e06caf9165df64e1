import type { AugmentConfig } from '#core/contract/engine.ts';
import type { Random } from '#core/domain/random.ts';

/*
 * Cutting views out of pictures: crop, flip, turn and scale in one bilinear sampling, straight from the decoded bytes. This is
 * plain arithmetic and not TensorFlow: no windows have to be copied and padded first, and it is the same on every backend.
 */

/** Views of one picture are cut from one window of this size, relative to the largest crop, so that they share content. */
const WINDOW = 1.15;

/** Where a tile lies in a picture: centre in pixels, and how far a view's centre may wander from it. */
export interface Window {
  readonly x: number;
  readonly y: number;
  readonly side: number;
}

/**
 * How far a place is drawn beyond its range before it is put back to the end of it, relative to the range. Without this a
 * picture's own edge would almost never be a view's edge, and pictures' edges would look like defects ever after.
 */
const EDGE_SHARE = 0.25;

/** From 0 to 1, with both ends hit often. */
function drawPlace(random: Random): number {
  const stretched = random.uniform() * (1 + 2 * EDGE_SHARE) - EDGE_SHARE;
  return Math.min(1, Math.max(0, stretched));
}

/** A random window of the picture that all views of one tile are cut from. */
export function drawWindow(picture: Pick<Rows, 'width' | 'height'>, config: AugmentConfig, random: Random): Window {
  const side = Math.min(WINDOW * config.cropMaxPx, picture.width, picture.height);
  return {
    x: side / 2 + drawPlace(random) * (picture.width - side),
    y: side / 2 + drawPlace(random) * (picture.height - side),
    side,
  };
}

/** From tile to picture: x = a·u + b·v + x0, y = c·u + d·v + y0, with u, v from −½ to ½ over the tile. */
export interface ViewGeometry {
  readonly a: number;
  readonly b: number;
  readonly c: number;
  readonly d: number;
  readonly x0: number;
  readonly y0: number;
}

/** A random crop within the window, turned and flipped as the configuration allows. */
export function drawGeometry(window: Window, config: AugmentConfig, random: Random): ViewGeometry {
  const largest = Math.min(config.cropMaxPx, window.side);
  const smallest = Math.min(config.cropMinPx, largest);
  const side = smallest + random.uniform() * (largest - smallest);
  const quarters = config.quarterTurns ? random.below(4) : 0;
  const angle = ((random.uniform() * 2 - 1) * config.rotateDegrees * Math.PI) / 180 + (quarters * Math.PI) / 2;
  const flipX = config.flipHorizontal && random.below(2) === 1 ? -1 : 1;
  const flipY = config.flipVertical && random.below(2) === 1 ? -1 : 1;
  const play = window.side - side;
  const [cos, sin] = [Math.cos(angle) * side, Math.sin(angle) * side];
  return {
    a: cos * flipX,
    b: -sin * flipY,
    c: sin * flipX,
    d: cos * flipY,
    x0: window.x + (drawPlace(random) - 0.5) * play,
    y0: window.y + (drawPlace(random) - 0.5) * play,
  };
}

/** Full rows of a picture of `width` × `height`, from row `top` on; all of them where `top` is 0 and `data` is the picture's. */
export interface Rows {
  readonly width: number;
  readonly height: number;
  readonly channels: 1 | 3;
  readonly top: number;
  /** Interleaved, row by row, 0..255. */
  readonly data: Uint8Array;
}

/** First row and number of rows of a picture of `height` rows that {@link sampleView} reads for all of `geometries`. */
export function rowsOf(geometries: readonly ViewGeometry[], height: number): { top: number; count: number } {
  let top = height;
  let bottom = 0;
  for (const { c, d, y0 } of geometries) {
    const reach = (Math.abs(c) + Math.abs(d)) / 2;
    for (let y = Math.floor(y0 - reach - 0.5); y <= Math.floor(y0 + reach - 0.5) + 1; y++) {
      const row = mirrored(y, height);
      top = Math.min(top, row);
      bottom = Math.max(bottom, row);
    }
  }
  return { top, count: bottom - top + 1 };
}

/**
 * Samples a view into `tiles` [n, tilePx, tilePx, channels] at place `index`, values 0..255 × gain. Beyond the picture's edge
 * its mirror image is seen. `rows` must hold those that {@link rowsOf} names.
 */
export function sampleView(
  rows: Rows,
  geometry: ViewGeometry,
  gain: number,
  tilePx: number,
  tiles: Float32Array,
  index: number,
): void {
  const { width, height, channels, top: firstRow, data } = rows;
  const { a, b, c, d, x0, y0 } = geometry;
  const rowLength = width * channels;
  const [dx, dy] = [a / tilePx, c / tilePx];
  let out = index * tilePx * tilePx * channels;
  for (let row = 0; row < tilePx; row++) {
    const v = (row + 0.5) / tilePx - 0.5;
    const u = 0.5 / tilePx - 0.5;
    // Pixel centres lie at +½.
    const xStart = a * u + b * v + x0 - 0.5;
    const yStart = c * u + d * v + y0 - 0.5;
    for (let column = 0; column < tilePx; column++) {
      const x = xStart + column * dx;
      const y = yStart + column * dy;
      // Whole numbers as such: what is found by them is twice as fast.
      const xFloor = Math.floor(x) | 0;
      const yFloor = Math.floor(y) | 0;
      const fx = x - xFloor;
      const fy = y - yFloor;
      let left = xFloor * channels;
      let right = left + channels;
      let upperRow = (yFloor - firstRow) * rowLength;
      let lowerRow = upperRow + rowLength;
      if (xFloor < 0 || yFloor < 0 || xFloor >= width - 1 || yFloor >= height - 1) {
        left = mirrored(xFloor, width) * channels;
        right = mirrored(xFloor + 1, width) * channels;
        upperRow = (mirrored(yFloor, height) - firstRow) * rowLength;
        lowerRow = (mirrored(yFloor + 1, height) - firstRow) * rowLength;
      }
      for (let channel = 0; channel < channels; channel++) {
        const topLeft = data[upperRow + left + channel] as number;
        const bottomLeft = data[lowerRow + left + channel] as number;
        const upper = topLeft + ((data[upperRow + right + channel] as number) - topLeft) * fx;
        const lower = bottomLeft + ((data[lowerRow + right + channel] as number) - bottomLeft) * fx;
        tiles[out++] = (upper + (lower - upper) * fy) * gain;
      }
    }
  }
}

/** Index −1 is 0's mirror image, `size` that of `size` − 1. */
function mirrored(index: number, size: number): number {
  if (index >= 0 && index < size) return index;
  const period = 2 * size;
  const within = ((index % period) + period) % period;
  return within < size ? within : period - 1 - within;
}
