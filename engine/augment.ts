import type { Tensor3D, Tensor4D } from '@tensorflow/tfjs-core';
import type { AugmentConfig } from '#core/contract/engine.ts';
import type { Random } from '#core/domain/random.ts';
import { randomNormal } from './kernels/random-normal.ts';
import { tf } from './tf.ts';

/*
 * What light and sensor do to a view: brightness, contrast, colour, blur, noise. Batched TensorFlow ops on views that views.ts
 * cut; every random number comes from the run's own generator, so that a resumed run draws the same ones.
 */

/** Changes a batch of views. @param views float32 [n, h, w, channels], 0..255 */
export function changeLight(views: Tensor4D, config: AugmentConfig, random: Random): Tensor4D {
  const [n, , , channels] = views.shape;
  const perView = (draw: () => number): Tensor4D => tf.tensor4d(Array.from({ length: n }, draw), [n, 1, 1, 1]);
  const around = (spread: number) => perView(() => 1 + (2 * random.uniform() - 1) * spread);
  return tf.tidy(() => {
    let x = views;
    if (channels === 3 && config.colour > 0) x = turnColours(x, config.colour, random);
    const centre = tf.mean<Tensor4D>(x, [1, 2, 3], true);
    x = tf.add(tf.mul(tf.sub(x, centre), around(config.contrast)), tf.mul(centre, around(config.brightness)));
    if (config.blur)
      x = tf.add(
        x,
        tf.mul(
          tf.sub(blurred(x), x),
          perView(() => random.uniform()),
        ),
      );
    if (config.noise > 0) {
      const deviation = perView(() => random.uniform() * config.noise * 255);
      x = tf.add(x, tf.mul(randomNormal<Tensor4D>(x.shape, random), deviation));
    }
    return x;
  });
}

/** Binomial 5×5: a Gaussian of deviation 1 pixel. */
function blurred(x: Tensor4D): Tensor4D {
  const row = [1, 4, 6, 4, 1];
  const channels = x.shape[3];
  const filter = row.map((a) => row.map((b) => Array.from({ length: channels }, () => [(a * b) / 256])));
  return tf.depthwiseConv2d(x, tf.tensor4d(filter), 1, 'same');
}

/** Turns hue and scales saturation about the grey axis: one 3×3 matrix per view, a turn by Rodrigues' formula. */
function turnColours(x: Tensor4D, strength: number, random: Random): Tensor4D {
  const [n, height, width] = x.shape;
  const matrices = Array.from({ length: n }, () => {
    const angle = (2 * random.uniform() - 1) * strength * Math.PI;
    const saturation = 1 + (2 * random.uniform() - 1) * strength;
    return colourMatrix(angle, saturation);
  });
  const rows = x.reshape<Tensor3D>([n, height * width, 3]);
  return tf.matMul(rows, tf.tensor3d(matrices)).reshape([n, height, width, 3]);
}

function colourMatrix(angle: number, saturation: number): number[][] {
  const [cos, sin] = [Math.cos(angle) * saturation, Math.sin(angle) * saturation];
  const cross = sin / Math.sqrt(3);
  return [0, 1, 2].map((from) =>
    [0, 1, 2].map((to) => {
      const grey = (1 - cos) / 3;
      if (from === to) return cos + grey;
      return grey + ((to - from + 3) % 3 === 1 ? cross : -cross);
    }),
  );
}
