import type { Tensor, Tensor1D, Tensor4D } from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, test } from 'vitest';
import { Random } from '#core/domain/random.ts';
import { createEncoder } from '#engine/encoder.ts';
import type { Encoder, Features } from '#engine/encoder.ts';
import { exportFolded } from '#engine/network/folded.ts';
import { openLooking } from '#engine/network/looking.ts';
import { openTensorFlow, tf } from '#engine/tf.ts';

beforeAll(async () => void (await openTensorFlow()));

/** An encoder whose batch norms all do something: random scales, offsets, means and variances. */
function lived(channels: 1 | 3, width: number, seed: number): Encoder {
  const encoder = createEncoder({ channels, width, seed });
  const random = new Random(seed + 1);
  const fill = (set: Encoder['weights'], ending: string, value: () => number): void => {
    for (const name of set.names().filter((one) => one.endsWith(ending))) {
      const { shape, size } = set.get(name);
      set.set(name, tf.tensor(Float32Array.from({ length: size }, value), shape));
    }
  };
  fill(encoder.weights, '.scale', () => 0.5 + random.uniform());
  fill(encoder.weights, '.offset', () => 0.4 * random.normal());
  fill(encoder.statistics, '.mean', () => 0.5 * random.normal());
  fill(encoder.statistics, '.variance', () => 0.2 + 3 * random.uniform());
  return encoder;
}

/** The network by its definition: tfjs's own convolution and batch norm, nothing folded, nothing fused. */
function byDefinition({ weights, statistics }: Encoder, picture: Tensor4D): Features {
  const norm = (name: string, x: Tensor4D): Tensor4D => {
    const [mean, variance] = [statistics.get<Tensor1D>(`${name}.mean`), statistics.get<Tensor1D>(`${name}.variance`)];
    return tf.batchNorm(x, mean, variance, weights.get(`${name}.offset`), weights.get(`${name}.scale`), 1e-3);
  };
  const conv = (name: string, x: Tensor4D, stride: number): Tensor4D =>
    norm(name, tf.conv2d(x, weights.get<Tensor4D>(`${name}.filter`), stride, 'same'));
  const block = (name: string, x: Tensor4D, stride: number): Tensor4D => {
    const main = conv(`${name}.conv2`, tf.relu(conv(`${name}.conv1`, x, stride)), 1);
    const short = stride === 2 ? conv(`${name}.shortcut`, tf.avgPool(x, 2, 2, 'same'), 1) : x;
    return tf.relu(tf.add(main, short));
  };
  const layer2 = block('block2', block('block1', tf.relu(conv('stem', picture, 2)), 1), 2);
  const layer3 = block('block3', layer2, 2);
  const layer4 = block('block4', layer3, 2);
  const [, height, width] = layer2.shape;
  const up = (x: Tensor4D): Tensor4D => tf.image.resizeNearestNeighbor(x, [height, width]);
  const [a, b, c] = [layer2, layer3, layer4].map((layer, i) => conv(`mask.layer${i + 2}`, layer, 1));
  const merged = tf.relu(tf.add(tf.add(a as Tensor4D, up(b as Tensor4D)), up(c as Tensor4D)));
  const logits = tf.conv2d(merged as Tensor4D, weights.get<Tensor4D>('mask.logit.filter'), 1, 'same');
  return { layer2, layer3, layer4, maskLogits: tf.add(logits, weights.get<Tensor1D>('mask.logit.bias')) };
}

/** Largest difference in units of the largest value. */
function relativeDifference(a: Tensor, b: Tensor): number {
  expect(a.shape).toEqual(b.shape);
  const [difference, largest] = tf.tidy(() => [tf.max(tf.abs(tf.sub(a, b))).dataSync(), tf.max(tf.abs(b)).dataSync()]);
  return (difference?.[0] ?? NaN) / (largest?.[0] ?? NaN);
}

const picture = (n: number, height: number, width: number, channels: number): Tensor4D =>
  tf.randomNormal([n, height, width, channels], 0, 1, 'float32', 7);

describe.each(['raw', 'portable'] as const)('looking through the folded network, %s', (twin) => {
  test.each([
    [1, 1, 64, 64],
    [2, 1, 51, 77],
    [3, 3, 33, 18],
    [1, 3, 5, 130],
  ] as const)('%i pictures of %i channels, %i × %i: as the network is defined', (n, channels, height, width) => {
    const encoder = lived(channels, 4, n);
    const before = tf.memory().numTensors;
    const looking = openLooking[twin](encoder);
    tf.tidy(() => {
      const batch = picture(n, height, width, channels);
      const [seen, wanted] = [looking.infer(batch), byDefinition(encoder, batch)];
      for (const name of ['layer2', 'layer3', 'layer4', 'maskLogits'] as const)
        expect(relativeDifference(seen[name], wanted[name]), name).toBeLessThan(1e-4);
    });
    looking.dispose();
    expect(tf.memory().numTensors).toBe(before);
    encoder.dispose();
  });

  test('sizes may follow one another, and what the encoder learns later does not reach it', () => {
    const encoder = lived(1, 4, 9);
    const looking = openLooking[twin](encoder);
    tf.tidy(() => {
      const [small, large] = [picture(1, 16, 16, 1), picture(2, 40, 24, 1)];
      const first = looking.infer(small).layer4;
      looking.infer(large);
      encoder.weights.set('stem.offset', tf.ones([4]));
      expect(relativeDifference(looking.infer(small).layer4, first)).toBe(0);
    });
    looking.dispose();
    encoder.dispose();
  });
});

test('every convolution is exported with its bias and stride, in the order of the network', () => {
  const encoder = lived(3, 4, 2);
  const folded = [...exportFolded(encoder).values()];
  expect(folded.map(({ name, filter, bias, stride }) => [name, filter.shape, bias.length, stride])).toEqual([
    ['stem', [5, 5, 3, 4], 4, 2],
    ['block1.conv1', [3, 3, 4, 4], 4, 1],
    ['block1.conv2', [3, 3, 4, 4], 4, 1],
    ['block2.conv1', [3, 3, 4, 8], 8, 2],
    ['block2.conv2', [3, 3, 8, 8], 8, 1],
    ['block2.shortcut', [1, 1, 4, 8], 8, 1],
    ['block3.conv1', [3, 3, 8, 16], 16, 2],
    ['block3.conv2', [3, 3, 16, 16], 16, 1],
    ['block3.shortcut', [1, 1, 8, 16], 16, 1],
    ['block4.conv1', [3, 3, 16, 32], 32, 2],
    ['block4.conv2', [3, 3, 32, 32], 32, 1],
    ['block4.shortcut', [1, 1, 16, 32], 32, 1],
    ['mask.layer2', [1, 1, 8, 8], 8, 1],
    ['mask.layer3', [1, 1, 16, 8], 8, 1],
    ['mask.layer4', [1, 1, 32, 8], 8, 1],
    ['mask.logit', [3, 3, 8, 1], 1, 1],
  ]);
  encoder.dispose();
});
