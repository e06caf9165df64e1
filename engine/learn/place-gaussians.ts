import type { Tensor3D, Tensor4D } from '@tensorflow/tfjs-core';
import { tf } from '../tf.ts';
import type { Matrix } from './matrix.ts';
import { positionsByPlace } from './placed-maps.ts';
import { PLACES } from './places.ts';
import { valuesOf } from './values-of.ts';

/** Distributions at all places, as a model keeps them. */
export interface PlaceDistributions {
  /** [PLACES, columns] */
  readonly means: Matrix;
  /** [PLACES · columns, columns]: L⁻ᵀ of each place, so that (x − mean)·L⁻ᵀ has unit covariance. */
  readonly whitening: Matrix;
}

export const LEAST_SQUARE = 1e-9;

/** How far patches lie from the distribution of their place. */
export class PlaceGaussians {
  readonly distributions: PlaceDistributions;
  readonly #whitening: Tensor3D;
  /** What the means become by it. */
  readonly #offsets: Tensor3D;

  constructor(distributions: PlaceDistributions) {
    this.distributions = distributions;
    const { means, whitening } = distributions;
    const { columns } = means;
    this.#whitening = tf.keep(tf.tensor3d(whitening.data, [PLACES, columns, columns]));
    this.#offsets = tf.keep(tf.tidy(() => tf.matMul(tf.tensor3d(means.data, [PLACES, 1, columns]), this.#whitening)));
  }

  /**
   * Logarithm of the largest squared Mahalanobis distance per column at each place [n · PLACES]; −∞ where a place has no position
   * that counts.
   *
   * @param map [n, h, w, columns] of {@link placedMapsOf}
   * @param ignoredIn positions of one of the n pictures that do not count, see ignoredPositions
   */
  async peaks(map: Tensor4D, ignoredIn: (picture: number) => Uint8Array | null = () => null): Promise<Float32Array> {
    const [n, height, width, columns] = map.shape;
    const all = positionsByPlace(height, width);
    const positions = Array.from({ length: n }, (_, picture) => {
      const ignored = ignoredIn(picture);
      return ignored === null ? all : positionsByPlace(height, width, ignored);
    });
    const most = all.reduce((largest, { length }) => Math.max(largest, length), 1);
    const order = new Int32Array(PLACES * n * most);
    // A place of fewer positions sees some twice, which changes no maximum.
    all.forEach((_, place) => {
      for (let at = 0; at < n * most; at++) {
        const picture = Math.floor(at / most);
        const own = positions[picture]?.[place] ?? [];
        order[place * n * most + at] = picture * height * width + (own[(at % most) % Math.max(1, own.length)] ?? 0);
      }
    });
    const peaks = await valuesOf(
      tf.tidy(() => {
        const rows = tf.gather(tf.reshape(map, [n * height * width, columns]), tf.tensor1d(order, 'int32'));
        const byPlace = tf.reshape(rows, [PLACES, n * most, columns]) as Tensor3D;
        const white = tf.sub<Tensor3D>(tf.matMul(byPlace, this.#whitening), this.#offsets);
        const squares = tf.reshape(tf.mean(tf.square(white), 2), [PLACES, n, most]);
        return tf.log(tf.maximum(tf.transpose(tf.max(squares, 2)), LEAST_SQUARE));
      }),
    );
    positions.forEach((byPlace, picture) => {
      byPlace.forEach((own, place) => {
        if (own.length === 0) peaks[picture * PLACES + place] = -Infinity;
      });
    });
    return peaks;
  }

  dispose(): void {
    tf.dispose([this.#whitening, this.#offsets]);
  }
}
