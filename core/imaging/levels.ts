import type { RawPixels } from './raw-picture.ts';

/** Mean over all values, values as 0..1. */
export function meanOf(data: Uint8Array): number {
  let sum = 0;
  for (let at = 0; at < data.length; at++) sum += data[at] ?? 0;
  return sum / Math.max(1, data.length) / 255;
}

/** Mean and mean of squares over all values, values as 0..1. */
export function measureLevels(data: Uint8Array): { readonly mean: number; readonly meanSquare: number } {
  let sum = 0;
  let squares = 0;
  for (let at = 0; at < data.length; at++) {
    const value = data[at] ?? 0;
    sum += value;
    squares += value * value;
  }
  const count = Math.max(1, data.length);
  return { mean: sum / count / 255, meanSquare: squares / count / (255 * 255) };
}

/**
 * The values of the pixels that count, in their order.
 *
 * @param ignored 1 for each square of `cellPx` pixels that does not count, row by row
 */
export function countedValues(
  { width, height, channels, data }: RawPixels,
  ignored: Uint8Array,
  cellPx: number,
): Uint8Array {
  const columns = Math.ceil(width / cellPx);
  const counted = new Uint8Array(data.length);
  let length = 0;
  for (let y = 0; y < height; y++)
    for (let column = 0; column < columns; column++) {
      if (ignored[Math.floor(y / cellPx) * columns + column] === 1) continue;
      const [from, to] = [column * cellPx, Math.min(width, (column + 1) * cellPx)];
      counted.set(data.subarray((y * width + from) * channels, (y * width + to) * channels), length);
      length += (to - from) * channels;
    }
  return counted.subarray(0, length);
}

const CHANNEL_TOLERANCE = 12;
/** JPEG and Bayer artefacts make single pixels coloured in pictures of a grey scene. */
const COLOURED_SHARE = 0.001;

/** Whether more than single pixels of a picture have a colour: grey scenes are often stored as RGB. */
export function showsColour({ channels, data }: Pick<RawPixels, 'channels' | 'data'>): boolean {
  if (channels === 1) return false;
  let coloured = 0;
  for (let at = 0; at + 2 < data.length; at += 3) {
    const red = data[at] ?? 0;
    const green = data[at + 1] ?? 0;
    const blue = data[at + 2] ?? 0;
    if (Math.max(red, green, blue) - Math.min(red, green, blue) > CHANNEL_TOLERANCE) coloured += 1;
  }
  return coloured > COLOURED_SHARE * (data.length / 3);
}
