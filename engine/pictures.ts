import type { Tensor4D } from '@tensorflow/tfjs-core';
import type { ImageRow } from '#core/contract/engine.ts';
import { LONG_SIDE_CAP } from '#core/domain/picture-size.ts';
import { measureLevels } from '#core/imaging/levels.ts';
import { readRawPicture } from '#core/imaging/raw-picture.ts';
import { gainOf, normalise } from './normalise.ts';
import type { Normalisation } from './normalise.ts';
import { pixelsLost } from '#core/imaging/pixels-lost.ts';
import { tf } from './tf.ts';

/** A decoded picture. */
export interface Picture {
  readonly width: number;
  readonly height: number;
  readonly channels: 1 | 3;
  /** Interleaved, row by row, 0..255. */
  readonly data: Uint8Array;
  /** Mean over all values that count, 0..1. */
  readonly mean: number;
  /** 1 for each cell (core/imaging/raw-picture.ts) that is not to be inspected; absent: all counts. */
  readonly ignored?: Uint8Array;
}

/** A picture as it was read, whole. */
export interface WholePicture extends Picture {
  /** Mean of the squares of all values that count, 0..1. */
  readonly meanSquare: number;
}

/** Which picture, and where it is: of an images file or of a single question. */
export type PictureSource = Pick<ImageRow, 'path' | 'page' | 'pixels'>;

/**
 * Reads a picture, capped at {@link LONG_SIDE_CAP}: the decoded file where the row names one, otherwise the picture itself,
 * decoded here. The app names one for every row, since a decoder may die of a picture; benchmarks and tests need none.
 *
 * @param channels absent = as the file has them
 * @throws AppError `pixels_lost`; where it decodes `image_broken`, `image_too_large`, `image_type_refused`, `not_found`
 */
export async function readPicture(row: PictureSource, channels?: 1 | 3): Promise<WholePicture> {
  if (row.pixels !== undefined) {
    const picture = await readDecoded(row.pixels);
    // Decoded for a network that sees other channels: the way from colour to grey is the decoder's.
    if (picture.channels === (channels ?? picture.channels)) return picture;
  }
  // Loaded only where it is needed, so that the app's engine holds no decoder.
  const { decodeImage } = await import('#core/imaging/decode.ts');
  const decoded = await decodeImage(row.path, {
    page: row.page,
    maxSide: LONG_SIDE_CAP,
    ...(channels && { channels }),
  });
  const { width, height, data } = decoded;
  return { width, height, channels: decoded.channels, data, ...measureLevels(data) };
}

/** The decoded file; that it cannot be read says nothing about the picture. */
async function readDecoded(file: string): Promise<WholePicture> {
  try {
    return await readRawPicture(file);
  } catch (cause) {
    throw pixelsLost(file, cause);
  }
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
