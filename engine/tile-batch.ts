import type { Tensor4D } from '@tensorflow/tfjs-core';
import type { PretrainConfig } from '#core/contract/engine.ts';
import type { Random } from '#core/domain/random.ts';
import { changeLight } from './augment.ts';
import { MASK_STRIDE, paintDamage } from './damage.ts';
import { gainOf, normalise } from './normalise.ts';
import type { Normalisation } from './normalise.ts';
import type { Picture } from './pictures.ts';
import { tf } from './tf.ts';
import { drawGeometry, drawWindow, sampleView } from './views.ts';

/** One step's input. */
export interface TileBatch {
  /** Normalised views [2n + m, tilePx, tilePx, channels]: n first views, their n partners, m damaged ones. */
  readonly views: Tensor4D;
  /** Where damage is, of the partners and the damaged views [n + m, tilePx / 4, tilePx / 4, 1]. */
  readonly mask: Tensor4D;
}

/**
 * Cuts two clean views of every picture and a damaged third one of the first `damagedBatch`, changes their light and
 * normalises them. Needs a `tf.tidy` around.
 */
export function makeTileBatch(
  pictures: readonly Picture[],
  config: PretrainConfig,
  normalisation: Normalisation,
  random: Random,
): TileBatch {
  const { tilePx, augment } = config;
  const n = pictures.length;
  const m = config.damagedBatch;
  const channels = pictures[0]?.channels ?? 1;
  const size = tilePx * tilePx * channels;
  const pixels = new Float32Array((2 * n + m) * size);

  const windows = pictures.map((picture) => drawWindow(picture, augment, random));
  const cut = (tile: number, place: number): void => {
    const [picture, window] = [pictures[tile], windows[tile]];
    if (!picture || !window) throw new RangeError(`no tile ${tile} of ${n}`);
    sampleView(
      picture,
      drawGeometry(window, augment, random),
      gainOf(normalisation, picture.mean),
      tilePx,
      pixels,
      place,
    );
  };
  for (let place = 0; place < 2 * n; place++) cut(place % n, place);
  for (let place = 2 * n; place < 2 * n + m; place++) cut((place - 2 * n) % n, place);

  const cells = Math.ceil(tilePx / MASK_STRIDE);
  const mask = new Float32Array((n + m) * cells * cells);
  const damaged = { data: pixels.subarray(2 * n * size), count: m, tilePx, channels };
  mask.set(paintDamage(damaged, random), n * cells * cells);

  const lit = changeLight(tf.tensor4d(pixels, [2 * n + m, tilePx, tilePx, channels]), augment, random);
  return {
    // The gain is in the pixels already.
    views: normalise(
      normalisation,
      lit,
      Array.from({ length: 2 * n + m }, () => 1),
    ),
    mask: tf.tensor4d(mask, [n + m, cells, cells, 1]),
  };
}
