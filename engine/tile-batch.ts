import type { Tensor4D } from '@tensorflow/tfjs-core';
import type { Random } from '#core/domain/random.ts';
import { changeLight } from './augment.ts';
import type { CutConfig, CutTiles } from './cut-tiles.ts';
import { MASK_STRIDE } from './damage.ts';
import { normalise } from './normalise.ts';
import type { Normalisation } from './normalise.ts';
import { tf } from './tf.ts';

/** One step's input. */
export interface TileBatch {
  /** Normalised views [2n + m, tilePx, tilePx, channels]: n first views, their n partners, m damaged ones. */
  readonly views: Tensor4D;
  /** Where damage is, of the partners and the damaged views [n + m, tilePx / 4, tilePx / 4, 1]. */
  readonly mask: Tensor4D;
}

/** Changes the light of cut tiles and normalises them. Needs a `tf.tidy` around; the arrays are free again after it. */
export function toTileBatch(
  { pixels, mask }: CutTiles,
  { tilePx, channels, augment }: CutConfig,
  normalisation: Normalisation,
  random: Random,
): TileBatch {
  const views = pixels.length / (tilePx * tilePx * channels);
  const cells = Math.ceil(tilePx / MASK_STRIDE);
  const lit = changeLight(tf.tensor4d(pixels, [views, tilePx, tilePx, channels]), augment, random);
  return {
    // The gain is in the pixels already.
    views: normalise(
      normalisation,
      lit,
      Array.from({ length: views }, () => 1),
    ),
    mask: tf.tensor4d(mask, [mask.length / cells ** 2, cells, cells, 1]),
  };
}
