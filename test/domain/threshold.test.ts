import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cutPoints, scoreHistogram } from '#core/domain/curves.ts';
import { lineEstimate, type LineFacts } from '#core/domain/line-estimate.ts';
import { Random } from '#core/domain/random.ts';
import { suggestThreshold } from '#core/domain/threshold-suggest.ts';
import { type Judgement, type Marks, ThresholdTable, verdictOf } from '#core/domain/threshold.ts';

const line: LineFacts = {
  partsPerMonth: 60_000,
  shiftsPerMonth: 40,
  defectRate: 0.005,
  reviewSeconds: 6,
  wageYenPerHour: 3000,
  costPerEscapeYen: 8000,
  costPerOverkillYen: 120,
  rejectsAreReviewed: false,
};

const picture = fc.tuple(
  fc.integer({ min: 0, max: 20 }).map((n) => n / 20),
  fc.constantFrom<Judgement[]>(1, 0, -1),
);
const marksOf = fc
  .tuple(fc.integer({ min: 0, max: 21 }), fc.integer({ min: 0, max: 21 }))
  .map(([a, b]): Marks => ({ review: Math.min(a, b) / 20, reject: Math.max(a, b) / 20 }));
const columns = (rows: readonly (readonly [number, Judgement])[]) => ({
  scores: rows.map(([score]) => score),
  labels: rows.map(([, label]) => label),
});

function simulated(count: number, defects: number, seed: number) {
  const random = new Random(seed);
  const squash = (z: number) => 1 / (1 + Math.exp(-z));
  const labels = Array.from({ length: count }, (_, at): Judgement => (at < defects ? 1 : 0));
  return { scores: labels.map((label) => squash(random.normal() + (label === 1 ? 2 : -2))), labels };
}

describe('ThresholdTable', () => {
  it('counts as one would by hand, for any marks', () => {
    fc.assert(
      fc.property(fc.array(picture, { maxLength: 50 }), marksOf, (rows, marks) => {
        const rates = new ThresholdTable(columns(rows)).rates(marks);
        const count = (label: Judgement, verdict: string) =>
          rows.filter(([score, known]) => known === label && verdictOf(score, marks) === verdict).length;
        for (const verdict of ['ok', 'review', 'reject'] as const)
          expect(rates.counts[verdict]).toEqual({
            good: count(0, verdict),
            defect: count(1, verdict),
            unknown: count(-1, verdict),
          });
        expect(rates.escape.numerator).toBe(count(1, 'ok'));
        expect(rates.overkill.numerator).toBe(count(0, 'reject'));
        expect(rates.escape.denominator).toBe(rows.filter(([, label]) => label === 1).length);
        if (rates.escape.value !== null)
          expect(rates.escape.value).toBeCloseTo(rates.escape.numerator / rates.escape.denominator, 12);
      }),
    );
  });

  it('lets weighted pictures stand for the parts they were drawn from', () => {
    // 2 defects seen when flagged (weight 1); 1 found among audited passed pictures that stand for 10 each.
    const rates = new ThresholdTable({
      scores: [0.9, 0.8, 0.1, 0.1, 0.2],
      labels: [1, 1, 1, 0, 0],
      weights: [1, 1, 10, 10, 10],
    }).rates({ review: 0.5, reject: 0.85 });
    expect(rates.escape.value).toBeCloseTo(10 / 12, 12);
    expect([rates.escape.numerator, rates.escape.denominator]).toEqual([1, 3]);
    expect(rates.flaggedGood.value).toBe(0);
    // Three pictures of unequal weight tell less than three of equal weight.
    const equal = new ThresholdTable({ scores: [0.9, 0.8, 0.1], labels: [1, 1, 1] }).rates({
      review: 0.5,
      reject: 0.5,
    });
    expect(rates.escape.upper95 - rates.escape.lower95).toBeGreaterThan(equal.escape.upper95 - equal.escape.lower95);
  });

  it('knows no escape rate while no defect was seen', () => {
    const { escape } = new ThresholdTable({ scores: [0.1, 0.2], labels: [0, 0] }).rates({ review: 0.5, reject: 0.6 });
    expect(escape).toMatchObject({ value: null, upper95: 1, denominator: 0 });
  });

  it('moves a mark over 100,000 scores in well under 50 ms', () => {
    const table = new ThresholdTable(simulated(100_000, 2000, 1));
    table.rates({ review: 0.5, reject: 0.6 });
    const times = Array.from({ length: 9 }, (_, at) => {
      const start = performance.now();
      lineEstimate(table.rates({ review: 0.3 + at / 50, reject: 0.7 }), line);
      return performance.now() - start;
    }).sort((a, b) => a - b);
    expect(times[4]).toBeLessThan(50);
  });

  it('refuses crossed marks, and scores that are none', () => {
    expect(() => new ThresholdTable({ scores: [0.1], labels: [1] }).rates({ review: 0.6, reject: 0.5 })).toThrow(
      RangeError,
    );
    expect(() => new ThresholdTable({ scores: [NaN], labels: [1] })).toThrow(RangeError);
    expect(() => new ThresholdTable({ scores: [0.5, 0.6], labels: [1] })).toThrow(RangeError);
  });
});

describe('lineEstimate', () => {
  // 40 defects of which 2 below review and 8 between; 200 good of which 20 between and 4 from reject on.
  const scores = [
    ...fill(2, 0.1),
    ...fill(8, 0.6),
    ...fill(30, 0.9),
    ...fill(176, 0.1),
    ...fill(20, 0.6),
    ...fill(4, 0.9),
  ];
  const labels = scores.map((_, at): Judgement => (at < 40 ? 1 : 0));
  const rates = new ThresholdTable({ scores, labels }).rates({ review: 0.5, reject: 0.8 });
  const estimate = lineEstimate(rates, line);

  it('re-weights to the line: worked by hand at p = 0.5 %, e = 5 %, o = 2 %, g = 12 %', () => {
    expect(estimate.perThousand.escaped.value).toBeCloseTo(1000 * 0.005 * 0.05, 10);
    expect(estimate.perThousand.caught.value).toBeCloseTo(1000 * 0.005 * 0.95, 10);
    expect(estimate.perThousand.overkill.value).toBeCloseTo(1000 * 0.995 * 0.02, 10);
    expect(estimate.flagged.value).toBeCloseTo(0.005 * 0.95 + 0.995 * 0.12, 10);
    expect(estimate.outflowPpm.value).toBeCloseTo((1e6 * 0.00025) / (0.00025 + 0.995 * 0.98), 6);
    const looked = 0.005 * 0.2 + 0.995 * 0.1;
    expect(estimate.reviewMinutesPerShift.value).toBeCloseTo((1500 * looked * 6) / 60, 8);
    expect(estimate.costYenPerMonth.value).toBeCloseTo(60_000 * (0.00025 * 8000 + 0.0199 * 120 + looked * 5), 6);
    expect(estimate.costYenPerMonth).toMatchObject({ numerator: 6, denominator: 240 });
  });

  it('counts a look at NG parts, too, where a person looks at them', () => {
    const all = lineEstimate(rates, { ...line, rejectsAreReviewed: true });
    expect(all.reviewMinutesPerShift.value).toBeCloseTo((1500 * (0.005 * 0.95 + 0.995 * 0.12) * 6) / 60, 8);
  });

  it('keeps each value within its range, for any marks', () => {
    const table = new ThresholdTable(simulated(300, 60, 5));
    fc.assert(
      fc.property(marksOf, fc.boolean(), (marks, rejectsAreReviewed) => {
        const { perThousand, ...rest } = lineEstimate(table.rates(marks), { ...line, rejectsAreReviewed });
        for (const { value, lower95, upper95 } of [...Object.values(perThousand), ...Object.values(rest)]) {
          expect(lower95).toBeLessThanOrEqual((value ?? NaN) + 1e-9);
          expect(upper95).toBeGreaterThanOrEqual((value ?? NaN) - 1e-9);
        }
      }),
    );
  });

  it('has no value without a defect, but a range', () => {
    const goodOnly = lineEstimate(
      new ThresholdTable({ scores: [0.1], labels: [0] }).rates({ review: 0.5, reject: 0.5 }),
      line,
    );
    expect(goodOnly.outflowPpm.value).toBeNull();
    expect(goodOnly.perThousand.escaped.upper95).toBeCloseTo(5, 10);
  });
});

function fill(count: number, value: number): number[] {
  return new Array<number>(count).fill(value);
}

describe('suggestThreshold', () => {
  it('finds the cheapest pair: no pair of marks on a fine grid costs less', () => {
    for (const rejectsAreReviewed of [false, true]) {
      const pictures = simulated(50, 25, 3);
      const table = new ThresholdTable(pictures);
      const facts = { ...line, rejectsAreReviewed };
      const suggestion = suggestThreshold(table, facts, 0.2)!;
      const cost = (marks: Marks) => lineEstimate(table.rates(marks), facts).costYenPerMonth.value!;
      expect(cost(suggestion.marks)).toBeCloseTo(suggestion.costYenPerMonth, 4);
      const grid = [...new Set([...pictures.scores, 0.9999999])].sort((a, b) => a - b);
      for (const review of grid) {
        if (table.rates({ review, reject: 1 }).escape.atMost95 > 0.2) continue;
        for (const reject of grid)
          if (reject >= review) expect(cost({ review, reject })).toBeGreaterThan(suggestion.costYenPerMonth - 1e-6);
      }
      expect(suggestion.limit).toBe('proven');
      expect(suggestion.escape.atMost95).toBeLessThanOrEqual(0.2);
    }
  });

  it('lets a person look at more when a miss costs more', () => {
    const table = new ThresholdTable(simulated(2000, 300, 8));
    const review = (costPerEscapeYen: number) =>
      suggestThreshold(table, { ...line, costPerEscapeYen }, 0.5)!.marks.review;
    expect(review(500_000)).toBeLessThan(review(5000));
    expect(review(5000)).toBeLessThan(review(50));
  });

  it('says how many defects are needed where the limit cannot be proven yet', () => {
    const suggestion = suggestThreshold(new ThresholdTable(simulated(200, 20, 4)), line, 0.05)!;
    expect(suggestion).toMatchObject({ limit: 'counted', defectsStillNeeded: 39 });
    expect(suggestion.escape.value).toBe(0);
    expect(suggestion.escape.atMost95).toBeGreaterThan(0.05);
  });

  it('never lets more escape for a stricter limit or for fewer defects to prove it by', () => {
    const free = { ...line, costPerEscapeYen: 0 };
    const limits = [0.005, 0.01, 0.03, 0.05, 0.1, 0.2];
    for (const defects of [5, 20, 58, 60, 100, 300]) {
      const table = new ThresholdTable(simulated(600, defects, 8));
      const missed = limits.map((limit) => suggestThreshold(table, free, limit)!.escape.numerator);
      expect(missed).toEqual(missed.toSorted((a, b) => a - b));
      if (defects < 59) expect(missed[3]).toBe(0);
    }
  });

  it('marks it when the limit, not the money, decided', () => {
    const table = new ThresholdTable(simulated(2000, 300, 8));
    const free = { ...line, costPerEscapeYen: 1 };
    expect(suggestThreshold(table, free, 0.05)!.limited).toBe(true);
    expect(suggestThreshold(table, free, 0.999)!.limited).toBe(false);
  });

  it('does not pretend without defects, and is not led by unjudged pictures', () => {
    expect(suggestThreshold(new ThresholdTable({ scores: [0.1, 0.5], labels: [0, 0] }), line, 0.1)).toBeNull();
    const { scores, labels } = simulated(150, 40, 3);
    const judged = suggestThreshold(new ThresholdTable({ scores, labels }), line, 0.2)!.marks;
    const more = { scores: [...scores, 0.41, 0.42, 0.43], labels: [...labels, -1, -1, -1] as Judgement[] };
    expect(suggestThreshold(new ThresholdTable(more), line, 0.2)!.marks).toEqual(judged);
  });
});

describe('curves', () => {
  it('gives each distinct cut from the highest mark down', () => {
    const points = cutPoints(new ThresholdTable({ scores: [0.9, 0.8, 0.8, 0.3, 0.99], labels: [1, 1, 0, 0, -1] }));
    expect(points).toEqual([
      { mark: 0.9, recall: 0.5, falsePositiveRate: 0 },
      { mark: 0.8, recall: 1, falsePositiveRate: 0.5 },
      { mark: 0.3, recall: 1, falsePositiveRate: 1 },
    ]);
    expect(cutPoints(new ThresholdTable({ scores: [0.9], labels: [1] }))).toEqual([]);
  });

  it('thins long curves by distance, also where few defects lie among many good ones, but keeps both ends', () => {
    const pictures = simulated(5000, 500, 2);
    const points = cutPoints(new ThresholdTable(pictures), 0.01);
    expect(points.length).toBeLessThan(210);
    expect(points[0]!.mark).toBe(Math.max(...pictures.scores));
    expect(points.at(-1)).toMatchObject({ recall: 1, falsePositiveRate: 1 });
    for (const [at, point] of points.slice(1).entries()) {
      expect(point.recall - points[at]!.recall).toBeLessThan(0.0125);
      expect(point.falsePositiveRate - points[at]!.falsePositiveRate).toBeLessThan(0.0125);
    }
  });

  it('bins every picture once, by what is known of it', () => {
    const histogram = scoreHistogram({ scores: [0, 0.05, 0.5, 1, 0.99], labels: [0, 0, -1, 1, 1] }, 10);
    expect(histogram.good[0]).toBe(2);
    expect(histogram.unknown[5]).toBe(1);
    expect(histogram.defect[9]).toBe(2);
  });
});
