import type { Evaluation } from '#core/contract/views.ts';

/** The figures that ml.md gives for magnetic_tile, as an evaluation would report them. */
export function fixtureEvaluation(createdAtMs: number): Evaluation {
  const figures = (auroc: number) => ({ auroc, averagePrecision: auroc - 0.16, balancedAccuracy: auroc - 0.08 });
  const spread = { auroc: 0.03, averagePrecision: 0.05, balancedAccuracy: 0.03 };
  const rows = [
    [5, 0.815, 0.51],
    [10, 0.837, 0.51],
    [20, 0.851, 0.47],
  ] as const;
  return {
    checkpointId: 1,
    createdAtMs,
    pretrained: {
      knnAccuracy: 0.84,
      linearAccuracy: 0.86,
      linearBalancedAccuracy: 0.71,
      nmi: 0.31,
      ari: 0.22,
      purity: 0.78,
      trainRows: 936,
      testRows: 408,
      measuredOn: 'test',
    },
    randomInit: {
      knnAccuracy: 0.72,
      linearAccuracy: 0.74,
      linearBalancedAccuracy: 0.42,
      nmi: 0.11,
      ari: 0.05,
      purity: 0.71,
      trainRows: 936,
      testRows: 408,
      measuredOn: 'test',
    },
    anomaly: { auroc: 0.82, averagePrecision: 0.61 },
    anomalyRandomInit: { auroc: 0.6, averagePrecision: 0.39 },
    fewShot: [1, 3].map((shots) => ({ shots, kinds: 3, pretrained: 0.5 + shots / 10, randomInit: 0.3 })),
    labelEfficiency: rows.map(([k, pretrained, random]) => ({
      k,
      labels: 4 * k,
      draws: 5,
      pretrained: { mean: figures(pretrained), sd: spread },
      randomInit: { mean: figures(random), sd: spread },
    })),
  };
}
