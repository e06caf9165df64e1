import type { Tensor4D } from '@tensorflow/tfjs-core';
import type { ImageRow } from '#core/contract/engine.ts';
import { decodeImage } from '#core/imaging/decode.ts';
import { gainOf, normalise } from './normalise.ts';
import type { Normalisation } from './normalise.ts';
import { tf } from './tf.ts';

/**
 * Pictures are used at native resolution up to this long side, in pixels; larger ones are scaled down to it. Crop sizes
 * of the configuration refer to pictures after this cap.
 */
export const LONG_SIDE_CAP = 512;

/** A decoded picture. */
export interface Picture {
  readonly width: number;
  readonly height: number;
  readonly channels: 1 | 3;
  /** Interleaved, row by row, 0..255. */
  readonly data: Uint8Array;
  /** Mean over all pixels and channels, 0..1. */
  readonly mean: number;
}

/**
 * Decodes a picture, capped at {@link LONG_SIDE_CAP}.
 *
 * @param channels absent = as the file has them
 * @throws AppError `image_broken`, `image_too_large`, `image_type_refused`, `not_found`
 */
export async function readPicture(row: Pick<ImageRow, 'path' | 'page'>, channels?: 1 | 3): Promise<Picture> {
  const {
    width,
    height,
    channels: has,
    data,
  } = await decodeImage(row.path, {
    page: row.page,
    maxSide: LONG_SIDE_CAP,
    ...(channels && { channels }),
  });
  return { width, height, channels: has, data, mean: meanOf(data) / 255 };
}

function meanOf(data: Uint8Array): number {
  let sum = 0;
  for (const value of data) sum += value;
  return sum / Math.max(1, data.length);
}

/** Whole pictures of one size as the encoder wants them: float32 [n, h, w, channels], normalised. */
export function toBatch(pictures: readonly Picture[], normalisation: Normalisation): Tensor4D {
  const [first] = pictures;
  if (!first) throw new RangeError('a batch has at least one picture');
  const { height, width, channels } = first;
  const size = height * width * channels;
  const pixels = new Float32Array(pictures.length * size);
  pictures.forEach((picture, index) => {
    if (picture.height !== height || picture.width !== width || picture.channels !== channels) {
      throw new RangeError('pictures of a batch have one size');
    }
    pixels.set(picture.data, index * size);
  });
  const gains = pictures.map(({ mean }) => gainOf(normalisation, mean));
  return tf.tidy(() =>
    normalise(normalisation, tf.tensor4d(pixels, [pictures.length, height, width, channels]), gains),
  );
}
