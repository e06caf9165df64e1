import type { Tensor2D, Tensor4D } from '@tensorflow/tfjs-core';
import { tf } from '../tf.ts';

/** Mean over all positions: x [n, h, w, c] float32 → [n, c]. */
export function meanPool(x: Tensor4D): Tensor2D {
  return tf.mean<Tensor2D>(x, [1, 2]);
}

/** Gradient of {@link meanPool}: dy [n, c] spread evenly over the height × width positions. */
export function meanPoolGradient(dy: Tensor2D, height: number, width: number): Tensor4D {
  const [n, c] = dy.shape;
  const spread = tf.div<Tensor2D>(dy, height * width);
  return tf.broadcastTo(tf.reshape(spread, [n, 1, 1, c]), [n, height, width, c]);
}
