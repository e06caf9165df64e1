import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Random } from '#core/domain/random.ts';
import { fitPlatt, fitTemperature, sigmoid } from '#engine/learn/calibrate.ts';
import { fitHead } from '#engine/learn/head.ts';
import { kMeans } from '#engine/learn/kmeans.ts';
import { knnPredict, largestOf } from '#engine/learn/knn.ts';
import { minimise } from '#engine/learn/lbfgs.ts';
import { balancedWeights, fitLogistic, logitsOf, softmaxInPlace } from '#engine/learn/logistic.ts';
import { matrix, rowOf, standardOf, standardise, unitRows } from '#engine/learn/matrix.ts';
import type { Matrix } from '#engine/learn/matrix.ts';
import { metricOf } from '#engine/learn/metric.ts';
import { principalComponents } from '#engine/learn/pca.ts';

/*
 * Reference values: scikit-learn 1.9.1 and scipy on the same numbers. The data follow a rule that both sides can repeat:
 * x[i][j] = sin(1.7 i + 0.9 j² + s) + 0.3 cos(0.37 i j + s), in float32.
 */
function waves(rows: number, columns: number, s: number): Matrix {
  const x = matrix(rows, columns);
  for (let i = 0; i < rows; i++)
    for (let j = 0; j < columns; j++)
      x.data[i * columns + j] = Math.sin(1.7 * i + 0.9 * j * j + s) + 0.3 * Math.cos(0.37 * i * j + s);
  return x;
}

const x = waves(24, 4, 0.5);
const three = Array.from({ length: 24 }, (_, i) => (i % 5 === 0 ? 0 : (i * 7) % 3));

function probabilities(head: ReturnType<typeof fitLogistic>, row: number): number[] {
  const p = logitsOf(head, rowOf(x, row));
  softmaxInPlace(p);
  return [...p];
}

describe('logistic regression', () => {
  test("three classes agree with LogisticRegression(C=0.7, class_weight='balanced')", () => {
    const head = fitLogistic(x, three, 3, 0.7, balancedWeights(three, 3));
    const coefficients = [
      [-0.177962, -0.255523, 0.007309, 0.149906],
      [0.203568, 0.205766, -0.219897, -0.161039],
      [-0.025607, 0.049758, 0.212589, 0.011132],
    ].flat();
    coefficients.forEach((value, i) => expect(head.weights[i]).toBeCloseTo(value, 4));
    const expected = [
      [0.263343, 0.411035, 0.325622],
      [0.243015, 0.448629, 0.308356],
      [0.417997, 0.19931, 0.382693],
    ];
    expected.forEach((row, n) => row.forEach((p, k) => expect(probabilities(head, n)[k]).toBeCloseTo(p, 4)));
  });

  test('two classes agree with its two-class form at C = 1.4', () => {
    const two = three.map((label) => Math.min(label, 1));
    const head = fitLogistic(x, two, 2, 0.7, balancedWeights(two, 2));
    [0.592138, 0.623333, 0.406422, 0.427495].forEach((p, n) => expect(probabilities(head, n)[1]).toBeCloseTo(p, 4));
  });

  test('a head in the metric of all pictures is LogisticRegression(C=1) on PCA-whitened rows, shrunk by 10 mean variances', () => {
    const z = standardise(x, standardOf(x));
    const head = fitHead(z, three, 3, metricOf(z));
    const expected = [
      [0.288725, 0.393408, 0.317867],
      [0.280443, 0.404277, 0.31528],
      [0.396089, 0.235672, 0.36824],
    ];
    expected.forEach((row, n) => {
      const p = logitsOf(head, rowOf(z, n));
      softmaxInPlace(p);
      row.forEach((value, k) => expect(p[k]).toBeCloseTo(value, 4));
    });
  });

  test.each([
    [
      'all different',
      false,
      [
        [0.119104, 0.475685, 0.405211],
        [0.373594, 0.080287, 0.546119],
        [0.656486, 0.20763, 0.135884],
      ],
    ],
    [
      'two of them the same',
      true,
      [
        [0.127428, 0.49735, 0.375222],
        [0.352978, 0.140184, 0.506838],
        [0.654171, 0.189041, 0.156789],
      ],
    ],
  ])('few rows of many columns, %s, agree with LogisticRegression(C=0.7) too', (_, repeated, expected) => {
    const few = waves(9, 40, 0.5);
    if (repeated) few.data.copyWithin(4 * 40, 40, 2 * 40);
    const labels = three.slice(0, 9);
    const head = fitLogistic(few, labels, 3, 0.7, balancedWeights(labels, 3));
    const queries = waves(3, 40, 2);
    expected.forEach((row, n) => {
      const p = logitsOf(head, rowOf(queries, n));
      softmaxInPlace(p);
      row.forEach((value, k) => expect(p[k]).toBeCloseTo(value, 4));
    });
  });

  test('a search that begins at its end stays there', () => {
    const weights = balancedWeights(three, 3);
    const found = fitLogistic(x, three, 3, 0.7, weights);
    const again = fitLogistic(x, three, 3, 0.7, weights, { start: found, iterations: 1 });
    again.weights.forEach((value, i) => expect(value).toBeCloseTo(found.weights[i] ?? NaN, 5));
  });

  test('a class without any label does not take weight from the others', () => {
    const weights = balancedWeights([0, 0, 0, 2], 3);
    expect([...weights]).toEqual([2 / 3, 2 / 3, 2 / 3, 2]);
  });
});

test('L-BFGS finds the bottom of a narrow curved valley (Rosenbrock)', () => {
  const [a = 0, b = 0] = minimise(
    (at, gradient) => {
      const [u = 0, w = 0] = at;
      gradient[0] = -2 * (1 - u) - 400 * u * (w - u * u);
      gradient[1] = 200 * (w - u * u);
      return (1 - u) ** 2 + 100 * (w - u * u) ** 2;
    },
    Float64Array.of(-1.2, 1),
  );
  expect(a).toBeCloseTo(1, 5);
  expect(b).toBeCloseTo(1, 5);
});

test('the map agrees with PCA(2), sign chosen by the largest loading', () => {
  const map = principalComponents(x, 2);
  const expected = [
    [1.46275, 0.76204],
    [0.44306, -1.04552],
    [-1.65719, -0.35937],
    [-0.07526, 0.9189],
  ];
  expected.forEach(([u, w], n) => {
    expect(rowOf(map, n)[0]).toBeCloseTo(u ?? NaN, 3);
    expect(rowOf(map, n)[1]).toBeCloseTo(w ?? NaN, 3);
  });
});

test('k-means reaches the inertia of KMeans(3, n_init=50) and repeats under a seed', () => {
  // 15.720725 is the best of 50 starts; ours keeps the best of 4, so take the best of a few seeds.
  const inertias = Array.from({ length: 20 }, (_, seed) => kMeans(x, 3, new Random(seed)).inertia);
  expect(Math.min(...inertias)).toBeCloseTo(15.720725, 3);
  expect(kMeans(x, 3, new Random(9)).cluster).toEqual(kMeans(x, 3, new Random(9)).cluster);
});

test('k-means survives fewer rows than clusters and equal rows', () => {
  expect([...kMeans(matrix(2, 3), 5, new Random(1)).cluster]).toHaveLength(2);
  expect(kMeans(matrix(0, 3), 5, new Random(1)).cluster).toHaveLength(0);
});

test('neighbours vote by cosine', () => {
  const known = unitRows({ rows: 3, columns: 2, data: Float32Array.of(1, 0, 0.9, 0.1, 0, 1) });
  const queries = unitRows({ rows: 2, columns: 2, data: Float32Array.of(3, 0.1, 0.1, 2) });
  expect(knnPredict(known, [0, 0, 1], 2, queries, 3)).toEqual([0, 1]);
});

test('the k largest are those of a full sort', () => {
  fc.assert(
    fc.property(
      fc.array(fc.double({ noNaN: true, noDefaultInfinity: true })),
      fc.integer({ min: 1, max: 9 }),
      (all, k) => {
        const sorted = all.toSorted((a, b) => b - a).slice(0, k);
        expect(largestOf(all, k).map(([, value]) => value)).toEqual(sorted);
      },
    ),
  );
});

test('standardised columns have mean 0 and deviation 1; a constant column becomes 0', () => {
  const m = { rows: 3, columns: 2, data: Float32Array.of(1, 5, 2, 5, 3, 5) };
  const scaled = standardise(m, standardOf(m));
  expect([...scaled.data].map((value) => value.toFixed(4))).toEqual([
    '-1.2247',
    '0.0000',
    '0.0000',
    '0.0000',
    '1.2247',
    '0.0000',
  ]);
});

describe('calibration', () => {
  test('Platt scaling agrees with a direct minimisation of the same loss', () => {
    const scores = [2.1, -0.3, 0.4, 3.0, -1.2, 0.9, -2.0, 1.1];
    const positives = [1, 0, 1, 1, 0, 0, 0, 1].map((value) => value === 1);
    const { slope, offset } = fitPlatt(scores, positives);
    expect(slope).toBeCloseTo(0.802946, 4);
    expect(offset).toBeCloseTo(-0.407561, 4);
  });

  test('perfectly separated labels still do not claim certainty, and reversed ones keep the order', () => {
    const sure = fitPlatt([-9, -8, 8, 9], [false, false, true, true]);
    expect(sigmoid(sure.slope * 9 + sure.offset)).toBeLessThan(0.95);
    expect(fitPlatt([1, 2, 3, 4], [true, true, false, false]).slope).toBeGreaterThan(0);
  });

  test('temperature agrees with a bounded scalar minimisation', () => {
    const data = waves(8, 3, 2);
    const logits = Array.from({ length: 8 }, (_, n) => Float64Array.from(rowOf(data, n), (value) => value * 3));
    expect(fitTemperature(logits, [0, 1, 2, 1, 0, 2, 1, 0])).toBeCloseTo(2.202231, 3);
  });
});
