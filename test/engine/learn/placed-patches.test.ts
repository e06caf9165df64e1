import type { Rank, Tensor4D } from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, test } from 'vitest';
import { Random } from '#core/domain/random.ts';
import { matrix, rowOf } from '#engine/learn/matrix.ts';
import { PlaceGaussians } from '#engine/learn/place-gaussians.ts';
import { placedColumns, placedMapsOf, positionsByPlace } from '#engine/learn/placed-maps.ts';
import { PlacedReference } from '#engine/learn/placed-reference.ts';
import type { PlacedSample } from '#engine/learn/placed-sample.ts';
import { PLACES } from '#engine/learn/places.ts';
import { openTensorFlow, tf } from '#engine/tf.ts';

beforeAll(async () => void (await openTensorFlow()));

const COLUMNS = 3;

/**
 * Patches of `pictures` pictures, `each` at every place. Columns 0 and 1 rise and fall together; at the left edge column 2 is
 * always 6.
 */
function sample(pictures: number, each: number, random: Random): PlacedSample {
  const rows = pictures * PLACES * each;
  const patches = matrix(rows, COLUMNS);
  const places = Uint8Array.from({ length: rows }, (_, row) => row % PLACES);
  const from = Int32Array.from({ length: rows }, (_, row) => Math.floor(row / (PLACES * each)));
  for (let row = 0; row < rows; row++) rowOf(patches, row).set(patch((places[row] ?? 0) % 8 === 0, random));
  return { patches, places, from };
}

function patch(isEdge: boolean, random: Random): number[] {
  const common = random.normal();
  return [common + 0.1 * random.normal(), common + 0.1 * random.normal(), (isEdge ? 6 : 0) + random.normal()];
}

describe('patches by place', () => {
  test('distances are those of the definition, for every picture of a batch, and a place without a position has none', async () => {
    const random = new Random(1);
    const means = matrix(PLACES, COLUMNS);
    const whitening = matrix(PLACES * COLUMNS, COLUMNS);
    for (let i = 0; i < means.data.length; i++) means.data[i] = random.normal();
    for (let i = 0; i < whitening.data.length; i++) whitening.data[i] = random.normal();
    const subject = new PlaceGaussians({ means, whitening });
    const [n, height, width] = [2, 9, 5];
    const values = Float32Array.from({ length: n * height * width * COLUMNS }, () => random.normal());
    const map = tf.tensor4d(values, [n, height, width, COLUMNS]);
    const peaks = await subject.peaks(map);
    map.dispose();
    subject.dispose();
    const positions = positionsByPlace(height, width);
    for (let picture = 0; picture < n; picture++)
      positions.forEach((own, place) => {
        const squares = own.map((position) => {
          const at = (picture * height * width + position) * COLUMNS;
          const d = Array.from(
            { length: COLUMNS },
            (_, i) => (values[at + i] ?? 0) - (means.data[place * COLUMNS + i] ?? 0),
          );
          const white = Array.from({ length: COLUMNS }, (_, j) =>
            d.reduce((sum, value, i) => sum + value * (whitening.data[(place * COLUMNS + i) * COLUMNS + j] ?? 0), 0),
          );
          return white.reduce((sum, value) => sum + value * value, 0) / COLUMNS;
        });
        const expected = own.length === 0 ? -Infinity : Math.log(Math.max(...squares));
        expect(peaks[picture * PLACES + place]).toBeCloseTo(expected, 3);
      });
    expect(positions.some((own) => own.length === 0)).toBe(true);
  });

  test('finds features that no longer move together, and what is usual at the edge in the middle', async () => {
    const random = new Random(2);
    const reference = await PlacedReference.of(sample(40, 2, random), new Int32Array(40));
    const side = 8;
    const strange = async (at: number, values: readonly number[]): Promise<number> => {
      const map = Float32Array.from({ length: side * side * COLUMNS });
      for (let n = 0; n < side * side; n++) map.set(patch(n % side === 0, random), n * COLUMNS);
      map.set(values, at * COLUMNS);
      const tensor = tf.tensor4d(map, [1, side, side, COLUMNS]);
      const peaks = await reference.of(-1).peaks(tensor);
      tensor.dispose();
      return peaks[at] ?? NaN;
    };
    const middle = 3 * side + 4;
    const usual = await strange(middle, [1, 1, 0]);
    // Each column within its own range.
    expect(await strange(middle, [1.5, -1.5, 0])).toBeGreaterThan(usual + 1);
    expect(await strange(middle, [1, 1, 6])).toBeGreaterThan((await strange(3 * side, [1, 1, 6])) + 1);
    reference.dispose();
  });

  test('a fold that is left out does not count: what only its pictures show is strange', async () => {
    const random = new Random(3);
    const all = sample(20, 2, random);
    const folds = Int32Array.from({ length: 20 }, (_, picture) => picture % 2);
    for (let row = 0; row < all.places.length; row++)
      if (folds[all.from[row] ?? 0] === 1) rowOf(all.patches, row)[2] = 12 + random.normal();
    const reference = await PlacedReference.of(all, folds);
    const shown = tf.tidy(() => tf.add<Tensor4D>(tf.zeros([1, 8, 8, COLUMNS]), tf.tensor1d([0, 0, 12])));
    const mean = async (leftOut: number): Promise<number> => {
      const peaks = await reference.of(leftOut).peaks(shown);
      return peaks.reduce((sum, value) => sum + value, 0) / PLACES;
    };
    expect(await mean(1)).toBeGreaterThan((await mean(0)) + 1);
    shown.dispose();
    reference.dispose();
  });

  test('one picture, or the only fold left out, still has a distribution; nothing stays behind', async () => {
    const before = tf.memory().numTensors;
    const reference = await PlacedReference.of(sample(1, 1, new Random(4)), new Int32Array(1));
    const map = tf.zeros<Rank.R4>([1, 8, 8, COLUMNS]);
    for (const leftOut of [-1, 0]) {
      const peaks = await reference.of(leftOut).peaks(map);
      expect(peaks.every((value) => Number.isFinite(value))).toBe(true);
    }
    map.dispose();
    reference.dispose();
    expect(tf.memory().numTensors).toBe(before);
  });

  test('a wide encoder is judged by as many columns as a narrow one', () => {
    for (const width of [2, 16, 32]) {
      const features = {
        layer2: tf.ones<Rank.R4>([1, 8, 8, 2 * width]),
        layer3: tf.ones<Rank.R4>([1, 4, 4, 4 * width]),
        layer4: tf.ones<Rank.R4>([1, 2, 2, 8 * width]),
      };
      const maps = placedMapsOf(features);
      expect(maps.placed.shape).toEqual([1, 4, 4, placedColumns({ width }).placed]);
      expect(maps.placedCoarse.shape).toEqual([1, 2, 2, placedColumns({ width }).placedCoarse]);
      expect(placedColumns({ width }).placed).toBeLessThanOrEqual(96);
      tf.dispose([...Object.values(maps), ...Object.values(features)]);
    }
  });
});
