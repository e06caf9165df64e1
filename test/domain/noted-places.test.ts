import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  lookColumns,
  lookLengths,
  lookOf,
  packPlaces,
  placeMiddle,
  placeScorer,
  PLACES_A_PICTURE,
  scaleOf,
} from '#core/domain/noted-places.ts';

const columns = 6;
const share = fc.double({ min: 0, max: 1, noNaN: true });
const place = fc.record({
  x: share,
  y: share,
  look: fc.float32Array({ minLength: columns, maxLength: columns, min: -7, max: 7, noNaN: true }),
});
const picture = fc.array(place, { minLength: 1, maxLength: PLACES_A_PICTURE });

describe('places that stand out in a picture', () => {
  it('come back from the store where they were and as they looked, to a 16th', () => {
    fc.assert(
      fc.property(picture, (places) => {
        const stored = packPlaces(places);
        const flat = { mean: new Float64Array(columns), deviation: new Float64Array(columns).fill(16) };
        expect(lookColumns(stored)).toBe(columns);
        places.forEach(({ x, y, look }, n) => {
          const [left, top] = placeMiddle(stored, n);
          expect(Math.abs(left - x)).toBeLessThanOrEqual(0.5 / 255 + 1e-9);
          expect(Math.abs(top - y)).toBeLessThanOrEqual(0.5 / 255 + 1e-9);
          const length = lookLengths(stored, flat)[n] ?? 0;
          lookOf(stored, n, flat).forEach((value, at) =>
            expect(Math.abs(value * length - (look[at] ?? 0))).toBeLessThanOrEqual(1 / 32 + 1e-5),
          );
        });
      }),
    );
  });

  it('are scored as they are stored by what the scored vectors themselves say', () => {
    fc.assert(
      fc.property(fc.array(picture, { minLength: 1, maxLength: 5 }), fc.infiniteStream(share), (pictures, stream) => {
        const stored = pictures.map(packPlaces);
        const scale = scaleOf(stored);
        const weights = Float64Array.from({ length: columns }, () => stream.next().value - 0.5);
        const best = placeScorer({ weights, bias: 0.25 }, scale);
        for (const one of stored) {
          const scores = Array.from({ length: PLACES_A_PICTURE }, (_, n) =>
            lookOf(one, n, scale).reduce((sum, value, at) => sum + value * (weights[at] ?? 0), 0.25),
          );
          const { n, score } = best(one, lookLengths(one, scale));
          expect(score).toBeCloseTo(Math.max(...scores), 4);
          expect(scores[n]).toBeCloseTo(score, 4);
        }
      }),
      { numRuns: 50 },
    );
  });

  it('are never of no use because a number never differs', () => {
    const stored = packPlaces([{ x: 0.5, y: 0.5, look: Float32Array.of(1, 1, 1, 1, 1, 1) }]);
    expect([...lookOf(stored, 0, scaleOf([stored]))]).toEqual([0, 0, 0, 0, 0, 0]);
    expect(() => packPlaces([])).toThrow(RangeError);
  });
});
