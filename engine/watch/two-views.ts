import type { Tensor2D } from '@tensorflow/tfjs-core';
import type { Random } from '#core/domain/random.ts';
import { cutLengths, cutTiles } from '../cut-tiles.ts';
import type { CutConfig, CutTiles } from '../cut-tiles.ts';
import { alignment, effectiveRank } from '../effective-rank.ts';
import { dot, rowOf, unitRows } from '../learn/matrix.ts';
import { valuesOf } from '../learn/values-of.ts';
import type { Looking } from '../network/looking.ts';
import { RowReader } from '../read-rows.ts';
import { toTileBatch } from '../tile-batch.ts';
import type { TrainingSite } from '../training-site.ts';
import { tf } from '../tf.ts';

/*
 * What an encoder makes of pictures that nobody labelled: two views each of some tiles, the same at every look, so that its
 * numbers can be compared over a run.
 */

const MOST_PICTURES = 128;

/** Numbers of unit rows of the deepest layer; alarms and progress, never accuracy. */
export interface TwoViews {
  readonly pictures: number;
  /** Mean squared distance of both views (Wang and Isola 2020): 0 = always the same. */
  readonly alignment: number;
  /** log E exp(−2‖x − y‖²) over all pairs of pictures (ibid.): 0 = all are one point, lower is more even. */
  readonly uniformity: number;
  /** RankMe (Garrido et al. 2023). */
  readonly effectiveRank: number;
  /** Share of views whose nearest of all other views is the other view of the same picture. */
  readonly retrieval: number;
}

/** The tiles that are looked at: `n` first views, then their partners. */
export function drawTwoViews({ pictures, normalisation }: TrainingSite, config: CutConfig, random: Random): CutTiles {
  const n = Math.min(MOST_PICTURES, pictures.size);
  const every = pictures.size / n;
  const clean = { ...config, damagedBatch: 0 };
  const { pixels, mask } = cutLengths(n, clean);
  const tiles = { pixels: new Float32Array(pixels), mask: new Float32Array(mask) };
  const sources = Array.from({ length: n }, (_, at) => pictures.source(Math.floor(at * every), normalisation));
  cutTiles(sources, clean, random, new RowReader(), tiles);
  return tiles;
}

/** Looks at tiles of {@link drawTwoViews}. @param light draws the same light at every look */
export async function seeTwoViews(
  looking: Looking,
  tiles: CutTiles,
  config: CutConfig,
  light: Random,
): Promise<TwoViews> {
  const pooled = tf.tidy(() => {
    const { views } = toTileBatch(tiles, { ...config, damagedBatch: 0 }, looking.normalisation, light);
    return tf.mean<Tensor2D>(looking.infer(views).layer4, [1, 2]);
  });
  const [rows, columns] = pooled.shape;
  const unit = unitRows({ rows, columns, data: Float32Array.from(await valuesOf(pooled)) });
  const all = Array.from({ length: rows }, (_, row) => rowOf(unit, row));
  return twoViews(all.slice(0, rows / 2), all.slice(rows / 2));
}

/** @param a,b rows of length 1, both views of each picture */
export function twoViews(a: readonly Float32Array[], b: readonly Float32Array[]): TwoViews {
  const all = [...a, ...b];
  const n = a.length;
  let found = 0;
  let potential = 0;
  let pairs = 0;
  all.forEach((own, i) => {
    let nearest = -1;
    let most = -Infinity;
    all.forEach((other, j) => {
      if (i === j) return;
      const cosine = dot(own, other);
      if (cosine > most) [most, nearest] = [cosine, j];
      // Of two different pictures, each pair once.
      if (j > i && j !== i + n) {
        potential += Math.exp(-2 * (2 - 2 * cosine));
        pairs += 1;
      }
    });
    if (nearest === (i < n ? i + n : i - n)) found += 1;
  });
  return {
    pictures: n,
    alignment: alignment(a, b),
    uniformity: pairs === 0 ? 0 : Math.log(potential / pairs),
    effectiveRank: effectiveRank(all),
    retrieval: found / Math.max(1, all.length),
  };
}
