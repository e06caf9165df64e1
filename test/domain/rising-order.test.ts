import fc from 'fast-check';
import { expect, it } from 'vitest';
import { risingOrder } from '#core/domain/rising-order.ts';

const score = fc.oneof(
  fc.double({ min: 0, max: 1, noNaN: true }),
  fc.constantFrom(0, -0, 1, 0.5, Number.MIN_VALUE, 1e-300, 1 - 2 ** -53),
  fc.integer({ min: 0, max: 20 }).map((n) => n / 20),
);

it('is the order that a stable sort by comparison gives, for any scores', () => {
  fc.assert(
    fc.property(fc.array(score, { maxLength: 300 }), (scores) => {
      const expected = scores.map((_, at) => at).sort((a, b) => scores[a]! - scores[b]! || a - b);
      expect(Array.from(risingOrder(scores))).toEqual(expected);
    }),
    { numRuns: 300 },
  );
});
