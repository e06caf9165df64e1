import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import type { DefectRegion } from '#core/contract/engine.ts';
import { auroc } from '#core/domain/metrics.ts';
import { Random } from '#core/domain/random.ts';
import { learnFrozen } from '#engine/learn/few-labels.ts';
import { headFeatures, headStandard } from '#engine/learn/head.ts';
import { matrix, rowOf } from '#engine/learn/matrix.ts';
import { metricOf, toMetric } from '#engine/learn/metric.ts';
import { patchColumns, pooledColumns, suspiciousColumns } from '#engine/learn/pooled.ts';
import { markedPatch, markedShares, taughtRows } from '#engine/learn/regions.ts';
import { openTensorFlow, tf } from '#engine/tf.ts';
import { valuesOf } from '#engine/learn/values-of.ts';

beforeAll(async () => void (await openTensorFlow()));

const share = fc.double({ min: 0, max: 0.5, noNaN: true });
const side = fc.double({ min: 0.001, max: 0.5, noNaN: true });
const region = fc.record({ x: share, y: share, width: side, height: side });

describe('marked regions', () => {
  test('weigh at least one patch, and only those that they touch', () => {
    fc.assert(
      fc.property(
        fc.array(region, { minLength: 1, maxLength: 3 }),
        fc.integer({ min: 1, max: 30 }),
        fc.integer({ min: 1, max: 30 }),
        (regions, height, width) => {
          const shares = markedShares(regions, height, width) ?? new Float32Array();
          expect(shares.reduce((sum, one) => sum + one, 0)).toBeCloseTo(1, 4);
          shares.forEach((one, at) => {
            const [row, column] = [Math.floor(at / width), at % width];
            const touched = regions.some(
              ({ x, y, width: w, height: h }) =>
                x * width <= column + 1 + 1e-9 &&
                (x + w) * width >= column - 1e-9 &&
                y * height <= row + 1 + 1e-9 &&
                (y + h) * height >= row - 1e-9,
            );
            if (one > 0) expect(touched).toBe(true);
          });
        },
      ),
    );
  });

  const sharesOf = (...marks: DefectRegion[]) => markedShares(marks, 2, 4) ?? new Float32Array();

  test('give the mean of their patches', async () => {
    const patches = tf.tensor2d([...Array(8).keys()].map((at) => [at, 10 * at])); // 2 × 4 patches
    const marked = await valuesOf(markedPatch(patches, sharesOf({ x: 0.25, y: 0.5, width: 0.5, height: 0.5 })));
    patches.dispose();
    expect([...marked]).toEqual([5.5, 55]);
  });

  test('follow the brush, not its bounding box, and lose what the eraser takes', async () => {
    // An L over the left column and the lower row of 2 × 4 patches; its box is all of them.
    const corner: DefectRegion = {
      points: [
        [0.125, 0.2],
        [0.125, 0.75],
        [0.9, 0.75],
      ],
      width: 0.2,
    };
    expect([...sharesOf(corner)].map((share) => share > 0)).toEqual([
      true,
      false,
      false,
      false,
      true,
      true,
      true,
      true,
    ]);
    const eraser: DefectRegion = {
      points: [
        [0.4, 0.75],
        [1.2, 0.75],
      ],
      width: 0.2,
      erase: true,
    };
    expect([...sharesOf(corner, eraser)]).toEqual([0.5, 0, 0, 0, 0.5, 0, 0, 0]);
    const all: DefectRegion = {
      points: [
        [-0.5, 0.5],
        [1.5, 0.5],
      ],
      width: 2,
      erase: true,
    };
    expect(markedShares([corner, all], 2, 4)).toBeNull();
  });
});

/**
 * Pictures whose suspicious patch shows a reflection nine times of ten and their defect else. `useful`: the defect shows in
 * the same columns; otherwise the marks hold chance.
 */
function site(useful: boolean) {
  const random = new Random(12);
  const width = 1;
  const pooled = matrix(240, pooledColumns({ width }));
  const marked = new Map<number, Float32Array>();
  const isDefect = Array.from({ length: pooled.rows }, (_, row) => row % 4 === 0);
  const columns = patchColumns({ width });
  const [from] = suspiciousColumns({ width });
  isDefect.forEach((defect, row) => {
    const own = rowOf(pooled, row);
    own.forEach((_, at) => (own[at] = Math.exp(0.5 * random.normal())));
    if (defect) own[from] = (own[from] ?? 0) * 1.8;
    if (!defect || row >= 120) return;
    const strength = useful ? 8 : 1;
    const patch = Float32Array.from({ length: columns }, () => Math.exp(0.5 * random.normal()));
    patch[useful ? 0 : 1] = (patch[useful ? 0 : 1] ?? 0) * strength;
    marked.set(row, patch);
  });
  const standard = headStandard(pooled, 0);
  const features = headFeatures(pooled, standard);
  const metric = metricOf(features);
  const whitened = toMetric(metric, features);
  const evidence = { features, metric, whitened, pool: [], parts: null, good: [], classes: 2, goodClass: 0 };
  const examples = isDefect
    .map((defect, index) => ({ index, label: defect ? 1 : 0, group: `part${index}` }))
    .slice(0, 80);
  const area = (taught: ReadonlyMap<number, Float32Array>): number => {
    const model = learnFrozen({ ...evidence, taught }, examples);
    const held = [...isDefect.keys()].slice(120);
    return auroc(
      held.map((index) => model.answer(index).logOdds ?? 0),
      held.map((index) => isDefect[index] === true),
    ) as number;
  };
  return { without: area(new Map()), with: area(taughtRows({ pooled, marked }, standard)) };
}

describe('a head that marks teach', () => {
  test('finds a faint kind of defect better than without them', () => {
    const found = site(true);
    expect(found.with).toBeGreaterThan(found.without + 0.05);
  });

  test('is the same as without them where they do not earn their place', () => {
    const found = site(false);
    expect(found.with).toBe(found.without);
  });
});
