import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { benjaminiHochberg, fisherExact, groupsThatDiffer } from '#core/domain/group-differs.ts';
import { addDays, daysFrom, isDay, mondayOf } from '#core/domain/days.ts';
import { binAt, binsOf } from '#core/domain/figure-bins.ts';
import { Random } from '#core/domain/random.ts';

describe('Fisher’s exact test', () => {
  // scipy 1.17: fisher_exact([[a, n - a], [c, m - c]]).pvalue
  it.each([
    [3, 10, 1, 20, 0.09523809523809525],
    [0, 30, 9, 100, 0.1166263756136244],
    [12, 340, 48, 2960, 0.028250091666482284],
    [7, 7, 0, 7, 0.0005827505827505828],
    [5000, 100_000, 48_000, 900_000, 7.001822922541776e-6],
    [40, 500, 200, 5000, 0.0001244622282279245],
    [1, 2, 500_000, 998_000, 1],
  ])('%d of %d beside %d of %d agrees with scipy', (a, n, c, m, expected) => {
    expect(Math.abs(fisherExact(a, n, c, m) / expected - 1)).toBeLessThan(1e-6);
  });
  it('is the same from either side, and 1 where there is nothing to tell', () => {
    fc.assert(
      fc.property(fc.nat(40), fc.nat(40), fc.nat(40), fc.nat(40), (a, b, c, d) => {
        const p = fisherExact(a, a + b, c, c + d);
        expect(p).toBeGreaterThan(0);
        expect(p).toBeLessThanOrEqual(1);
        expect(fisherExact(c, c + d, a, a + b)).toBeCloseTo(p, 10);
        expect(fisherExact(b, a + b, d, c + d)).toBeCloseTo(p, 10);
      }),
    );
    expect(fisherExact(0, 0, 3, 9)).toBe(1);
    expect(fisherExact(0, 5, 0, 9)).toBe(1);
  });
  it('refuses counts that contradict each other', () => {
    expect(() => fisherExact(4, 3, 0, 0)).toThrow(RangeError);
  });
});

describe('Benjamini and Hochberg’s rule', () => {
  const chances = [0.001, 0.008, 0.039, 0.041, 0.042, 0.06, 0.074, 0.205, 0.212, 0.216];
  // scipy 1.17: false_discovery_control(chances, method='bh')
  const adjusted = [0.01, 0.04, 0.084, 0.084, 0.084, 0.1, 0.1057142857142857, 0.216, 0.216, 0.216];
  it.each([0.005, 0.05, 0.0841, 0.11, 0.3])('at %d marks those that scipy adjusts to less', (share) => {
    expect(benjaminiHochberg(chances, share)).toEqual(adjusted.map((chance) => chance <= share));
    const turned = benjaminiHochberg(chances.toReversed(), share);
    expect(turned.toReversed()).toEqual(benjaminiHochberg(chances, share));
  });
});

describe('groups that differ', () => {
  it('are marked by chance in no more than 5 % of lines on which nothing differs', () => {
    const random = new Random(11);
    let marked = 0;
    const lines = 400;
    for (let line = 0; line < lines; line++) {
      const groups = Array.from({ length: 12 }, () => {
        const trials = 20 + random.below(200);
        return { trials, events: Array.from({ length: trials }).filter(() => random.uniform() < 0.06).length };
      });
      if (groupsThatDiffer(groups).some((one) => one !== null)) marked++;
    }
    // 5 % of 400 and three standard deviations; the exact test stays well below.
    expect(marked).toBeLessThanOrEqual(33);
  });
  it('says which way, and nothing of one group alone or of an empty one', () => {
    expect(
      groupsThatDiffer([
        { events: 5, trials: 500 },
        { events: 60, trials: 500 },
        { events: 0, trials: 0 },
      ]),
    ).toEqual(['lower', 'higher', null]);
    expect(groupsThatDiffer([{ events: 5, trials: 500 }])).toEqual([null]);
    expect(groupsThatDiffer([])).toEqual([]);
  });
});

describe('days', () => {
  it('go over months, leap days and years', () => {
    expect(addDays('2028-02-28', 2)).toBe('2028-03-01');
    expect(addDays('2026-01-01', -1)).toBe('2025-12-31');
    expect(daysFrom('2026-11-16', '2026-11-23')).toBe(8);
    expect([mondayOf('2026-11-23'), mondayOf('2026-11-22')]).toEqual(['2026-11-23', '2026-11-16']);
    expect(['2026-02-30', '2026-2-3', 'x', '', '2026-02-28'].map(isDay)).toEqual([false, false, false, false, true]);
  });
  it('make points that part a period without gap or overlap, about 90 at most', () => {
    const day = fc.integer({ min: 0, max: 20_000 }).map((n) => addDays('1990-01-01', n));
    fc.assert(
      fc.property(day, fc.nat(2000), fc.nat(12), (from, more, names) => {
        const to = addDays(from, more);
        const shifts = Array.from({ length: names }, (_, n) => `s${n}`);
        const all = binsOf(from, to, shifts);
        expect(all.bins.length).toBeLessThanOrEqual(90);
        if (all.unit === 'shift') return;
        expect([all.bins[0]?.from, all.bins.at(-1)?.to]).toEqual([from, to]);
        all.bins.slice(1).forEach((bin, at) => expect(bin.from).toBe(addDays(all.bins[at]?.to ?? '', 1)));
        const inside = addDays(from, Math.floor(more / 2));
        expect(binAt(all, inside, 's0')).toBeGreaterThanOrEqual(0);
        expect(binAt(all, addDays(to, 1), 's0')).toBe(-1);
      }),
    );
  });
});
