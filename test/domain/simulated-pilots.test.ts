import { describe, expect, it } from 'vitest';
import { conformalThreshold } from '#core/domain/conformal.ts';
import { flaggedPrecision, lineEstimate, type Estimate, type LineFacts } from '#core/domain/line-estimate.ts';
import type { Rate } from '#core/domain/interval.ts';
import { Random } from '#core/domain/random.ts';
import { suggestThreshold } from '#core/domain/threshold-suggest.ts';
import { type Judgement, type Marks, ThresholdTable } from '#core/domain/threshold.ts';

/*
 * Lines whose truth is known: good parts score u^12 and defects 1 − u^12, so the share of good parts at or above a mark m is
 * 1 − m^(1/12) and that of defects below it 1 − (1 − m)^(1/12).
 */
const POWER = 12;
const PILOTS = 2000;
const goodAbove = (mark: number) => 1 - mark ** (1 / POWER);
const defectsBelow = (mark: number) => 1 - (1 - mark) ** (1 / POWER);

function pilot(random: Random, good: number, defects: number): ThresholdTable {
  const labels = Array.from({ length: good + defects }, (_, at): Judgement => (at < defects ? 1 : 0));
  const scores = labels.map((label) => {
    const drawn = random.uniform() ** POWER;
    return label === 1 ? 1 - drawn : drawn;
  });
  return new ThresholdTable({ scores, labels });
}

const line: LineFacts = {
  partsPerMonth: 52_000,
  shiftsPerMonth: 44,
  defectRate: 0.004,
  reviewSeconds: 7,
  wageYenPerHour: 2800,
  costPerEscapeYen: 9000,
  costPerOverkillYen: 150,
  rejectsAreReviewed: true,
};

describe('simulated pilots', () => {
  it.each([
    [{ review: 0.3, reject: 0.7 }, 200, 40],
    [{ review: 0.05, reject: 0.95 }, 500, 15],
    [{ review: 0.6, reject: 0.6 }, 60, 100],
  ] as const)(
    'keep the truth within each bound, at marks %o with %i good pictures and %i defects',
    (marks, good, defects) => {
      const { defectRate: p } = line;
      const [e, g, o] = [defectsBelow(marks.review), goodAbove(marks.review), goodAbove(marks.reject)];
      const between = [defectsBelow(marks.reject) - e, g - o] as const;
      const flagged = p * (1 - e) + (1 - p) * g;
      const perPart = (line.reviewSeconds * line.wageYenPerHour) / 3600;
      const truths = {
        ...{ escape: e, overkill: o, flaggedGood: g, betweenDefects: between[0], betweenGood: between[1] },
        ...{
          escaped: 1000 * p * e,
          caught: 1000 * p * (1 - e),
          stopped: 1000 * (1 - p) * o,
          looked: 1000 * (1 - p) * g,
        },
        flagged,
        outflowPpm: (1e6 * p * e) / (p * e + (1 - p) * (1 - o)),
        reviewMinutesPerShift: ((52_000 / 44) * flagged * 7) / 60,
        costYenPerMonth: 52_000 * (p * e * 9000 + (1 - p) * o * 150 + flagged * perPart),
        precision: (p * (1 - e)) / flagged,
      };
      const held: Record<string, number> = {};
      const atMost = { escape: 0, overkill: 0 };
      const random = new Random(2024);
      for (let at = 0; at < PILOTS; at++) {
        const rates = pilot(random, good, defects).rates(marks);
        const { perThousand, ...rest } = lineEstimate(rates, line);
        const said: Record<keyof typeof truths, Rate | Estimate> = {
          ...{ escape: rates.escape, overkill: rates.overkill, flaggedGood: rates.flaggedGood },
          ...{ betweenDefects: rates.betweenDefects, betweenGood: rates.betweenGood },
          ...{ escaped: perThousand.escaped, caught: perThousand.caught },
          ...{ stopped: perThousand.overkill, looked: perThousand.flaggedGood },
          ...rest,
          precision: flaggedPrecision(rates, p),
        };
        for (const [name, truth] of Object.entries(truths)) {
          const { lower95, upper95 } = said[name as keyof typeof truths];
          held[name] = (held[name] ?? 0) + (lower95 <= truth + 1e-9 && truth <= upper95 + 1e-9 ? 1 : 0);
        }
        for (const name of ['escape', 'overkill'] as const) if (truths[name] <= rates[name].atMost95) atMost[name]++;
      }
      for (const [name, count] of Object.entries({ ...held, ...atMost }))
        expect(count / PILOTS, name).toBeGreaterThanOrEqual(0.94);
    },
  );

  it('keep the escape bound that a suggestion calls proven, though the marks were chosen on the same pictures', () => {
    const random = new Random(77);
    for (const maxEscape of [0.05, 0.1]) {
      let [proven, kept] = [0, 0];
      for (let at = 0; at < PILOTS / 4; at++) {
        const suggestion = suggestThreshold(pilot(random, 150, 80), line, maxEscape)!;
        if (suggestion.limit !== 'proven') continue;
        proven++;
        if (defectsBelow(suggestion.marks.review) <= maxEscape) kept++;
      }
      expect(proven).toBeGreaterThan(450);
      expect(kept / proven).toBeGreaterThanOrEqual(0.94);
    }
  });
});

describe('a mark that moves up', () => {
  it('lets more escape and stops and flags fewer, in counts, shares and yen of each', () => {
    const table = pilot(new Random(8), 400, 90);
    const at = (mark: number) => table.rates({ review: mark, reject: mark });
    const marks = Array.from({ length: 101 }, (_, step) => step / 100);
    for (const [step, mark] of marks.slice(1).entries()) {
      const [before, after] = [at(marks[step]!), at(mark)];
      expect(after.escape.value).toBeGreaterThanOrEqual(before.escape.value!);
      expect(after.escape.atMost95).toBeGreaterThanOrEqual(before.escape.atMost95 - 1e-12);
      for (const name of ['overkill', 'flaggedGood', 'flagged'] as const) {
        expect(after[name].value).toBeLessThanOrEqual(before[name].value!);
        expect(after[name].upper95).toBeLessThanOrEqual(before[name].upper95 + 1e-12);
      }
      // What leaves the line in a million also depends on how many good parts do: only `review` moves.
      const estimateAt = (review: number) => lineEstimate(table.rates({ review, reject: 1 }), line);
      const [low, high] = [estimateAt(marks[step]!), estimateAt(mark)];
      expect(high.outflowPpm.value).toBeGreaterThanOrEqual(low.outflowPpm.value! - 1e-9);
      expect(high.reviewMinutesPerShift.value).toBeLessThanOrEqual(low.reviewMinutesPerShift.value! + 1e-9);
    }
  });
});

describe('figures for a line worked out with scipy', () => {
  /*
   * p, N, S, tr, wage, ce, co = 0.004, 52000, 44, 7.0, 2800, 9000, 150; 2 of 37 defects missed, 31 of 412 good flagged, 5 stopped;
   * ci = lambda k, n: scipy.stats.binomtest(k, n).proportion_ci(0.95, 'exact'), each formula at every corner of itertools.product(e, o, f).
   */
  const fill = (count: number, score: number): number[] => new Array<number>(count).fill(score);
  const counts: [number, number, Judgement][] = [
    [2, 0.1, 1],
    [9, 0.5, 1],
    [26, 0.9, 1],
    [381, 0.1, 0],
    [26, 0.5, 0],
    [5, 0.9, 0],
  ];
  const marks: Marks = { review: 0.4, reject: 0.8 };
  const rates = new ThresholdTable({
    scores: counts.flatMap(([count, score]) => fill(count, score)),
    labels: counts.flatMap(([count, , label]) => new Array<Judgement>(count).fill(label)),
  }).rates(marks);
  const { perThousand, ...rest } = lineEstimate(rates, line);

  it.each([
    ['costYenPerMonth', rest.costYenPerMonth, 217758.81524242694, 58785.65864090464, 589417.7494446791],
    ['reviewMinutesPerShift', rest.reviewMinutesPerShift, 10.85458083856142, 7.550125364228369, 14.981343428108524],
    ['outflowPpm', rest.outflowPpm, 219.70316076592147, 26.669226086887637, 751.2756733562268],
    ['escaped', perThousand.escaped, 0.21621621621621623, 0.026458281646108882, 0.7277964735109975],
    ['overkill', perThousand.overkill, 12.087378640776699, 3.936115655711099, 27.98023905605721],
    ['precision', flaggedPrecision(rates, 0.004), 0.04806298183805908, 0.030310934070536245, 0.07164635178545159],
  ] as const)('%s', (_, said, value, lower, upper) => {
    expect(said.value! / value).toBeCloseTo(1, 9);
    expect(said.lower95 / lower).toBeCloseTo(1, 7);
    expect(said.upper95 / upper).toBeCloseTo(1, 7);
  });
});

describe('the overkill promise', () => {
  it.each([
    [0.05, 119],
    [0.01, 500],
    [0.001, 999],
  ])('of %d is kept over 200 resamples of %i good pictures, within its band of 99 in 100', (alpha, n) => {
    const random = new Random(99);
    // The true overkill of each mark is Beta(n + 1 − r, r) with r = ⌈(n + 1)(1 − α)⌉.
    const rank = Math.ceil((n + 1) * (1 - alpha) - 1e-9);
    const mean = (n + 1 - rank) / (n + 1);
    const deviation = Math.sqrt((mean * (1 - mean)) / (n + 2));
    let sum = 0;
    for (let at = 0; at < 200; at++) {
      const promise = conformalThreshold(
        Array.from({ length: n }, () => random.uniform() ** POWER),
        alpha,
      );
      if (!promise.promised) throw new Error('nothing was promised');
      sum += goodAbove(promise.mark);
    }
    expect(mean).toBeLessThanOrEqual(alpha + 1e-12);
    expect(Math.abs(sum / 200 - mean)).toBeLessThan((2.576 * deviation) / Math.sqrt(200));
  });
});
