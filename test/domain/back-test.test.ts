import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { allDays, BackTest } from '#core/domain/back-test.ts';
import { type Judgement, verdictOf } from '#core/domain/threshold.ts';

const row = fc.record({
  id: fc.integer({ min: 1, max: 500 }),
  day: fc.integer({ min: 0, max: 3 }),
  happened: fc.constantFrom('ok' as const, 'review' as const, 'reject' as const, null),
  score: fc.option(fc.integer({ min: 0, max: 10 }).map((n) => n / 10)),
  label: fc.constantFrom<Judgement[]>(1, 0, -1),
});

describe('back-test', () => {
  it('counts each day as one would by hand, only on pictures that the model scored', () => {
    fc.assert(
      fc.property(
        fc.uniqueArray(row, { selector: ({ id }) => id, maxLength: 60 }),
        fc.integer({ min: 0, max: 10 }),
        fc.integer({ min: 0, max: 10 }),
        (rows, a, b) => {
          const marks = { review: Math.min(a, b) / 10, reject: Math.max(a, b) / 10 };
          const scored = rows.filter(({ score }) => score !== null);
          const test = new BackTest(
            {
              days: ['a', 'b', 'c', 'd'],
              ids: rows.map(({ id }) => id),
              dayOf: rows.map(({ day }) => day),
              happened: rows.map(({ happened }) => happened),
            },
            {
              // In another order, beside pictures of other days.
              ids: [900, ...scored.map(({ id }) => id).reverse()],
              scores: [0.5, ...scored.map(({ score }) => score ?? 0).reverse()],
              labels: [1, ...scored.map(({ label }) => label).reverse()],
            },
          );
          const days = test.run(marks);
          for (const [day, over] of days.entries()) {
            const of = scored.filter((one) => one.day === day);
            const tally = (verdicts: readonly { verdict: string | null; label: Judgement }[]) => ({
              pictures: verdicts.filter(({ verdict }) => verdict !== null).length,
              flagged: verdicts.filter(({ verdict }) => verdict === 'review' || verdict === 'reject').length,
              stopped: verdicts.filter(({ verdict }) => verdict === 'reject').length,
              missed: verdicts.filter(({ verdict, label }) => verdict === 'ok' && label === 1).length,
              stoppedGood: verdicts.filter(({ verdict, label }) => verdict === 'reject' && label === 0).length,
            });
            expect(over).toEqual({
              pictures: rows.filter((one) => one.day === day).length,
              scored: of.length,
              defects: of.filter(({ label }) => label === 1).length,
              good: of.filter(({ label }) => label === 0).length,
              happened: tally(of.map(({ happened, label }) => ({ verdict: happened, label }))),
              would: tally(of.map(({ score, label }) => ({ verdict: verdictOf(score ?? 0, marks), label }))),
            });
          }
          expect(allDays(days).pictures).toBe(rows.length);
          expect(allDays(days).would.pictures).toBe(scored.length);
        },
      ),
    );
  });

  it('is empty without days', () => {
    const test = new BackTest(
      { days: [], ids: [], dayOf: [], happened: [] },
      { ids: [1], scores: [0.5], labels: [-1] },
    );
    expect(allDays(test.run({ review: 0, reject: 1 }))).toMatchObject({ pictures: 0, scored: 0 });
  });
});
