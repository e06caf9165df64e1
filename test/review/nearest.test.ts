import fc from 'fast-check';
import { expect, test } from 'vitest';
import { nearest } from '#core/review/nearest.ts';

const vector = fc
  .array(fc.float({ min: -10, max: 10, noNaN: true }), { minLength: 3, maxLength: 3 })
  .map((list) => Float32Array.from(list));

function cosine(a: Float32Array, b: Float32Array): number {
  const dot = a.reduce((sum, value, at) => sum + value * (b[at] ?? 0), 0);
  return dot / (Math.hypot(...a) * Math.hypot(...b));
}

test('agrees with sorting all by cosine similarity', () => {
  fc.assert(
    fc.property(
      vector,
      fc.array(vector, { maxLength: 40 }),
      fc.integer({ min: 1, max: 6 }),
      (query, vectors, count) => {
        const usable = (entry: Float32Array) => Math.hypot(...entry) > 0;
        const expected = usable(query)
          ? vectors
              .filter(usable)
              .map((entry) => cosine(query, entry))
              .toSorted((a, b) => b - a)
              .slice(0, count)
          : [];
        const found = nearest(
          query,
          vectors.map((entry, at) => ({ id: at + 1, vector: entry })),
          count,
        );
        expect(found.length).toBe(expected.length);
        found.forEach((entry, at) => expect(entry.similarity).toBeCloseTo(expected[at] ?? NaN, 6));
      },
    ),
  );
});

test('vectors of another dimension or of length zero are no neighbours', () => {
  const others = [
    { id: 1, vector: new Float32Array(2) },
    { id: 2, vector: Float32Array.of(1, 0, 0) },
  ];
  expect(nearest(Float32Array.of(1, 0), others, 5)).toEqual([]);
});
