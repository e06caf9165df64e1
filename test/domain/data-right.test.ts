import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { lacksOf, mayTeach, rightState, type RightDeclaration } from '#core/domain/data-right.ts';
import { countWithin, idRanges } from '#core/domain/id-ranges.ts';

const whole: RightDeclaration = {
  ...{ owner: 'works 2', purpose: 'pilot', people: 'no', customerParts: 'no', customer: '', basis: 'own' },
  ...{ basisNote: '', basisDay: '2026-01-01', keepUntil: '2026-12-31' },
};

describe('what is missing before a data set can be cleared', () => {
  it('is nothing where all was said', () => expect(lacksOf(whole)).toEqual([]));

  it.each([
    [{ owner: '' }, ['owner']],
    [{ people: 'unknown' }, ['people']],
    [{ customerParts: 'yes', basis: 'contract', basisNote: 'C-1' }, ['customer']],
    // People and customers have a say of their own: the site's word is no basis.
    [{ people: 'yes' }, ['basis']],
    [{ customerParts: 'yes', customer: 'ACME' }, ['basis']],
    [{ basis: 'consent' }, ['basisNote']],
    [{ basisDay: '2026-02-30' }, ['basisDay']],
    [{ keepUntil: '' }, ['keepUntil']],
  ] as const)('%o: %o', (change, lacks) => expect(lacksOf({ ...whole, ...change })).toEqual(lacks));
});

describe('the state of a right', () => {
  const said = (
    word: Parameters<typeof rightState>[0] extends infer S | null ? (S & { word: string })['word'] : never,
  ) => rightState({ word, keepUntil: '2026-06-30' }, '2026-06-30', null);

  it('holds through its last day and no longer', () => {
    expect(said('cleared')).toBe('cleared');
    expect(rightState({ word: 'cleared', keepUntil: '2026-06-30' }, '2026-07-01', null)).toBe('expired');
    expect(rightState({ word: 'declared', keepUntil: '' }, '2026-07-01', null)).toBe('declared');
  });

  it('has grace only as long as nobody decided', () => {
    expect(rightState(null, '2026-06-30', '2026-06-30')).toBe('grace');
    expect(rightState(null, '2026-07-01', '2026-06-30')).toBe('undeclared');
    expect(rightState({ word: 'saved', keepUntil: '' }, '2026-06-30', '2026-06-30')).toBe('grace');
    expect(rightState({ word: 'withdrawn', keepUntil: '' }, '2026-06-01', '2026-06-30')).toBe('withdrawn');
  });

  it('lets only what was cleared teach', () => {
    const may = (['saved', 'cleared', 'declared', 'sample', 'withdrawn', 'apart'] as const).filter((word) =>
      mayTeach(said(word)),
    );
    expect(may).toEqual(['cleared', 'declared', 'sample']);
  });
});

describe('ranges of ids', () => {
  it('count as the set that they were made of', () => {
    const ids = fc.array(fc.integer({ min: 1, max: 300 }));
    fc.assert(
      fc.property(ids, ids, (learnt, asked) => {
        const known = new Set(learnt);
        const ranges = idRanges(learnt);
        expect(countWithin(asked, ranges)).toBe(new Set(asked.filter((id) => known.has(id))).size);
        expect(ranges.every(([first], at) => at === 0 || first > (ranges[at - 1]?.[1] ?? 0) + 1)).toBe(true);
      }),
    );
  });
});
