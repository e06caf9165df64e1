import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Random } from '#core/domain/random.ts';
import { pickNext, type Candidate, type Scores } from '#core/review/pick-next.ts';

const candidate = fc.record({
  cluster: fc.nat(4),
  unusual: fc.double({ min: 0, max: 2, noNaN: true }),
  score: fc.option(fc.double({ min: 0, max: 1, noNaN: true })),
});
const candidates = fc
  .array(candidate, { maxLength: 60 })
  .map((list): Candidate[] => list.map((entry, at) => ({ id: at + 1, ...entry })));

const meaning: fc.Arbitrary<Scores> = fc.oneof(
  fc.record({ of: fc.constant('defect' as const), mark: fc.double({ min: 0, max: 1, noNaN: true }) }),
  fc.constant({ of: 'doubt' as const }),
);

describe('what to label next', () => {
  test('each picture at most once, never more than asked, all of them when asked for more', () => {
    fc.assert(
      fc.property(candidates, fc.nat(80), fc.nat(30), fc.option(meaning), (list, limit, labelled, scores) => {
        const picks = pickNext(list, new Map(), labelled, scores, limit, new Random(1));
        expect(new Set(picks.map((pick) => pick.id)).size).toBe(picks.length);
        expect(picks.length).toBe(Math.min(limit, list.length));
      }),
    );
  });

  test('the first picks show the most typical picture of each cluster before a second of any', () => {
    const list: Candidate[] = [0, 1, 2].flatMap((cluster) =>
      [0.5, 0.1, 0.3].map((unusual, at) => ({ id: cluster * 10 + at + 1, cluster, unusual, score: null })),
    );
    const picks = pickNext(list, new Map(), 0, null, 3, new Random(1));
    expect(new Set(picks.map(({ id }) => Math.floor(id / 10)))).toEqual(new Set([0, 1, 2]));
    for (const { id } of picks.filter(({ why }) => why === 'typical')) expect([2, 12, 22]).toContain(id);
  });

  test('before there is a model the whole range from usual to unusual is met', () => {
    const list: Candidate[] = Array.from({ length: 200 }, (_, at) => ({
      id: at + 1,
      cluster: 0,
      unusual: at,
      score: null,
    }));
    const varied = pickNext(list, new Map(), 0, null, 80, new Random(1)).filter(({ why }) => why === 'varied');
    const met = new Set(varied.map(({ id }) => Math.floor((id - 1) / 20)));
    expect(varied.length).toBeGreaterThanOrEqual(15);
    expect(met.size).toBeGreaterThanOrEqual(9);
  });

  test('a cluster that has labels waits until the others have as many', () => {
    const list: Candidate[] = [0, 1].map((cluster) => ({ id: cluster + 1, cluster, unusual: 0, score: null }));
    expect(pickNext(list, new Map([[0, 3]]), 0, null, 1, new Random(1))).toEqual([{ id: 2, why: 'typical' }]);
  });

  test('where every class is a kind of defect, the picture that the model doubts most comes first', () => {
    const list: Candidate[] = [0.05, 0.48, 0.9].map((score, at) => ({ id: at + 1, cluster: 0, unusual: 0, score }));
    expect(pickNext(list, new Map(), 0, { of: 'doubt' }, 1, new Random(1))).toEqual([{ id: 3, why: 'unsure' }]);
  });

  test('with a model the picture nearest to the mark comes first, then the likeliest defect', () => {
    const list: Candidate[] = [0.05, 0.48, 0.9].map((score, at) => ({ id: at + 1, cluster: 0, unusual: 0, score }));
    expect(pickNext(list, new Map(), 0, { of: 'defect', mark: 0.5 }, 2, new Random(1))).toEqual([
      { id: 2, why: 'unsure' },
      { id: 3, why: 'suspect' },
    ]);
  });
});
