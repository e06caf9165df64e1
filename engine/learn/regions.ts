import type { Tensor2D } from '@tensorflow/tfjs-core';
import type { DefectRegion } from '#core/contract/engine.ts';
import { markedCells } from '#core/domain/defect-marks.ts';
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

/**
 * Share of each patch of a grid of `height` × `width`, row by row: even over those that are marked (core/domain/defect-marks.ts);
 * sums to 1. null: an eraser has left nothing.
 */
export function markedShares(regions: readonly DefectRegion[], height: number, width: number): Float32Array | null {
  const cells = markedCells(regions, { columns: width, rows: height });
  const marked = cells.reduce((sum, cell) => sum + cell, 0);
  return marked === 0 ? null : Float32Array.from(cells, (cell) => cell / marked);
}

/** Mean patch [1, columns] by the share of each position, see markedShares. @param patches of one picture, see patchesOf */
export function markedPatch(patches: Tensor2D, shares: Float32Array): Tensor2D {
  return tf.tidy(() => tf.matMul(tf.tensor2d(shares, [1, shares.length]), patches));
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
