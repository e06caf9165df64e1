import type { AugmentConfig } from '#core/contract/engine.ts';
import type { Random } from '#core/domain/random.ts';
import type { Picture } from './pictures.ts';

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
export function drawWindow(picture: Picture, config: AugmentConfig, random: Random): Window {
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

/**
 * Samples a view into `tiles` [n, tilePx, tilePx, channels] at place `index`, values 0..255 × gain. Beyond the picture's edge
 * its mirror image is seen.
 */
export function sampleView(
  picture: Picture,
  geometry: ViewGeometry,
  gain: number,
  tilePx: number,
  tiles: Float32Array,
  index: number,
): void {
  const { width, height, channels, data } = picture;
  const { a, b, c, d, x0, y0 } = geometry;
  const rowLength = width * channels;
  let out = index * tilePx * tilePx * channels;
  for (let row = 0; row < tilePx; row++) {
    const v = (row + 0.5) / tilePx - 0.5;
    for (let column = 0; column < tilePx; column++) {
      const u = (column + 0.5) / tilePx - 0.5;
      // Pixel centres lie at +½.
      const x = a * u + b * v + x0 - 0.5;
      const y = c * u + d * v + y0 - 0.5;
      const xFloor = Math.floor(x);
      const yFloor = Math.floor(y);
      const fx = x - xFloor;
      const fy = y - yFloor;
      const inside = xFloor >= 0 && yFloor >= 0 && xFloor < width - 1 && yFloor < height - 1;
      const left = (inside ? xFloor : mirrored(xFloor, width)) * channels;
      const right = inside ? left + channels : mirrored(xFloor + 1, width) * channels;
      const top = (inside ? yFloor : mirrored(yFloor, height)) * rowLength;
      const bottom = inside ? top + rowLength : mirrored(yFloor + 1, height) * rowLength;
      for (let channel = 0; channel < channels; channel++) {
        const topLeft = data[top + left + channel] as number;
        const bottomLeft = data[bottom + left + channel] as number;
        const upper = topLeft + ((data[top + right + channel] as number) - topLeft) * fx;
        const lower = bottomLeft + ((data[bottom + right + channel] as number) - bottomLeft) * fx;
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
