import { Random } from '#core/domain/random.ts';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  accuracy,
  adjustedRandIndex,
  auroc,
  averagePrecision,
  balancedAccuracy,
  confusion,
  calibrationErrorByChance,
  expectedCalibrationError,
  normalizedMutualInformation,
  purity,
} from '#core/domain/metrics.ts';

// Inputs drawn by numpy's default_rng(7), rounded so that ties occur; expected figures from scikit-learn 1.x.
const positives = [
  0, 0, 0, 1, 0, 0, 1, 0, 0, 0, 0, 1, 1, 0, 0, 0, 0, 0, 0, 0, 1, 1, 0, 1, 1, 0, 0, 0, 0, 0, 0, 1, 1, 1, 0, 1, 0, 1, 0,
  1,
];
const scores = [
  -0.1, 0.1, 0.1, -0.2, 0.1, 1.4, -0.5, 0.9, 0.1, -0.6, 2.0, 1.8, -0.2, 0.1, 0.6, -0.2, 0.7, -0.1, 0.7, 1.4, 0.3, 1.2,
  -0.5, 1.1, -0.2, -0.6, -0.2, 0.9, 1.1, -1.3, -0.8, 1.6, -1.0, 0.5, -0.1, 2.3, 0.7, 0.7, -0.4, 0.7,
];
const truth = [2, 0, 3, 3, 0, 2, 0, 0, 1, 3, 3, 2, 2, 2, 0, 1, 3, 1, 0, 0, 2, 0, 3, 3, 2, 1, 3, 2, 1, 1];
const found = [0, 0, 3, 3, 0, 1, 0, 0, 1, 1, 3, 2, 2, 2, 0, 1, 0, 1, 0, 0, 0, 1, 3, 3, 0, 1, 2, 1, 1, 2];
const confidences = [
  0.743, 0.581, 0.427, 0.878, 0.412, 0.923, 0.069, 0.43, 0.52, 0.951, 0.251, 0.806, 0.676, 0.717, 0.63, 0.972, 0.333,
  0.398, 0.203, 0.051, 0.213, 0.915, 0.84, 0.112, 0.604,
];
const right = [1, 0, 0, 1, 0, 1, 0, 0, 1, 1, 0, 1, 0, 0, 1, 1, 0, 0, 0, 0, 1, 1, 1, 0, 1];

describe('ranking', () => {
  it('agrees with roc_auc_score and average_precision_score where scores tie', () => {
    expect(auroc(scores, positives)).toBeCloseTo(0.5961538461538461, 12);
    expect(averagePrecision(scores, positives)).toBeCloseTo(0.5137273127874631, 12);
    expect(auroc(Float32Array.from(scores), Uint8Array.from(positives))).toBeCloseTo(0.5961538461538461, 12);
  });

  it('counts pairs: the share of (defect, good) pairs in the right order, ties half', () => {
    const item = fc.tuple(fc.integer({ min: 0, max: 5 }), fc.boolean());
    fc.assert(
      fc.property(fc.array(item, { minLength: 2, maxLength: 40 }), (items) => {
        const defects = items.filter(([, isDefect]) => isDefect);
        const good = items.filter(([, isDefect]) => !isDefect);
        const won = defects.flatMap(([d]) => good.map(([g]) => (d > g ? 1 : d === g ? 0.5 : 0) as number));
        const expected = won.length === 0 ? null : won.reduce((a, b) => a + b, 0) / won.length;
        const measured = auroc(
          items.map(([score]) => score),
          items.map(([, isDefect]) => isDefect),
        );
        if (expected === null) expect(measured).toBeNull();
        else expect(measured).toBeCloseTo(expected, 12);
      }),
    );
  });

  it('says null, not a number, where one kind is missing, and refuses NaN', () => {
    expect(auroc([1, 2], [true, true])).toBeNull();
    expect(averagePrecision([1, 2], [false, false])).toBeNull();
    expect(() => auroc([1, NaN], [true, false])).toThrow(RangeError);
    expect(() => auroc([1, 2], [true])).toThrow(RangeError);
  });

  it('ranks infinite scores', () => {
    expect(auroc([Infinity, Infinity, -Infinity, 0], [1, 0, 0, 0])).toBeCloseTo(2.5 / 3, 12);
  });
});

describe('classes', () => {
  it('agrees with scikit-learn', () => {
    expect(balancedAccuracy(truth, found)).toBeCloseTo(0.6770833333333334, 12);
    expect(accuracy(truth, found)).toBeCloseTo(2 / 3, 12);
    expect(normalizedMutualInformation(truth, found)).toBeCloseTo(0.41460048796649174, 12);
    expect(adjustedRandIndex(truth, found)).toBeCloseTo(0.28515827711468605, 12);
    expect(purity(truth, found)).toBeCloseTo(2 / 3, 12);
    expect(confusion(truth, found)).toEqual({
      classes: [0, 1, 2, 3],
      counts: [
        [7, 1, 0, 0],
        [0, 5, 1, 0],
        [3, 2, 3, 0],
        [1, 1, 1, 5],
      ],
    });
  });

  it('does not reward or punish names of clusters', () => {
    const renamed = found.map((cluster) => `cluster ${(cluster * 7 + 3) % 11}`);
    expect(adjustedRandIndex(truth, renamed)).toBeCloseTo(adjustedRandIndex(truth, found) ?? NaN, 12);
    expect(normalizedMutualInformation(truth, truth)).toBeCloseTo(1, 12);
    expect(adjustedRandIndex(truth, truth)).toBe(1);
  });

  it('counts a class that was never predicted as missed, and one that was only predicted not at all', () => {
    expect(balancedAccuracy(['ok', 'ok', 'crack'], ['ok', 'dust', 'ok'])).toBeCloseTo(0.25, 12);
    expect(balancedAccuracy([], [])).toBeNull();
    expect(accuracy([], [])).toBeNull();
  });
});

describe('expectedCalibrationError', () => {
  it('agrees with the definition computed in numpy over 15 bins', () => {
    expect(expectedCalibrationError(confidences, right)).toBeCloseTo(0.27028, 10);
  });

  it('is 0 for honest confidences and takes the ends of the range', () => {
    expect(expectedCalibrationError([1, 0, 1], [1, 0, 1])).toBe(0);
    expect(expectedCalibrationError([], [])).toBeNull();
    expect(() => expectedCalibrationError([1.01], [1])).toThrow(RangeError);
  });

  it('is by chance what honest confidences show on average', () => {
    const random = new Random(5);
    const honest = Array.from({ length: 408 }, () => random.uniform() ** 2);
    const draws = 400;
    let sum = 0;
    for (let draw = 0; draw < draws; draw++)
      sum +=
        expectedCalibrationError(
          honest,
          honest.map((p) => random.uniform() < p),
        ) ?? 0;
    expect((calibrationErrorByChance(honest) ?? 0) / (sum / draws)).toBeCloseTo(1, 1);
    expect(calibrationErrorByChance([1, 0, 1])).toBe(0);
    expect(calibrationErrorByChance([])).toBeNull();
  });
});
