import { describe, expect, test } from 'vitest';
import { Random } from '#core/domain/random.ts';
import { matrix } from '#engine/learn/matrix.ts';
import { PLACES } from '#engine/learn/places.ts';
import { unusualAmong } from '#engine/learn/unusual.ts';

const PICTURES = 60;

/** Pictures that differ by chance only, every one with an edge at place 3. */
function alike(random: Random) {
  const mapPeaks = matrix(PICTURES, PLACES);
  for (let at = 0; at < mapPeaks.data.length; at++)
    mapPeaks.data[at] = 0.1 * random.normal() + (at % PLACES === 3 ? 5 : 0);
  return { mapPeaks, neighbours: Float32Array.from({ length: PICTURES }, () => 0.2 + 0.01 * random.normal()) };
}

const mostUnusual = (values: Float32Array): number => values.indexOf(Math.max(...values));

describe('how unusual a picture is among all', () => {
  test('one that is far from all others is the most unusual', () => {
    const { mapPeaks, neighbours } = alike(new Random(1));
    neighbours[17] = 0.4;
    expect(mostUnusual(unusualAmong(neighbours, mapPeaks))).toBe(17);
  });

  test('one with something at a place where the others have nothing is, too; an edge that all have is nothing', () => {
    const { mapPeaks, neighbours } = alike(new Random(2));
    mapPeaks.data[23 * PLACES + 40] = 5;
    expect(mostUnusual(unusualAmong(neighbours, mapPeaks))).toBe(23);
  });

  test('does not depend on the scale of the distances', () => {
    const { mapPeaks, neighbours } = alike(new Random(3));
    const large = unusualAmong(
      neighbours.map((value) => 1000 * value),
      mapPeaks,
    );
    unusualAmong(neighbours, mapPeaks).forEach((value, at) => expect(large[at]).toBeCloseTo(value, 3));
  });
});
