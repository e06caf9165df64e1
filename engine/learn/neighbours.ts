import type { Tensor1D, Tensor2D } from '@tensorflow/tfjs-core';
import { tf } from '../tf.ts';
import type { Matrix } from './matrix.ts';
import { breathe, Pace, progress } from './progress.ts';
import type { ProgressEvent } from './progress.ts';
import { valuesOf } from './values-of.ts';

const NEIGHBOURS = 5;
/** Cosines at a time: 256 × 10,000 are 10 MB. */
const CHUNK = 256;

/** Mean cosine distance of each unit row to its nearest other rows: how unusual it is among all. */
export async function* nearestDistances(
  unit: Matrix,
  signal: AbortSignal,
): AsyncGenerator<ProgressEvent, Float32Array> {
  const { rows, columns, data } = unit;
  const result = new Float32Array(rows);
  const neighbours = Math.min(NEIGHBOURS, rows - 1);
  if (neighbours < 1) return result;
  const pace = new Pace();
  const all = tf.tensor2d(data, [rows, columns]);
  try {
    for (let start = 0; start < rows; start += CHUNK) {
      await breathe(signal);
      const distances = tf.tidy<Tensor1D>(() => {
        const chunk = tf.slice2d(all, [start, 0], [Math.min(CHUNK, rows - start), -1]);
        // The row itself is always the most similar one: asked for one more, it is taken out of the sum.
        const { values } = tf.topk(tf.matMul<Tensor2D>(chunk, all, false, true), neighbours + 1);
        const others = tf.div(tf.sub(tf.sum(values, 1), tf.max(values, 1)), neighbours);
        return tf.clipByValue(tf.sub(1, others), 0, 2);
      });
      result.set(await valuesOf(distances), start);
      if (pace.isDue()) yield progress('unusual', start, rows);
    }
  } finally {
    all.dispose();
  }
  return result;
}
