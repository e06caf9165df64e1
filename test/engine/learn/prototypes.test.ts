import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Random } from '#core/domain/random.ts';
import type { Example } from '#engine/learn/evidence.ts';
import { calibrateShots, calibrationFor, distancesToKinds, likenesses, probabilityOf } from '#engine/learn/few-shot.ts';
import type { ShotCalibration } from '#engine/learn/few-shot.ts';
import { matrix, rowOf } from '#engine/learn/matrix.ts';
import type { Matrix } from '#engine/learn/matrix.ts';
import { measureShots } from '#engine/learn/measure-shots.ts';
import { metricOf, toMetric } from '#engine/learn/metric.ts';
import { knownKinds, likeness, prototypeOf, squaredDistance } from '#engine/learn/prototypes.ts';

const COLUMNS = 6;
const rows = (count: number) =>
  fc
    .array(fc.double({ min: -3, max: 3, noNaN: true }), { minLength: count * COLUMNS, maxLength: count * COLUMNS })
    .map((values): Matrix => ({ rows: count, columns: COLUMNS, data: Float32Array.from(values) }));

/** `perKind` pictures of each kind, each of its own group, around a middle of its own; kind 0 is the good one. */
function clouds(kinds: number, perKind: number, apart: number, seed = 3): { x: Matrix; examples: Example[] } {
  const random = new Random(seed);
  const x = matrix(kinds * perKind, COLUMNS);
  const examples = Array.from({ length: x.rows }, (_, index): Example => {
    const label = Math.floor(index / perKind);
    for (let i = 0; i < COLUMNS; i++) x.data[index * COLUMNS + i] = (i === label ? apart : 0) + random.normal();
    return { index, label, group: `part${index}` };
  });
  return { x, examples };
}

const calibration = (shots: number): ShotCalibration => ({
  ...{ shots, kinds: 2, finds: 1, right: 1 },
  platt: { slope: 1, offset: 0 },
});

describe('prototypes', () => {
  it('are where their one example is, wherever the order and the place of all pictures', () => {
    fc.assert(
      fc.property(rows(4), fc.double({ min: -5, max: 5, noNaN: true }), (x, shift) => {
        expect(squaredDistance(prototypeOf(x, [2]), rowOf(x, 2))).toBe(0);
        expect(squaredDistance(prototypeOf(x, [0, 1, 3]), prototypeOf(x, [3, 0, 1]))).toBeLessThan(1e-9);
        const moved = { ...x, data: x.data.map((value) => value + shift) };
        const like = (of: Matrix): number =>
          likeness(rowOf(of, 0), prototypeOf(of, [1, 2]), [squaredDistance(rowOf(of, 0), rowOf(of, 3))]);
        expect(like(moved)).toBeCloseTo(like(x), 2);
      }),
    );
  });

  it('an example itself is nearer to its kind than to any other, and a copy of a known kind is not', () => {
    fc.assert(
      fc.property(rows(3), (x) => {
        const toOther = squaredDistance(rowOf(x, 0), rowOf(x, 1));
        fc.pre(toOther > 1e-6);
        expect(likeness(rowOf(x, 0), rowOf(x, 0), [toOther])).toBeGreaterThan(0);
        expect(likeness(rowOf(x, 1), rowOf(x, 0), [0])).toBeLessThan(0);
      }),
    );
  });

  it('has one for each label that occurs', () => {
    const { x, examples } = clouds(4, 3, 2);
    const { kinds, prototypes } = knownKinds(
      x,
      examples.filter(({ label }) => label !== 2),
    );
    expect(kinds).toEqual([0, 1, 3]);
    expect(rowOf(prototypes, 2)).toEqual(prototypeOf(x, [9, 10, 11]));
  });

  it('a picture’s own group speaks for no kind', () => {
    const { x, examples } = clouds(2, 3, 2);
    const together = examples.map((example) => ({ ...example, group: example.label === 0 ? 'same' : example.group }));
    const distances = distancesToKinds(x, together, together, [0, 1]);
    expect(distances.data[0]).toBe(Infinity);
    expect(distances.data[7]).toBeCloseTo(squaredDistance(rowOf(x, 3), prototypeOf(x, [4, 5])), 4);
    expect(likenesses(x, [together[3] as Example], together, distances, -1).every(Number.isFinite)).toBe(true);
  });
});

describe('confidence', () => {
  it('grows with likeness and stays between 0 and 1', () => {
    const { x, examples } = clouds(4, 8, 3);
    const fitted = calibrateShots(x, examples, 0, new Random(1));
    expect(fitted.map(({ shots }) => shots)).toEqual([1, 2, 3, 4, 5]);
    const [one] = fitted;
    if (!one) throw new Error('nothing was calibrated');
    fc.assert(
      fc.property(
        fc.double({ min: -100, max: 100, noNaN: true }),
        fc.double({ min: 0, max: 50, noNaN: true }),
        (at, more) => {
          const [less, higher] = [probabilityOf(at, one.platt), probabilityOf(at + more, one.platt)];
          expect(higher).toBeGreaterThanOrEqual(less);
          expect(less).toBeGreaterThanOrEqual(0);
          expect(higher).toBeLessThanOrEqual(1);
        },
      ),
    );
  });

  it('is kept where kinds are apart, and not promised where they are not', () => {
    const right = (apart: number): { share: number; finds: number } => {
      const { x, examples } = clouds(4, 12, apart);
      const three = calibrationFor(calibrateShots(x, examples, 0, new Random(1)), 3);
      return { share: (three?.right ?? 0) / Math.max(1, three?.finds ?? 0), finds: three?.finds ?? 0 };
    };
    expect(right(6).share).toBeGreaterThan(0.9);
    expect(right(6).finds).toBeGreaterThan(50);
    expect(right(0).finds).toBeLessThan(10);
  });

  it('is not told from one kind, nor of more examples than were tried', () => {
    const { x, examples } = clouds(2, 8, 3);
    expect(calibrateShots(x, examples, 0, new Random(1))).toEqual([]);
    expect(calibrationFor([], 1)).toBeNull();
    expect(calibrationFor([1, 2, 3].map(calibration), 5)?.shots).toBe(3);
    expect(calibrationFor([2, 3].map(calibration), 1)).toBeNull();
  });
});

describe('measuring', () => {
  it('finds kinds that are apart by one example, others by chance; more of them by more', () => {
    const measure = (apart: number) => {
      const { x, examples } = clouds(5, 12, apart);
      const metric = metricOf(x);
      const evidence = {
        features: x,
        metric,
        whitened: toMetric(metric, x),
        pool: [],
        taught: new Map<number, Float32Array>(),
        parts: null,
        good: [],
        classes: 5,
        goodClass: 0,
      };
      const [train, test] = [
        examples.filter(({ index }) => index % 2 === 0),
        examples.filter(({ index }) => index % 2),
      ];
      return measureShots(evidence, train, test, 4, 1);
    };
    const [one, , , five] = measure(2.5);
    expect(one).toMatchObject({ shots: 1, kinds: 4 });
    expect(one?.averagePrecision).toBeGreaterThan(0.5);
    expect(five?.averagePrecision).toBeGreaterThan(one?.averagePrecision ?? Infinity);
    expect(measure(0)[0]?.averagePrecision).toBeLessThan(0.45);
  });
});
