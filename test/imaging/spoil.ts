import type { DecodedImage } from '#core/imaging/decode.ts';

/** What goes wrong in front of a camera, done to a grey picture at graded strengths. */

/** Pixels of a grey picture. */
export function greyImage(width: number, height: number, data: Uint8Array): DecodedImage {
  return { width, height, channels: 1, data, originalWidth: width, originalHeight: height };
}

const pixels = (values: ArrayLike<number>): Uint8Array =>
  Uint8Array.from({ length: values.length }, (_, at) => Math.min(255, Math.max(0, Math.round(values[at] ?? 0))));

/** Gain of the light; above 1 the brightest parts are cut off at white. */
export function lit(image: DecodedImage, gain: number): DecodedImage {
  return { ...image, data: pixels(Float32Array.from(image.data, (value) => value * gain)) };
}

/** Stray light, as of a dirty cover glass: `share` of each pixel is replaced by an even grey of 200. */
export function veiled(image: DecodedImage, share: number): DecodedImage {
  return { ...image, data: pixels(Float32Array.from(image.data, (value) => value * (1 - share) + 200 * share)) };
}

/** Gaussian blur of standard deviation `sigma` pixels; the border goes on outside. */
export function blurred(image: DecodedImage, sigma: number): DecodedImage {
  const { width, height } = image;
  const radius = Math.ceil(3 * sigma);
  const kernel = Float32Array.from({ length: 2 * radius + 1 }, (_, at) =>
    Math.exp(-((at - radius) ** 2) / 2 / sigma ** 2),
  );
  const sum = kernel.reduce((total, weight) => total + weight, 0);
  const along = (from: ArrayLike<number>, to: Float32Array, start: number, stride: number, length: number): void => {
    for (let at = 0; at < length; at++) {
      let value = 0;
      for (let tap = -radius; tap <= radius; tap++) {
        const other = Math.min(length - 1, Math.max(0, at + tap));
        value += (kernel[tap + radius] ?? 0) * (from[start + other * stride] ?? 0);
      }
      to[start + at * stride] = value / sum;
    }
  };
  const once = new Float32Array(width * height);
  const twice = new Float32Array(width * height);
  for (let y = 0; y < height; y++) along(image.data, once, y * width, 1, width);
  for (let x = 0; x < width; x++) along(once, twice, x, width, height);
  return { ...image, data: pixels(twice) };
}

/** What is shown moves by shares of the sides to the right and down; the border goes on outside. */
export function moved(image: DecodedImage, x: number, y: number): DecodedImage {
  const { width, height } = image;
  const [dx, dy] = [Math.round(x * width), Math.round(y * height)];
  const data = Uint8Array.from({ length: width * height }, (_, at) => {
    const column = Math.min(width - 1, Math.max(0, (at % width) - dx));
    const row = Math.min(height - 1, Math.max(0, Math.floor(at / width) - dy));
    return image.data[row * width + column] ?? 0;
  });
  return { ...image, data };
}
