import type { Disturbance } from '#core/domain/disturbance.ts';
import { Random } from '#core/domain/random.ts';
import { countedValues, measureLevels } from '#core/imaging/levels.ts';
import { IGNORED_CELL_PX } from '#core/imaging/raw-picture.ts';
import type { WholePicture } from './pictures.ts';

/*
 * Pictures as a worse lens, lamp, fixture or sensor would have taken them, within 8 bits. What lies beyond the border is its nearest pixel:
 * a black rim would be the strongest edge of the picture.
 */

type Grid = Pick<WholePicture, 'width' | 'height' | 'channels' | 'data'>;

const byte = (value: number): number => Math.min(255, Math.max(0, Math.round(value)));
const within = (at: number, length: number): number => Math.min(length - 1, Math.max(0, at));

/** Weights of a Gaussian cut at 4 σ, as scipy.ndimage.gaussian_filter has them; the middle one is the last. */
function gaussian(sigma: number): number[] {
  const reach = Math.floor(4 * sigma + 0.5);
  const weights = Array.from({ length: 2 * reach + 1 }, (_, at) => Math.exp(-0.5 * ((at - reach) / sigma) ** 2));
  const sum = weights.reduce((a, b) => a + b, 0);
  return weights.map((weight) => weight / sum);
}

function blurred({ width, height, channels, data }: Grid, sigma: number): Uint8Array {
  const weights = gaussian(sigma);
  const reach = (weights.length - 1) / 2;
  const rows = new Float32Array(data.length);
  const out = new Uint8Array(data.length);
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++)
      for (let channel = 0; channel < channels; channel++) {
        let sum = 0;
        for (let step = -reach; step <= reach; step++)
          sum += (weights[step + reach] ?? 0) * (data[(y * width + within(x + step, width)) * channels + channel] ?? 0);
        rows[(y * width + x) * channels + channel] = sum;
      }
  const rowLength = width * channels;
  for (let y = 0; y < height; y++)
    for (let at = 0; at < rowLength; at++) {
      let sum = 0;
      for (let step = -reach; step <= reach; step++)
        sum += (weights[step + reach] ?? 0) * (rows[within(y + step, height) * rowLength + at] ?? 0);
      out[y * rowLength + at] = byte(sum);
    }
  return out;
}

/** Each pixel from where `from` says, bilinear. */
function moved(grid: Grid, from: (x: number, y: number) => readonly [number, number]): Uint8Array {
  const { width, height, channels, data } = grid;
  const out = new Uint8Array(data.length);
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) {
      const [sourceX, sourceY] = from(x, y);
      const [atX, atY] = [within(sourceX, width), within(sourceY, height)];
      const [left, top] = [Math.floor(atX), Math.floor(atY)];
      const [right, bottom] = [within(left + 1, width), within(top + 1, height)];
      const [shareX, shareY] = [atX - left, atY - top];
      for (let channel = 0; channel < channels; channel++) {
        const at = (column: number, row: number): number => data[(row * width + column) * channels + channel] ?? 0;
        const upper = at(left, top) * (1 - shareX) + at(right, top) * shareX;
        const lower = at(left, bottom) * (1 - shareX) + at(right, bottom) * shareX;
        out[(y * width + x) * channels + channel] = byte(upper * (1 - shareY) + lower * shareY);
      }
    }
  return out;
}

function turned(grid: Grid, degrees: number): Uint8Array {
  const radians = (degrees * Math.PI) / 180;
  const [cos, sin] = [Math.cos(radians), Math.sin(radians)];
  const [middleX, middleY] = [(grid.width - 1) / 2, (grid.height - 1) / 2];
  return moved(grid, (x, y) => [
    middleX + cos * (x - middleX) - sin * (y - middleY),
    middleY + sin * (x - middleX) + cos * (y - middleY),
  ]);
}

/** Right, left, down, up and between. */
const directions = [0, 1, 2, 3, 4, 5, 6, 7].map((eighth) => (eighth * Math.PI) / 4);

function disturbedData(grid: Grid, { kind, amount }: Disturbance, random: Random): Uint8Array {
  switch (kind) {
    case 'blur':
      return blurred(grid, amount);
    case 'darker':
      return grid.data.map((value) => byte(value * (1 - amount)));
    case 'brighter':
      return grid.data.map((value) => byte(value * (1 + amount)));
    case 'noise':
      return grid.data.map((value) => byte(value + 255 * amount * random.normal()));
    case 'rotation':
      return turned(grid, random.below(2) === 0 ? amount : -amount);
    case 'shift': {
      const pixels = amount * Math.max(grid.width, grid.height);
      const direction = directions[random.below(directions.length)] ?? 0;
      const [byX, byY] = [Math.round(pixels * Math.cos(direction)), Math.round(pixels * Math.sin(direction))];
      return moved(grid, (x, y) => [x - byX, y - byY]);
    }
  }
}

/**
 * A picture as it would have come disturbed. The same picture, amount and seed give the same one; which way it is moved or turned is drawn
 * for each picture and is the same way at every amount.
 *
 * @param id of the picture
 */
export function disturb(picture: WholePicture, disturbance: Disturbance, id: number, seed: number): WholePicture {
  const random = new Random((seed ^ Math.imul(id, 0x9e37_79b1)) >>> 0);
  const data = disturbedData(picture, disturbance, random);
  const { ignored } = picture;
  const counted = ignored ? countedValues({ ...picture, data }, ignored, IGNORED_CELL_PX) : data;
  return { ...picture, data, ...measureLevels(counted) };
}
