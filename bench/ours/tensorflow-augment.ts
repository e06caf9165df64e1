import type { Tensor4D } from '@tensorflow/tfjs-core';
import * as v from 'valibot';
import { PretrainConfig } from '#core/contract/engine.ts';
import { Random } from '#core/domain/random.ts';
import { changeLight } from '#engine/augment.ts';
import { attributeString, attributeType, execute } from '#engine/kernels/execute.ts';
import { FLOAT32 } from '#engine/kernels/types.ts';
import { normalise, plainNormalisation } from '#engine/normalise.ts';
import { readPicture } from '#engine/pictures.ts';
import { openTensorFlow, tf } from '#engine/tf.ts';
import { drawGeometry, drawWindow } from '#engine/views.ts';
import type { Measured } from '../side.ts';
import type { Ready } from './side.ts';

const Params = v.object({ paths: v.array(v.string()), config: PretrainConfig, batches: v.number() });

/** The same views cut by TensorFlow's ImageProjectiveTransformV3 instead: what the engine would do without tile workers. */
export async function prepareTensorFlowAugment(input: unknown): Promise<Ready> {
  const { paths, config, batches } = v.parse(Params, input);
  await openTensorFlow();
  const { batch, tilePx, augment } = config;
  const channels = config.channels ?? 1;
  const pictures = await Promise.all(paths.slice(0, batch).map((path) => readPicture({ path, page: 0 }, channels)));
  const [first] = pictures;
  if (!first || pictures.some(({ width, height }) => width !== first.width || height !== first.height)) {
    throw new Error('TensorFlow cuts batches of pictures of one size only');
  }
  const random = new Random(config.seed);
  const bytes = new Uint8Array(pictures.flatMap(({ data }) => [...data]));
  const pixels = tf.tensor4d(bytes, [pictures.length, first.height, first.width, channels], 'int32');
  const size = tf.tensor1d([tilePx, tilePx], 'int32');

  const cut = (source: Tensor4D): Tensor4D => {
    const transforms = pictures.map((picture) => {
      const { a, b, c, d, x0, y0 } = drawGeometry(drawWindow(picture, augment, random), augment, random);
      const [u, w] = [1 / tilePx, 0.5 / tilePx - 0.5];
      return [a * u, b * u, (a + b) * w + x0 - 0.5, c * u, d * u, (c + d) * w + y0 - 0.5, 0, 0];
    });
    const attributes = [
      attributeType('dtype', FLOAT32),
      attributeString('interpolation', 'BILINEAR'),
      attributeString('fill_mode', 'REFLECT'),
    ];
    const inputs = [source, tf.tensor2d(transforms), size, tf.scalar(0)];
    return execute('ImageProjectiveTransformV3', attributes, inputs);
  };
  const once = (count: number): Measured => {
    const startMs = performance.now();
    for (let done = 0; done < count; done++) {
      tf.tidy(() => {
        const source = tf.cast(pixels, 'float32');
        const views = changeLight(tf.concat4d([cut(source), cut(source)], 0), augment, random);
        const gains = Array.from({ length: views.shape[0] }, () => 1);
        tf.slice4d(normalise(plainNormalisation, views, gains), [0, 0, 0, 0], [1, 1, 1, 1]).dataSync();
      });
    }
    return { seconds: (performance.now() - startMs) / 1000, items: count * 2 * pictures.length };
  };
  once(2);
  return { facts: { detail: 'ImageProjectiveTransformV3' }, run: () => Promise.resolve(once(batches)) };
}
