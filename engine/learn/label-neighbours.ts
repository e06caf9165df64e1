import { readFile, rename, writeFile } from 'node:fs/promises';
import type { Tensor2D } from '@tensorflow/tfjs-core';
import { AppError, writeFailure } from '#core/contract/errors.ts';
import { openTensorFlow, tf } from '../tf.ts';
import type { AnswerOf, InputOf } from '../work.ts';
import { breathe } from './progress.ts';
import { valuesOf } from './values-of.ts';

/** Cosines at a time: 256 × 10,000 are 10 MB. */
const CHUNK = 256;
/** Below every cosine: a picture of the same part. */
const EXCLUDED = -4;

const never = new AbortController().signal;

/**
 * The nearest rows of each row that belong to another group, by cosine: 3.5 s of processor time for 10,000 rows of 1,088
 * columns.
 *
 * @throws AppError `internal` where the file does not hold the rows that were named; `disk_full`, `write_failed`
 */
export async function labelNeighbours(input: InputOf<'neighbours'>): Promise<AnswerOf<'neighbours'>> {
  await openTensorFlow();
  const { vectorsFile, dimension, groups, outFile } = input;
  const rows = groups.length;
  const bytes = await readFile(vectorsFile);
  if (bytes.byteLength !== rows * dimension * 4) throw new AppError('internal', { detail: 'vectors file' });
  const data = new Float32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength));
  const count = Math.min(input.count, rows);
  const places = new Float32Array(rows * count).fill(-1);
  const cosines = new Float32Array(rows * count);
  const [unit, group] = tf.tidy(() => {
    const all = tf.tensor2d(data, [rows, dimension]);
    const length = tf.maximum(tf.norm(all, 'euclidean', 1, true), Number.EPSILON);
    return [tf.div<Tensor2D>(all, length), tf.tensor1d(groups, 'int32')] as const;
  });
  try {
    for (let start = 0; start < rows; start += CHUNK) {
      await breathe(never);
      const size = Math.min(CHUNK, rows - start);
      const [values, indices] = tf.tidy(() => {
        const own = tf.expandDims(tf.slice(group, start, size), 1);
        const alike = tf.equal(own, tf.expandDims(group, 0));
        const chunk = tf.slice(unit, [start, 0], [size, dimension]);
        const all = tf.matMul<Tensor2D>(chunk, unit, false, true);
        const found = tf.topk(tf.where(alike, tf.fill([size, rows], EXCLUDED), all), count);
        return [found.values, tf.cast(found.indices, 'float32')] as const;
      });
      const found = await valuesOf(values);
      const at = await valuesOf(indices);
      for (let n = 0; n < found.length; n++) {
        if ((found[n] ?? EXCLUDED) <= EXCLUDED) continue;
        cosines[start * count + n] = found[n] ?? 0;
        places[start * count + n] = at[n] ?? -1;
      }
    }
  } finally {
    unit.dispose();
    group.dispose();
  }
  const result = new Float32Array(2 * places.length);
  result.set(places);
  result.set(cosines, places.length);
  try {
    await writeFile(`${outFile}.tmp`, new Uint8Array(result.buffer));
    await rename(`${outFile}.tmp`, outFile);
  } catch (cause) {
    throw writeFailure(outFile, cause);
  }
  return { count };
}
