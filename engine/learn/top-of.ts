import type { Tensor2D, Tensor3D } from '@tensorflow/tfjs-core';
import { tf } from '../tf.ts';

/*
 * The largest few of very many. TensorFlow's top-k walks over every number; but the largest `count` lie in the `count` groups
 * with the largest maxima, maxima are found by vector instructions, and top-k is left with few numbers. The same values.
 */

/** Numbers of a group: columns / group maxima and count · group numbers are left for top-k, fewest at √(columns / count). */
function groupSize(columns: number, count: number): number {
  return 2 ** Math.round(Math.log2(Math.sqrt(columns / count)));
}

/** Fills the last group up; never among the largest of features or of negative squared distances. */
const LEAST = -3e38;

/** The largest `count` of each row of x [n, columns], in no order: [n, count]. */
export function topOfRows(x: Tensor2D, count: number): Tensor2D {
  const [n, columns] = x.shape;
  const size = groupSize(columns, count);
  const groups = Math.ceil(columns / size);
  if (groups <= 2 * count) return tf.topk(x, count, false).values;
  return tf.tidy(() => {
    const filled =
      columns === groups * size
        ? x
        : tf.pad2d(
            x,
            [
              [0, 0],
              [0, groups * size - columns],
            ],
            LEAST,
          );
    const grouped = tf.reshape(filled, [n, groups, size]) as Tensor3D;
    const { indices } = tf.topk(tf.max(grouped, 2), count, false);
    const found = tf.reshape(tf.gather(grouped, indices, 1, 1), [n, count * size]) as Tensor2D;
    return tf.topk(found, count, false).values;
  });
}

/** The largest `count` over the positions of x [n, positions, channels], in no order: [n, channels, count]. */
export function topOf(x: Tensor3D, count: number): Tensor3D {
  const [n, positions, channels] = x.shape;
  return tf.tidy(() => {
    const rows = tf.reshape(tf.transpose(x, [0, 2, 1]), [n * channels, positions]) as Tensor2D;
    return tf.reshape(topOfRows(rows, count), [n, channels, count]);
  });
}
