import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { drawLabels, stratifiedGroupFolds } from '#core/domain/group-split.ts';
import { Random } from '#core/domain/random.ts';

const item = fc.record({
  group: fc.integer({ min: 0, max: 9 }).map((n) => `part ${n}`),
  label: fc.constantFrom('good', 'crack', 'dent'),
});

describe('stratifiedGroupFolds', () => {
  it('never splits a group, and gives each item a fold', () => {
    fc.assert(
      fc.property(fc.array(item, { maxLength: 60 }), fc.integer({ min: 1, max: 5 }), fc.nat(), (items, folds, seed) => {
        const foldOf = stratifiedGroupFolds(items, folds, new Random(seed));
        const byGroup = new Map<string, number>();
        items.forEach(({ group }, at) => {
          const fold = foldOf[at] ?? -1;
          expect(fold).toBeGreaterThanOrEqual(0);
          expect(fold).toBeLessThan(folds);
          expect(byGroup.get(group) ?? fold).toBe(fold);
          byGroup.set(group, fold);
        });
      }),
    );
  });

  it('spreads a rare class over the folds', () => {
    const items = Array.from({ length: 200 }, (_, at) => ({ group: `g${at}`, label: at < 20 ? 'crack' : 'good' }));
    const foldOf = stratifiedGroupFolds(items, 5, new Random(1));
    for (let fold = 0; fold < 5; fold++) {
      const members = items.filter((_, at) => foldOf[at] === fold);
      expect(members.filter(({ label }) => label === 'crack')).toHaveLength(4);
      expect(members).toHaveLength(40);
    }
  });

  it('depends on the seed only', () => {
    const items = Array.from({ length: 60 }, (_, at) => ({ group: `g${at % 20}`, label: at % 3 ? 'good' : 'crack' }));
    const folds = (seed: number) => [...stratifiedGroupFolds(items, 4, new Random(seed))];
    expect(folds(1)).toEqual(folds(1));
    expect(folds(1)).not.toEqual(folds(2));
  });
});

describe('drawLabels', () => {
  const line = [
    ...Array.from({ length: 30 }, (_, at) => ({
      group: `d${at % 6}`,
      label: at % 2 ? 'crack' : 'dent',
      isDefect: true,
    })),
    ...Array.from({ length: 90 }, (_, at) => ({ group: `g${at % 40}`, label: 'good', isDefect: false })),
  ];

  it('takes k defects and 3k good ones, each of a part of its own while there are parts', () => {
    const drawn = drawLabels(line, 5, 3, new Random(4)).map((at) => line[at]!);
    expect(drawn.filter(({ isDefect }) => isDefect)).toHaveLength(5);
    expect(drawn.filter(({ isDefect }) => !isDefect)).toHaveLength(15);
    expect(new Set(drawn.map(({ group }) => group)).size).toBe(20);
  });

  it('takes a second picture of a part only when the parts run out', () => {
    const drawn = drawLabels(line, 8, 3, new Random(4)).map((at) => line[at]!);
    const perPart = new Map<string, number>();
    for (const { group, isDefect } of drawn) if (isDefect) perPart.set(group, (perPart.get(group) ?? 0) + 1);
    expect([...perPart.values()].sort((a, b) => a - b)).toEqual([1, 1, 1, 1, 2, 2]);
  });

  it('takes k of each class where no picture is good, and all there are where there are fewer', () => {
    const steel = ['ash', 'ash', 'scratch', 'scratch', 'scratch', 'scale'].map((label, at) => ({
      group: `x${at}`,
      label,
      isDefect: true,
    }));
    const drawn = drawLabels(steel, 2, 3, new Random(0)).map((at) => steel[at]!.label);
    expect(drawn.sort()).toEqual(['ash', 'ash', 'scale', 'scratch', 'scratch']);
  });

  it('returns each picture at most once, whatever is asked', () => {
    fc.assert(
      fc.property(fc.nat(40), fc.nat(), (k, seed) => {
        const drawn = drawLabels(line, k, 3, new Random(seed));
        expect(new Set(drawn).size).toBe(drawn.length);
        expect(drawn).toHaveLength(Math.min(k, 30) + Math.min(3 * k, 90));
      }),
    );
  });
});
