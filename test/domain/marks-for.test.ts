import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ScoreColumns } from '#core/contract/views.ts';
import { lineEstimate, type LineFacts } from '#core/domain/line-estimate.ts';
import { entryFor, entryOfEach, forAll, likeliestKind, type MarksFor } from '#core/domain/marks-for.ts';
import { type Judgement, type Marks, ThresholdTable } from '#core/domain/threshold.ts';
import { judgedFor, lineFor, ratesTogether } from '#core/report/marks-each.ts';
import { forMeasuring } from '#core/report/judged.ts';

const line: LineFacts = {
  ...{ partsPerMonth: 20_000, shiftsPerMonth: 40, defectRate: 0.01, reviewSeconds: 5, wageYenPerHour: 2500 },
  ...{ costPerEscapeYen: 10_000, costPerOverkillYen: 300, rejectsAreReviewed: true },
};

const marks = fc
  .tuple(fc.double({ min: 0, max: 1, noNaN: true }), fc.double({ min: 0, max: 1, noNaN: true }))
  .map(([a, b]): Marks => ({ review: Math.min(a, b), reject: Math.max(a, b) }));
const entry = fc.record({ cameraId: fc.constantFrom(null, 1, 2), classId: fc.constantFrom(null, 5, 6), marks });
/** Common marks first; of each camera, kind and pair one at most. */
const entries = fc
  .tuple(marks, fc.uniqueArray(entry, { selector: (one) => `${one.cameraId} ${one.classId}`, maxLength: 6 }))
  .map(([common, others]): (Marks & MarksFor)[] => [
    { ...forAll, ...common },
    ...others
      .filter(({ cameraId, classId }) => cameraId !== null || classId !== null)
      .map(({ marks: own, ...of }) => ({ ...of, ...own })),
  ]);
const pictures = fc.array(
  fc.record({
    score: fc.double({ min: 0, max: 1, noNaN: true }),
    label: fc.constantFrom<Judgement>(0, 1, -1),
    camera: fc.constantFrom(1, 2, 3),
    kind: fc.constantFrom(0, 5, 6),
  }),
  { minLength: 1, maxLength: 60 },
);
const columnsOf = (
  rows: readonly { score: number; label: Judgement; camera: number; kind: number }[],
): ScoreColumns => ({
  modelId: 1,
  ids: rows.map((_, at) => at + 1),
  scores: rows.map(({ score }) => score),
  labels: rows.map(({ label }) => label),
  sources: rows.map(({ label }) => (label === -1 ? 'unlabelled' : 'held_out')),
  cameras: rows.map(({ camera }) => camera),
  kinds: rows.map(({ kind }) => kind),
});

describe('marks of cameras and kinds', () => {
  it('leave no picture out and count none twice; rates and money of the parts add up to the whole', () => {
    fc.assert(
      fc.property(pictures, entries, (rows, inForce) => {
        const columns = columnsOf(rows);
        const together = ratesTogether(columns, inForce);
        const parts = inForce.map((own) => {
          const judged = judgedFor(columns, inForce, own);
          const rates = new ThresholdTable(forMeasuring(columns, judged).pictures).rates(own);
          return { rates, line: lineEstimate(rates, lineFor(columns, inForce, own, line)) };
        });
        for (const rate of ['escape', 'overkill', 'flaggedGood', 'flagged', 'betweenDefects', 'betweenGood'] as const)
          for (const count of ['numerator', 'denominator'] as const)
            expect(parts.reduce((sum, { rates }) => sum + rates[rate][count], 0)).toBe(together[rate][count]);
        // A part without a defect or a good picture has no figure of its own to add.
        if (parts.some((part) => part.line.costYenPerMonth.value === null)) return;
        const whole = lineEstimate(together, line).costYenPerMonth.value ?? NaN;
        const sum = parts.reduce((total, part) => total + (part.line.costYenPerMonth.value ?? NaN), 0);
        expect(sum).toBeCloseTo(whole, 4);
      }),
      { numRuns: 300 },
    );
  });

  it('with every mark the same are one mark', () => {
    fc.assert(
      fc.property(pictures, entries, marks, (rows, inForce, one) => {
        const columns = columnsOf(rows);
        const same = inForce.map(({ cameraId, classId }) => ({ cameraId, classId, ...one }));
        expect(ratesTogether(columns, same)).toEqual(new ThresholdTable(forMeasuring(columns).pictures).rates(one));
      }),
      { numRuns: 100 },
    );
  });

  it('are found for columns as for single pictures', () => {
    fc.assert(
      fc.property(pictures, entries, (rows, inForce) => {
        const each = rows.map(({ camera, kind }) =>
          entryFor(inForce, { cameraId: camera, classId: kind === 0 ? null : kind }),
        );
        expect(entryOfEach(columnsOf(rows), inForce)).toEqual(each);
      }),
      { numRuns: 100 },
    );
  });
});

describe('the likeliest kind', () => {
  const isDefect = (id: number): boolean => id !== 1;

  it('is the defect class with the highest probability, good or not', () => {
    expect(likeliestKind([0.9, 0.04, 0.06], [1, 2, 3], isDefect)).toBe(3);
    expect(likeliestKind([0.1, 0.5, 0.4], [1, 2, 3], isDefect)).toBe(2);
    expect(likeliestKind([0.2, 0.8], [3, 2], isDefect)).toBe(2);
  });

  it('is not known where nothing is told apart', () => {
    expect(likeliestKind([0.1, 0.9], [1, 2], isDefect)).toBeNull();
    expect(likeliestKind([1, 0, 0], [1, 2, 3], isDefect)).toBeNull();
    expect(likeliestKind([], [1, 2, 3], isDefect)).toBeNull();
  });
});
