import type { ImageRow } from '#core/contract/engine.ts';
import type { Looking } from '../network/looking.ts';
import { lookAt } from './look.ts';
import type { Failed } from './look.ts';
import { matrix } from './matrix.ts';
import type { Matrix } from './matrix.ts';
import { pooledColumns, pooledOf } from './pooled.ts';
import { valuesOf } from './values-of.ts';

/**
 * Pooled features of pictures, one row each, and the rows that could be read; the others are zero.
 *
 * @param width of the encoder that looks
 * @throws AppError `pixels_lost`; the signal's reason
 */
export async function pooledRows(
  looking: Looking,
  width: number,
  rows: readonly ImageRow[],
  signal: AbortSignal,
): Promise<{ pooled: Matrix; seen: number[] }> {
  const columns = pooledColumns({ width });
  const pooled = matrix(rows.length, columns);
  const failed: Failed[] = [];
  const seen: number[] = [];
  for await (const { indices, features } of lookAt(looking, rows, failed, signal)) {
    const values = await valuesOf(pooledOf(features));
    indices.forEach((row, at) => {
      pooled.data.set(values.subarray(at * columns, (at + 1) * columns), row * columns);
      seen.push(row);
    });
  }
  return { pooled, seen };
}
