import type { Tensor3D, Tensor4D } from '@tensorflow/tfjs-core';
import { type NotedPlaces, packPlaces, PLACES_A_PICTURE } from '#core/domain/noted-places.ts';
import { tf } from '../tf.ts';
import { ignoredPositions } from './ignored.ts';
import type { Look } from './look.ts';
import { defectMapAtPatches, LOG_FLOOR, patchesOf } from './pooled.ts';
import { valuesOf } from './values-of.ts';

/** Deviation of a column within a picture below which it counts as this much: a flat column must not outweigh all others. */
const LEAST_DEVIATION = 0.05;

/** How far each patch of a picture and its neighbours lie from the mean of the picture's own patches, [n, h, w]. */
function oddness(logs: Tensor4D): Tensor3D {
  return tf.tidy(() => {
    const smooth = tf.avgPool(logs, 3, 1, 'same');
    const { mean, variance } = tf.moments(smooth, [1, 2], true);
    const away = tf.div(tf.sub(smooth, mean), tf.maximum(tf.sqrt(variance), LEAST_DEVIATION));
    return tf.mean<Tensor3D>(tf.square(away), 3);
  });
}

/** The highest positions of a map, none beside another; fewer where the map is small. */
function peaks(map: Float32Array, width: number, taken: readonly number[], count: number): number[] {
  const free = map.slice();
  const close = (position: number): void => {
    const [row, column] = [Math.floor(position / width), position % width];
    for (let y = row - 1; y <= row + 1; y++)
      for (let x = Math.max(0, column - 1); x <= Math.min(width - 1, column + 1); x++)
        if (y >= 0 && y * width + x < free.length) free[y * width + x] = -Infinity;
  };
  taken.forEach(close);
  const found: number[] = [];
  while (found.length < count) {
    let best = -1;
    for (let at = 0; at < free.length; at++)
      if ((free[at] ?? -Infinity) > (best < 0 ? -Infinity : (free[best] ?? -Infinity))) best = at;
    if (best < 0) break;
    found.push(best);
    close(best);
  }
  return found;
}

/** The places that stand out in each picture of a look, undefined where all of a picture is ignored. */
export async function notedPlaces(look: Look): Promise<(NotedPlaces | undefined)[]> {
  const { features, indices } = look;
  const { patches, height, width } = patchesOf(features);
  const size = height * width;
  const columns = patches.shape[1];
  const logs = tf.tidy<Tensor4D>(() => tf.log(tf.add(tf.reshape(patches, [-1, height, width, columns]), LOG_FLOOR)));
  const odd = await valuesOf(oddness(logs));
  const damage = await valuesOf(defectMapAtPatches(features.maskLogits));
  const positions = indices.map((_, at) => {
    const ignored = ignoredPositions(look, at, height, width);
    const own = (map: Float32Array): Float32Array =>
      map.slice(at * size, (at + 1) * size).map((value, position) => (ignored?.[position] === 1 ? -Infinity : value));
    const suspected = peaks(own(damage), width, [], PLACES_A_PICTURE / 2);
    return [...suspected, ...peaks(own(odd), width, suspected, PLACES_A_PICTURE / 2)];
  });
  const wanted = positions.flatMap((own, at) => own.map((position) => at * size + position));
  const looks = await valuesOf(tf.tidy(() => tf.gather(tf.reshape(logs, [-1, columns]), tf.tensor1d(wanted, 'int32'))));
  tf.dispose([patches, logs]);
  let row = 0;
  return positions.map((own) => {
    if (own.length === 0) return undefined;
    return packPlaces(
      own.map((position) => ({
        x: ((position % width) + 0.5) / width,
        y: (Math.floor(position / width) + 0.5) / height,
        look: looks.subarray(row * columns, ++row * columns),
      })),
    );
  });
}
