import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Random } from '#core/domain/random.ts';
import { drawShared, type SharedCandidate } from '#core/domain/shared-subset.ts';

const candidates = (count: number, of: (id: number) => Partial<SharedCandidate<number>> = () => ({})) =>
  Array.from({ length: count }, (_, id) => ({ id, group: `g${id}`, doubt: null, isDefect: null, ...of(id) }));

describe('the pictures that two people share', () => {
  it('are half doubtful, and good and bad are among the rest', () => {
    const pool = candidates(1000, (id) => ({
      doubt: id / 1000,
      isDefect: id % 50 === 49 ? true : id % 5 === 0 ? false : null,
    }));
    const drawn = drawShared(pool, 40, new Random(3));
    const of = (why: string) => drawn.filter((one) => one.why === why).map(({ id }) => id);
    expect(of('doubtful').toSorted((a, b) => a - b)).toEqual(Array.from({ length: 20 }, (_, id) => id));
    const known = of('known').map((id) => pool[id]?.isDefect);
    expect(known.filter((isDefect) => isDefect === true)).toHaveLength(5);
    expect(known.filter((isDefect) => isDefect === false)).toHaveLength(5);
    expect(of('random')).toHaveLength(10);
  });

  it('are filled by chance where nothing is known, and are fewer where there are fewer', () => {
    expect(drawShared(candidates(100), 30, new Random(1)).every(({ why }) => why === 'random')).toBe(true);
    expect(drawShared(candidates(7), 30, new Random(1))).toHaveLength(7);
  });

  it('never show a part twice and are the same for the same seed', () => {
    const some = fc.array(
      fc.record({
        group: fc.constantFrom('p', 'q', 'r', 's', 't', 'u'),
        doubt: fc.option(fc.double({ min: 0, max: 1, noNaN: true })),
        isDefect: fc.option(fc.boolean()),
      }),
      { maxLength: 30 },
    );
    fc.assert(
      fc.property(some, fc.integer({ min: 1, max: 20 }), fc.integer({ min: 0 }), (rows, size, seed) => {
        const pool = rows.map((row, id) => ({ id, ...row }));
        const drawn = drawShared(pool, size, new Random(seed));
        const groups = drawn.map(({ id }) => pool[id]?.group);
        expect(new Set(groups).size).toBe(groups.length);
        expect(drawn).toHaveLength(Math.min(size, new Set(rows.map(({ group }) => group)).size));
        expect(drawShared(pool, size, new Random(seed))).toEqual(drawn);
      }),
    );
  });
});
