import type { Tensor2D, Tensor4D } from '@tensorflow/tfjs-core';
import type { EncoderConfig, Features } from '../encoder.ts';
import { tf } from '../tf.ts';

/*
 * One row of numbers per picture. Mean and mean of the top 4 positions of layers 2 and 3: a small defect fills a few
 * positions only and would drown in the mean (ml.md §5); layer 4 by its mean.
 */

const TOP = 4;

/** Columns of {@link pooledOf}: [layer 2 mean, layer 2 top, layer 3 mean, layer 3 top, layer 4 mean]. */
export function pooledColumns({ width }: Pick<EncoderConfig, 'width'>): number {
  return 2 * 2 * width + 2 * 4 * width + 8 * width;
}

/** Where layer 4's mean starts in a pooled row; it reaches to the end. */
export function layer4Column({ width }: Pick<EncoderConfig, 'width'>): number {
  return 2 * 2 * width + 2 * 4 * width;
}

function meanAndTop(layer: Tensor4D): [Tensor2D, Tensor2D] {
  const [n, h, w, c] = layer.shape;
  const positions = tf.transpose(tf.reshape(layer, [n, h * w, c]), [0, 2, 1]); // [n, c, h·w]
  const { values } = tf.topk(positions, Math.min(TOP, h * w), false);
  return [tf.mean<Tensor2D>(positions, 2), tf.mean<Tensor2D>(values, 2)];
}

/** [n, {@link pooledColumns}] of a batch of pictures. */
export function pooledOf({ layer2, layer3, layer4 }: Pick<Features, 'layer2' | 'layer3' | 'layer4'>): Tensor2D {
  return tf.tidy(() =>
    tf.concat2d([...meanAndTop(layer2), ...meanAndTop(layer3), tf.mean<Tensor2D>(layer4, [1, 2])], 1),
  );
}

/** The painted-defect head's answer: logit of the largest 3×3 mean of its probability map, one per picture. */
export function defectLogits(maskLogits: Tensor4D): Float32Array {
  return tf.tidy(() => {
    const peak = tf.max(smoothDefectMap(maskLogits), [1, 2, 3]);
    const bounded = tf.clipByValue(peak, 1e-6, 1 - 1e-6);
    return Float32Array.from(tf.log(tf.div(bounded, tf.sub(1, bounded))).dataSync());
  });
}

/** Probability of damage at stride 4, each position averaged with its neighbours: one hot pixel is no defect. */
export function smoothDefectMap(maskLogits: Tensor4D): Tensor4D {
  return tf.tidy(() => tf.avgPool(tf.sigmoid(maskLogits), 3, 1, 'same'));
}

/** Layers 2 and 3 side by side at stride 8: [n · h/8 · w/8, 6·width], and the grid. */
export function patchesOf({ layer2, layer3 }: Pick<Features, 'layer2' | 'layer3'>): {
  patches: Tensor2D;
  height: number;
  width: number;
} {
  const [n, height, width, c3] = layer3.shape;
  const patches = tf.tidy<Tensor2D>(() => {
    const both = tf.concat4d([tf.avgPool(layer2, 2, 2, 'same'), layer3], 3);
    return tf.reshape(both, [n * height * width, layer2.shape[3] + c3]);
  });
  return { patches, height, width };
}
