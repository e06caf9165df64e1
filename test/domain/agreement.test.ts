import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { agreementOf, meaningOf, shareAgreed, type Pair } from '#core/domain/agreement.ts';

/** [a's answer][b's answer] pictures → pairs of answers. */
const pairsOf = (table: readonly (readonly number[])[]): Pair<number>[] =>
  table.flatMap((row, a) => row.flatMap((count, b) => Array.from({ length: count }, () => [a, b] as const)));

const okNg = (okOk: number, okNgCount: number, ngOk: number, ngNg: number): Pair<'ok' | 'ng'>[] =>
  pairsOf([
    [okOk, okNgCount],
    [ngOk, ngNg],
  ]).map(([a, b]) => [a === 0 ? 'ok' : 'ng', b === 0 ? 'ok' : 'ng']);

describe('the agreement of two people', () => {
  // kappa: sklearn.metrics.cohen_kappa_score; its interval: statsmodels.stats.inter_rater.cohens_kappa (0.14).
  it.each([
    [
      [
        [20, 5],
        [10, 15],
      ],
      0.4,
      [0.151092290476661, 0.6489077095233389],
    ],
    [
      [
        [45, 2],
        [2, 1],
      ],
      0.2907801418439716,
      [-0.21543421759157422, 0.7969945012795183],
    ],
    [
      [
        [44, 5, 1],
        [7, 20, 3],
        [9, 5, 6],
      ],
      0.4915254237288136,
      [0.35015820121748686, 0.6328926462401401],
    ],
    // Cut at −1.
    [
      [
        [1, 14],
        [15, 2],
      ],
      -0.8125,
      [-1, -0.610912846217865],
    ],
  ])('is what scikit-learn and statsmodels say of %j', (table, kappa, [lower = 0, upper = 0]) => {
    const found = agreementOf(pairsOf(table), [0, 1, 2]);
    expect(found.table).toEqual(table);
    expect(found.kappa).toBeCloseTo(kappa, 12);
    expect(found.kappa95?.lower).toBeCloseTo(lower, 8);
    expect(found.kappa95?.upper).toBeCloseTo(upper, 8);
  });

  it('has no kappa where only one answer was given, and no range where nothing or everything differs', () => {
    expect(agreementOf(okNg(20, 0, 0, 0))).toMatchObject({
      agreed: 20,
      agreedByChance: 20,
      kappa: null,
      kappa95: null,
    });
    expect(agreementOf(okNg(10, 0, 0, 10))).toMatchObject({ kappa: 1, kappa95: null });
    expect(agreementOf<string>([])).toMatchObject({ pictures: 0, kappa: null, kappa95: null, answers: [] });
  });

  it('says of rare defects what kappa hides: that hardly any is called so by both', () => {
    const found = agreementOf(okNg(45, 2, 2, 1));
    expect(found.agreed / found.pictures).toBe(0.92);
    expect(shareAgreed(found, 'ok')).toBeCloseTo(90 / 94, 12);
    expect(shareAgreed(found, 'ng')).toBeCloseTo(2 / 6, 12);
    expect(meaningOf(found)).toBe('too_few');
  });

  it('means what the guide to attribute gauges says', () => {
    expect(meaningOf(agreementOf(okNg(20, 1, 2, 17)))).toBe('aligned');
    expect(meaningOf(agreementOf(okNg(20, 5, 5, 10)))).toBe('partly');
    expect(meaningOf(agreementOf(okNg(12, 8, 9, 11)))).toBe('apart');
    expect(meaningOf(agreementOf(okNg(40, 0, 0, 0)))).toBe('too_few');
  });

  const answer = fc.constantFrom('a', 'b', 'c');
  const pairs = fc.array(fc.tuple(answer, answer), { minLength: 1, maxLength: 60 });

  it('is the same whoever is first and in whatever order the pictures come', () => {
    fc.assert(
      fc.property(pairs, (given) => {
        const one = agreementOf(given);
        const other = agreementOf(given.toReversed().map(([a, b]): Pair<string> => [b, a]));
        expect(other.agreed).toBe(one.agreed);
        expect(other.agreedByChance).toBeCloseTo(one.agreedByChance, 9);
        if (one.kappa === null) expect(other.kappa).toBeNull();
        else expect(other.kappa).toBeCloseTo(one.kappa, 9);
      }),
    );
  });

  it('lies between −1 and 1, within its range, and is 1 exactly where all is alike', () => {
    fc.assert(
      fc.property(pairs, (given) => {
        const { kappa, kappa95, agreed, pictures } = agreementOf(given);
        if (kappa === null) return;
        expect(kappa).toBeGreaterThanOrEqual(-1 - 1e-12);
        expect(kappa).toBeLessThanOrEqual(1 + 1e-12);
        expect(Math.abs(kappa - 1) < 1e-12).toBe(agreed === pictures);
        if (kappa95 === null) return;
        expect(kappa95.lower).toBeLessThanOrEqual(kappa + 1e-12);
        expect(kappa95.upper).toBeGreaterThanOrEqual(kappa - 1e-12);
      }),
    );
  });
});
