import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { expectedLeft, fitLikeness, likenessOf } from '#core/domain/likeness.ts';
import { Random } from '#core/domain/random.ts';

const unit = (vector: Float32Array): Float32Array => {
  const length = Math.hypot(...vector);
  return vector.map((value) => value / length);
};
/** A direction among `columns`, with noise. */
const near = (random: Random, axis: number, noise: number, columns = 12): Float32Array =>
  unit(Float32Array.from({ length: columns }, (_, at) => (at === axis ? 1 : 0) + noise * random.normal()));

/** What was learnt, as a function. */
function learnt(...taught: Parameters<typeof fitLikeness>): (vector: Float32Array) => number {
  const likeness = fitLikeness(...taught);
  return (vector) => likenessOf(likeness, vector);
}

describe('likeness', () => {
  it('agrees with the normal equations of ridge regression worked out by hand', () => {
    // One example e₁ and one other e₂: K = [[2 + r, 1], [1, 2 + r]], y = (1, −1), r = 0.3 / (2 · 1).
    const [a, b] = [Float32Array.of(1, 0), Float32Array.of(0, 1)];
    const score = learnt([a], [b], []);
    expect(score(a)).toBeCloseTo(1 / 1.15, 6);
    expect(score(b)).toBeCloseTo(-1 / 1.15, 6);
    expect(score(Float32Array.of(Math.SQRT1_2, Math.SQRT1_2))).toBeCloseTo(0, 6);
  });

  it('puts pictures like the examples before all others, whatever the draw', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 1e6 }), fc.integer({ min: 1, max: 5 }), (seed, shots) => {
        const random = new Random(seed);
        const many = (axis: number, n: number) => Array.from({ length: n }, () => near(random, axis, 0.12));
        const score = learnt(many(0, shots), many(1, 10), many(2, 40));
        const least = Math.min(...many(0, 20).map(score));
        const most = Math.max(...[...many(1, 20), ...many(2, 20)].map(score));
        expect(least).toBeGreaterThan(most);
      }),
      { numRuns: 25 },
    );
  });

  it('learns from an answer: what was refused falls, what was confirmed rises', () => {
    const random = new Random(3);
    const pool = Array.from({ length: 60 }, () => near(random, 3, 0.3));
    const [example, asked] = [near(random, 0, 0.3), near(random, 1, 0.3)];
    const twin = near(random, 1, 0.1);
    const before = learnt([example], [], pool)(twin);
    expect(learnt([example, asked], [], pool)(twin)).toBeGreaterThan(before);
    expect(learnt([example], [asked], pool)(twin)).toBeLessThan(before);
  });

  it('needs an example', () => expect(() => fitLikeness([], [], [])).toThrow(RangeError));
});

describe('how many are expected beyond the list', () => {
  it('is not said before ten answers, and stays within what is open', () => {
    fc.assert(
      fc.property(
        fc.array(fc.record({ score: fc.double({ min: -1, max: 1, noNaN: true }), is: fc.boolean() }), {
          maxLength: 60,
        }),
        fc.array(fc.double({ min: -1, max: 1, noNaN: true }), { maxLength: 60 }),
        (answered, open) => {
          const left = expectedLeft(answered, open);
          if (answered.length < 10) expect(left).toBeNull();
          else {
            expect(left).toBeGreaterThanOrEqual(0);
            expect(left).toBeLessThanOrEqual(open.length + 1e-9);
          }
        },
      ),
    );
  });

  it('comes true within a factor of two and a half where answers follow the score, rather too many than too few', () => {
    const random = new Random(5);
    const draw = (score: number) => ({ score, is: random.uniform() < 1 / (1 + Math.exp(-8 * score)) });
    let [said, real] = [0, 0];
    for (let round = 0; round < 40; round++) {
      const answered = Array.from({ length: 40 }, () => draw(random.uniform()));
      const open = Array.from({ length: 60 }, () => draw(random.uniform() - 0.8));
      said +=
        expectedLeft(
          answered,
          open.map(({ score }) => score),
        ) ?? 0;
      real += open.filter(({ is }) => is).length;
    }
    expect(said / real).toBeGreaterThan(0.9);
    expect(said / real).toBeLessThan(2.5);
  });
});
