import type { Tensor2D, Tensor3D, Tensor4D } from '@tensorflow/tfjs-core';
import type { EncoderConfig, Features } from '../encoder.ts';
import { tf } from '../tf.ts';
import { topOf } from './top-of.ts';
import { valuesOf } from './values-of.ts';

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
  const positions = tf.reshape(layer, [n, h * w, c]) as Tensor3D;
  const top = topOf(positions, Math.min(TOP, h * w)); // [n, c, count]
  return [tf.mean<Tensor2D>(positions, 1), tf.mean<Tensor2D>(top, 2)];
}

/**
 * Added before the logarithm that a head reads pooled features through: activations are products of many factors, and their
 * logarithm is what differs evenly. On held-out train rows it was worth 0.01-0.02 balanced accuracy at every number of labels.
 */
export const LOG_FLOOR = 0.03;

/** [n, {@link pooledColumns}] of a batch of pictures; no entry is negative. */
export function pooledOf({ layer2, layer3, layer4 }: Pick<Features, 'layer2' | 'layer3' | 'layer4'>): Tensor2D {
  return tf.tidy(() =>
    tf.concat2d([...meanAndTop(layer2), ...meanAndTop(layer3), tf.mean<Tensor2D>(layer4, [1, 2])], 1),
  );
}

function meanAndTopGradient(layer: Tensor4D, dMean: Tensor2D, dTop: Tensor2D): Tensor4D {
  const [n, h, w, c] = layer.shape;
  const count = Math.min(TOP, h * w);
  const positions = tf.reshape(layer, [n, h * w, c]);
  const { values } = tf.topk(tf.transpose(positions, [0, 2, 1]), count, false); // [n, c, count]
  const least = tf.reshape(tf.min(values, 2), [n, 1, c]);
  const chosen = tf.cast(tf.greaterEqual(positions, least), 'float32');
  const byTop = tf.mul<Tensor3D>(chosen, tf.reshape(tf.div(dTop, count), [n, 1, c]));
  const both = tf.add<Tensor3D>(byTop, tf.reshape(tf.div(dMean, h * w), [n, 1, c]));
  return tf.reshape(both, [n, h, w, c]);
}

/** Gradients by the layers of a loss whose gradient by {@link pooledOf} is `dPooled`. Belongs into a `tf.tidy`. */
export function pooledGradient(
  { layer2, layer3, layer4 }: Pick<Features, 'layer2' | 'layer3' | 'layer4'>,
  dPooled: Tensor2D,
): { layer2: Tensor4D; layer3: Tensor4D; layer4: Tensor4D } {
  const [c2, c3, c4] = [layer2.shape[3], layer3.shape[3], layer4.shape[3]];
  const [mean2, top2, mean3, top3, mean4] = tf.split<Tensor2D>(dPooled, [c2, c2, c3, c3, c4], 1);
  if (!mean2 || !top2 || !mean3 || !top3 || !mean4) throw new Error('five parts were asked for');
  const [n, h, w] = layer4.shape;
  const each = tf.div<Tensor4D>(tf.reshape(mean4, [n, 1, 1, c4]), h * w);
  return {
    layer2: meanAndTopGradient(layer2, mean2, top2),
    layer3: meanAndTopGradient(layer3, mean3, top3),
    layer4: tf.tile<Tensor4D>(each, [1, h, w, 1]),
  };
}

/** The painted-defect head's answer: logit of the largest 3×3 mean of its probability map, one per picture. */
export async function defectLogits(maskLogits: Tensor4D): Promise<Float32Array> {
  return valuesOf(tf.tidy(() => tf.max(defectMap(maskLogits), [1, 2, 3])));
}

/**
 * Logit of damage at stride 4 [n, h/4, w/4, 1], its probability averaged with the neighbours' first: one hot position is no
 * defect.
 */
export function defectMap(maskLogits: Tensor4D): Tensor4D {
  return tf.tidy(() => {
    const p = tf.clipByValue(tf.avgPool(tf.sigmoid(maskLogits), 3, 1, 'same'), 1e-6, 1 - 1e-6);
    return tf.log(tf.div<Tensor4D>(p, tf.sub(1, p)));
  });
}

/** {@link defectMap} of picture `at`, largest of each 2×2: the grid of {@link patchesOf}. */
export async function defectMapAtPatches(maskLogits: Tensor4D, at: number): Promise<Float32Array> {
  return valuesOf(
    tf.tidy(() => {
      const own = tf.slice4d(maskLogits, [at, 0, 0, 0], [1, -1, -1, -1]);
      return tf.maxPool(defectMap(own), 2, 2, 'same');
    }),
  );
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
