import type { Tensor2D } from '@tensorflow/tfjs-core';
import type { Region } from '#core/contract/engine.ts';
import { tf } from '../tf.ts';
import { headFeatures } from './head.ts';
import { pick, rowOf } from './matrix.ts';
import type { Standard } from './matrix.ts';
import { pooledColumns, suspiciousColumns } from './pooled.ts';
import type { Survey } from './survey.ts';

/*
 * Where a person says that the defect is. A head learns what the most suspicious place of a picture looks like; with few
 * labels the suspicion often points elsewhere, and the head learns an edge or a reflection as a defect. A marked region
 * may take its place in the labelled picture, see usefulMarks. Pictures that are judged are never marked, held-out ones neither: their suspicious
 * place stays where the defect map points.
 */

/** Share of each patch of a grid of `height` × `width`, row by row: even over those whose middle is marked; sums to 1. */
export function markedShares(regions: readonly Region[], height: number, width: number): Float32Array {
  const shares = new Float32Array(height * width);
  for (const region of regions) {
    const [top, bottom] = within(region.y, region.height, height);
    const [left, right] = within(region.x, region.width, width);
    for (let y = top; y <= bottom; y++) shares.fill(1, y * width + left, y * width + right + 1);
  }
  const marked = shares.reduce((sum, share) => sum + share, 0);
  return shares.map((share) => share / marked);
}

/** First and last position of `count` whose middle lies in a stretch; where none does, the one that holds its middle, twice. */
function within(from: number, length: number, count: number): [number, number] {
  const first = Math.ceil(from * count - 0.5);
  const last = Math.ceil((from + length) * count - 0.5) - 1;
  const clip = (at: number): number => Math.min(count - 1, Math.max(0, at));
  if (first <= last) return [clip(first), clip(last)];
  const middle = clip(Math.floor((from + length / 2) * count));
  return [middle, middle];
}

/** Mean patch [1, columns] of the marked positions. @param patches of one picture, see patchesOf */
export function markedPatch(patches: Tensor2D, regions: readonly Region[], height: number, width: number): Tensor2D {
  return tf.tidy(() => tf.matMul(tf.tensor2d(markedShares(regions, height, width), [1, height * width]), patches));
}

/** Head features of the marked rows, their suspicious patch replaced by the marked one; by row. */
export function taughtRows(
  { pooled, marked }: Pick<Survey, 'pooled' | 'marked'>,
  standard: Standard,
): Map<number, Float32Array> {
  const rows = [...marked.keys()];
  const replaced = pick(pooled, rows);
  const [from] = suspiciousColumns({ width: pooled.columns / pooledColumns({ width: 1 }) });
  rows.forEach((row, at) => rowOf(replaced, at).set(marked.get(row) ?? [], from));
  const features = headFeatures(replaced, standard);
  return new Map(rows.map((row, at) => [row, rowOf(features, at)]));
}
