import fc from 'fast-check';
import { expect, it } from 'vitest';
import { MOST_GOOD_STOPPED, proposeForFind } from '#core/review/mark-proposal.ts';

const line = {
  ...{ partsPerMonth: 40_000, shiftsPerMonth: 40, defectRate: 0.01, reviewSeconds: 6, wageYenPerHour: 3000 },
  ...{ costPerEscapeYen: 10_000, costPerOverkillYen: 300, rejectsAreReviewed: true },
};
/** A hundred good pictures at 0.000, 0.005 … 0.495. */
const good = Array.from({ length: 100 }, (_, at) => at / 200);
const pictures = { scores: [...good, 0.9], labels: [...good.map(() => 0 as const), 1 as const] };
const marks = { review: 0.6, reject: 0.8 };

it('proposes the mark that stops the find, and says what that costs a shift and a month', () => {
  const proposal = proposeForFind(0.4765, [], pictures, marks, line);
  expect(proposal).toMatchObject({ verdict: 'proposed', review: 0.476, active: 0.6, finds: 1, caught: 1 });
  expect(proposal.before).toMatchObject({ numerator: 0, denominator: 100 });
  // 0.480, 0.485, 0.490, 0.495 are stopped as well: 4 % of 990 good parts in a shift.
  expect(proposal.after).toMatchObject({ numerator: 4, denominator: 100, value: 0.04 });
  expect(proposal.morePerShift.value).toBeCloseTo(39.6, 9);
  expect(proposal.moreYenPerMonth.value).toBeCloseTo(0.04 * 0.99 * 40_000 * 5, 6);
  expect(proposal.morePerShift.lower95).toBeLessThan(39.6);
  expect(proposal.morePerShift.upper95).toBeGreaterThan(39.6);
});

it('goes down for look-alikes as far as that is affordable, and says which it does not stop', () => {
  const proposal = proposeForFind(0.48, [0.455, 0.1], pictures, marks, line);
  expect(proposal).toMatchObject({ verdict: 'proposed', review: 0.455, finds: 3, caught: 2 });
});

it('says plainly that no reasonable mark stops a find that scores like good parts', () => {
  const proposal = proposeForFind(0.145, [], pictures, marks, line);
  expect(proposal).toMatchObject({ verdict: 'costly', after: { numerator: 71, denominator: 100 } });
});

it('knows a find that is stopped already, one without a score, and a model that knows no good part', () => {
  expect(proposeForFind(0.7, [], pictures, marks, line)).toMatchObject({ verdict: 'caught', review: 0.6 });
  expect(proposeForFind(null, [], pictures, marks, line)).toMatchObject({ verdict: 'unscored', finds: 0 });
  const none = proposeForFind(0.2, [], { scores: [0.9], labels: [1] }, marks, line);
  expect(none).toMatchObject({ verdict: 'proposed', review: 0.2, after: { denominator: 0, value: null } });
});

it('never raises a mark, and never proposes one that stops more good parts than is reasonable', () => {
  const score = fc.double({ min: 0, max: 1, noNaN: true });
  fc.assert(
    fc.property(score, fc.array(score, { maxLength: 8 }), (found, alike) => {
      const { verdict, review, reject, active, after, caught, finds } = proposeForFind(
        found,
        alike,
        pictures,
        marks,
        line,
      );
      expect(review).toBeLessThanOrEqual(active);
      expect(reject).toBeGreaterThanOrEqual(review);
      expect(found).toBeGreaterThanOrEqual(Math.min(review, found));
      expect(caught).toBeLessThanOrEqual(finds);
      if (verdict === 'proposed') expect(after.value).toBeLessThanOrEqual(MOST_GOOD_STOPPED);
    }),
  );
});
