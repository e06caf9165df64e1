import { describe, expect, it } from 'vitest';
import { cutPoints, precisionAt } from '#core/domain/curves.ts';
import { Random } from '#core/domain/random.ts';
import { rankingOf } from '#core/domain/ranking.ts';
import { type Judgement, ThresholdTable } from '#core/domain/threshold.ts';

const good = [0.05, 0.1, 0.1, 0.15, 0.2, 0.2, 0.3, 0.35, 0.45, 0.6, 0.7, 0.7];
const defects = [0.2, 0.45, 0.55, 0.7, 0.8, 0.85, 0.9, 0.95];
const tableOf = (goodScores: readonly number[], defectScores: readonly number[]) =>
  new ThresholdTable({
    scores: [...goodScores, ...defectScores],
    labels: [...goodScores.map((): Judgement => 0), ...defectScores.map((): Judgement => 1)],
  });

describe('ranking', () => {
  // y = [0]*12 + [1]*8; roc_auc_score(y, s), average_precision_score(y, s) and
  // average_precision_score(y, s, sample_weight=numpy.where(y == 1, p / 8, (1 - p) / 12)) of scikit-learn 1.9.1
  it('agrees with scikit-learn, ties counted, in the mix of the pictures and in that of the line', () => {
    const table = tableOf(good, defects);
    expect(rankingOf(table, 8 / 20)?.auroc.value).toBeCloseTo(0.8489583333333334, 12);
    expect(rankingOf(table, 8 / 20)?.averagePrecision?.value).toBeCloseTo(0.8146645021645021, 12);
    expect(rankingOf(table, 0.02)?.averagePrecision?.value).toBeCloseTo(0.5261665978762277, 12);
  });

  it('is not known before both kinds are judged, and has no AP on a line without defects', () => {
    expect(rankingOf(tableOf(good, []), 0.02)).toBeNull();
    expect(rankingOf(tableOf([], defects), 0.02)).toBeNull();
    expect(rankingOf(tableOf(good, defects), 0)?.averagePrecision).toBeNull();
  });

  it('stays unsure where nothing was ever ranked wrongly, and of scores that are all equal', () => {
    const parted = rankingOf(tableOf([0.1, 0.2, 0.3], [0.8, 0.9]), 0.01);
    expect(parted?.auroc).toMatchObject({ value: 1, upper95: 1 });
    expect(parted?.auroc.lower95).toBeLessThan(0.5);
    const equal = rankingOf(tableOf([0.5, 0.5, 0.5], [0.5, 0.5]), 0.01);
    expect(equal?.auroc.value).toBe(0.5);
    expect(equal?.averagePrecision?.value).toBeCloseTo(0.01, 12);
    for (const figure of [equal?.auroc, equal?.averagePrecision])
      expect(Number.isFinite((figure?.lower95 ?? NaN) + (figure?.upper95 ?? NaN))).toBe(true);
  });

  it('holds the truth in at least 94 % of 2,000 simulated pilots', () => {
    // Good scores u^8, defects 1 − v^8: the share of defects above a good part is ∫ (1 − v^8)^(1/8) dv.
    const steps = 100_000;
    const rate = 0.01;
    let [area, ap, recallBefore] = [0, 0, 0];
    for (let at = 0; at < steps; at++) area += (1 - ((at + 0.5) / steps) ** 8) ** (1 / 8) / steps;
    for (let at = steps - 1; at >= 0; at--) {
      const mark = ((at + 0.5) / steps) ** 4;
      const recall = (1 - mark) ** (1 / 8);
      ap += (recall - recallBefore) * (precisionAt(rate, recall, 1 - mark ** (1 / 8)) ?? 0);
      recallBefore = recall;
    }
    const random = new Random(31);
    const pilots = 2000;
    let [heldArea, heldAp] = [0, 0];
    for (let pilot = 0; pilot < pilots; pilot++) {
      const table = tableOf(
        Array.from({ length: 100 }, () => random.uniform() ** 8),
        Array.from({ length: 15 }, () => 1 - random.uniform() ** 8),
      );
      const ranking = rankingOf(table, rate)!;
      if (ranking.auroc.lower95 <= area && area <= ranking.auroc.upper95) heldArea++;
      if (ranking.averagePrecision!.lower95 <= ap && ap <= ranking.averagePrecision!.upper95) heldAp++;
    }
    expect(heldArea / pilots).toBeGreaterThanOrEqual(0.94);
    expect(heldAp / pilots).toBeGreaterThanOrEqual(0.94);
  });

  it('has DeLong’s range for very many pictures, whose runs of defects it joins', () => {
    const random = new Random(5);
    const table = tableOf(
      Array.from({ length: 20_000 }, () => random.uniform() ** 4),
      Array.from({ length: 1500 }, () => 1 - random.uniform() ** 4),
    );
    const { auroc } = rankingOf(table, 0.01)!;
    /*
     * DeLong's interval of this draw, with numpy: v10 = searchsorted(sort(good), defects) / len(good), v01 = 1 − searchsorted(sort(defects),
     * good, 'right') / len(defects), v10.mean() ∓ 1.96 sqrt(v10.var(ddof=1) / len(defects) + v01.var(ddof=1) / len(good)).
     */
    expect(auroc.value).toBeCloseTo(0.9230626666666667, 12);
    expect(Math.abs(auroc.lower95 - 0.9165729652196076)).toBeLessThan(0.0025);
    expect(Math.abs(auroc.upper95 - 0.9295523681137258)).toBeLessThan(0.0025);
  });
});

describe('precision on the line', () => {
  it('is far below that of the labelled pictures where defects are rare, and unknown where nothing is flagged', () => {
    expect(precisionAt(0.4, 0.9, 0.05)).toBeCloseTo(0.36 / (0.36 + 0.03), 12);
    expect(precisionAt(0.001, 0.9, 0.05)).toBeCloseTo(0.0009 / (0.0009 + 0.04995), 12);
    expect(precisionAt(0.01, 0, 0)).toBeNull();
    expect(precisionAt(0, 0.5, 0)).toBeNull();
  });

  it('never needs more points than twice the steps, for any number of scores', () => {
    const random = new Random(9);
    const points = cutPoints(
      tableOf(
        Array.from({ length: 5000 }, () => random.uniform()),
        Array.from({ length: 50 }, () => random.uniform()),
      ),
      0.01,
    );
    expect(points.length).toBeLessThanOrEqual(201);
  });
});
