import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { Random } from '#core/domain/random.ts';
import { againstOthers, fitGaussian, logMahalanobis } from '#engine/learn/gaussian.ts';
import { matrix } from '#engine/learn/matrix.ts';
import type { Matrix } from '#engine/learn/matrix.ts';

const x: Matrix = { rows: 5, columns: 3, data: Float32Array.of(1, 2, 0, 2, 1, 1, 0, 3, 2, 4, 0, 1, 3, 2, 5) };

// numpy: v = q − X.mean(0); S = cov(X.T, bias=True) + 0.03·trace/3·I; log(v·S⁻¹·v / 3)
test('distances are those of numpy', () => {
  const gaussian = fitGaussian(x);
  expect(logMahalanobis(gaussian, Float32Array.of(1, 2, 3))).toBeCloseTo(0.3551464990860091, 5);
  expect(logMahalanobis(gaussian, Float32Array.of(10, 0, -2))).toBeCloseTo(4.314132571912828, 5);
});

test('a row of the pool is compared with the other folds only, any other row with all', () => {
  const folds = Int32Array.of(0, 0, 1, 0, -1);
  const { gaussian, distances } = againstOthers(x, [0, 1, 2, 3], folds);
  // numpy, of rows 0, 1 and 3
  expect(distances[2]).toBeCloseTo(3.3849539084532316, 4);
  expect(distances[4]).toBeCloseTo(logMahalanobis(gaussian, x.data.subarray(12, 15)), 12);
});

test('neither unit nor place of a feature matters much; one picture, or many alike, still have a distance', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 1000 }), fc.integer({ min: 1, max: 12 }), (seed, rows) => {
      const random = new Random(seed);
      const pool = matrix(rows, 4);
      pool.data.forEach((_, i) => (pool.data[i] = random.normal()));
      const query = Float32Array.from({ length: 4 }, () => random.normal());
      const near = logMahalanobis(fitGaussian(pool), query);
      const moved = (row: Float32Array): Float32Array => row.map((value) => 7 * value - 20);
      expect(Number.isFinite(near)).toBe(true);
      if (rows > 1)
        expect(logMahalanobis(fitGaussian({ ...pool, data: moved(pool.data) }), moved(query))).toBeCloseTo(near, 2);
    }),
  );
  const alike = { rows: 3, columns: 2, data: Float32Array.of(1, 2, 1, 2, 1, 2) };
  const gaussian = fitGaussian(alike);
  expect(logMahalanobis(gaussian, Float32Array.of(3, 2))).toBeGreaterThan(
    logMahalanobis(gaussian, Float32Array.of(2, 2)),
  );
});
