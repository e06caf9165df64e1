import type { Tensor4D } from '@tensorflow/tfjs-core';
import type { Random } from '#core/domain/random.ts';
import { tf } from '../tf.ts';
import { ignoredPositions } from './ignored.ts';
import type { IgnoredIn } from './ignored.ts';
import { matrix } from './matrix.ts';
import type { Matrix } from './matrix.ts';
import { placedMaps, positionsByPlace } from './placed-maps.ts';
import type { Placed } from './placed-maps.ts';
import { valuesOf } from './values-of.ts';

/** Patches drawn evenly over the places of good pictures. */
export interface PlacedSample {
  readonly patches: Matrix;
  readonly places: Uint8Array;
  /** Row of the survey that each comes from. */
  readonly from: Int32Array;
}

/** Patches drawn at each place; more of them than this tell little more of one place's distribution. */
const PLACE_ROWS = 500;

/** Draws patches of one map from some of the pictures. */
export class PlacedBuilder {
  readonly #perPicture: number;
  readonly #wanted: ReadonlySet<number>;
  readonly #parts: { from: number; places: number[]; values: Float32Array }[] = [];

  constructor(pictures: readonly number[], random: Random) {
    const chosen = random.shuffle([...pictures]).slice(0, PLACE_ROWS);
    this.#wanted = new Set(chosen);
    this.#perPicture = Math.ceil(PLACE_ROWS / Math.max(1, chosen.length));
  }

  wants(picture: number): boolean {
    return this.#wanted.has(picture);
  }

  /**
   * @param map of one picture, [1, h, w, columns]
   * @param ignored positions that are not taken
   */
  async take(from: number, map: Tensor4D, ignored: Uint8Array | null, random: Random): Promise<void> {
    const [, height, width, columns] = map.shape;
    const places: number[] = [];
    const positions = positionsByPlace(height, width, ignored).flatMap((own, place) => {
      const drawn = random.shuffle(own).slice(0, this.#perPicture);
      places.push(...drawn.map(() => place));
      return drawn;
    });
    const values = tf.tidy(() =>
      tf.gather(tf.reshape(map, [height * width, columns]), tf.tensor1d(positions, 'int32')),
    );
    this.#parts.push({ from, places, values: await valuesOf(values) });
  }

  build(columns: number): PlacedSample {
    const rows = this.#parts.reduce((sum, { places }) => sum + places.length, 0);
    const patches = matrix(rows, columns);
    const [places, from] = [new Uint8Array(rows), new Int32Array(rows)];
    let row = 0;
    for (const part of this.#parts) {
      patches.data.set(part.values, row * columns);
      places.set(part.places, row);
      from.fill(part.from, row, row + part.places.length);
      row += part.places.length;
    }
    return { patches, places, from };
  }
}

/** Gives a builder what it wants of the picture at position `at` of the maps. */
export async function takePlaced(
  builders: Placed<PlacedBuilder>,
  index: number,
  maps: Placed<Tensor4D>,
  look: IgnoredIn,
  at: number,
  random: Random,
): Promise<void> {
  for (const map of placedMaps) {
    if (!builders[map].wants(index)) continue;
    const own = tf.slice4d(maps[map], [at, 0, 0, 0], [1, -1, -1, -1]);
    const [, height, width] = own.shape;
    await builders[map].take(index, own, ignoredPositions(look, at, height, width), random);
    own.dispose();
  }
}
