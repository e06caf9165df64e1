import { beforeAll, describe, expect, test } from 'vitest';
import { Random } from '#core/domain/random.ts';
import {
  anomalyOf,
  earnedWeights,
  fitAnomalyScale,
  globalAnomaly,
  parts,
  robustScale,
  squash,
} from '#engine/learn/anomaly.ts';
import { evenBlend, fitBlend, learnBlend } from '#engine/learn/blend.ts';
import { coresetOf } from '#engine/learn/coreset.ts';
import { answer, blended, logOddsOf } from '#engine/learn/head.ts';
import { groupFolds, labelledSet } from '#engine/learn/labelled-set.ts';
import { matrix, rowOf, unitRows } from '#engine/learn/matrix.ts';
import type { Matrix } from '#engine/learn/matrix.ts';
import { PatchBank } from '#engine/learn/patch-bank.ts';
import { fitPlaces, peakMatrix, peaksOf, PLACES, placesOf, unusualPlaces, unusualRows } from '#engine/learn/places.ts';
import { topOfRows } from '#engine/learn/top-of.ts';
import { pooledGradient, pooledOf } from '#engine/learn/pooled.ts';
import { openTensorFlow, tf } from '#engine/tf.ts';

beforeAll(async () => void (await openTensorFlow()));

function noise(rows: number, columns: number, seed: number): Matrix {
  const random = new Random(seed);
  const m = matrix(rows, columns);
  for (let i = 0; i < m.data.length; i++) m.data[i] = random.normal();
  return m;
}

describe('patch bank', () => {
  const bank = noise(50, 6, 1);
  const queries = noise(9, 6, 2);
  const folds = Int32Array.from({ length: 50 }, (_, n) => n % 5);

  /** Mean distance to the three nearest, by the definition. */
  function direct(query: Float32Array, leftOut: number, { mean, deviation }: PatchBank['standard']): number {
    const distances: number[] = [];
    for (let n = 0; n < bank.rows; n++) {
      if (folds[n] === leftOut) continue;
      const row = rowOf(bank, n);
      const scaled = Array.from(query, (value, i) => (value - (row[i] ?? 0)) / (deviation[i] ?? 1));
      distances.push(Math.hypot(...scaled));
    }
    expect(mean).toHaveLength(6);
    return distances
      .toSorted((a, b) => a - b)
      .slice(0, 3)
      .reduce((sum, value) => sum + value / 3, 0);
  }

  test.each([-1, 2])('distances are those of the definition, fold %i left out', async (leftOut) => {
    const subject = new PatchBank(bank, folds);
    const tensor = tf.tensor2d(queries.data, [9, 6]);
    const distances = await subject.distances(tensor, leftOut);
    distances.forEach((value, n) => expect(value).toBeCloseTo(direct(rowOf(queries, n), leftOut, subject.standard), 4));
    tensor.dispose();
    subject.dispose();
  });

  test('a patch of the bank is farther once its own fold is left out, and the bank leaves no tensor behind', async () => {
    const before = tf.memory().numTensors;
    const subject = new PatchBank(bank, folds);
    const own = tf.tensor2d(rowOf(bank, 7), [1, 6]);
    const nearItself = (await subject.distances(own))[0] ?? NaN;
    expect((await subject.distances(own, 2))[0]).toBeGreaterThan(nearItself);
    own.dispose();
    subject.dispose();
    expect(tf.memory().numTensors).toBe(before);
  });
});

describe('the largest of many', () => {
  test.each([
    [5, 130, 3],
    [4, 4032, 3],
    [2, 4000, 4],
    [7, 640, 4],
  ])('%i rows of %i: the %i largest, ties included', (rows, columns, count) => {
    const x = noise(rows, columns, rows);
    // Few different values, so that most of the largest are ties.
    for (let i = 0; i < x.data.length; i++) x.data[i] = Math.max(0, Math.round(4 * (x.data[i] ?? 0)) / 4);
    const top = tf.tidy(() => topOfRows(tf.tensor2d(x.data, [rows, columns]), count).arraySync());
    const wanted = Array.from({ length: rows }, (_, n) => [...rowOf(x, n).toSorted().slice(-count)]);
    expect(top.map((row) => row.toSorted((a, b) => a - b))).toEqual(wanted);
  });
});

describe('coreset', () => {
  const { signal } = new AbortController();

  test('each row is the farthest from those before it, so that the cover is at most twice the best', async () => {
    const m = noise(80, 3, 5);
    const chosen = await coresetOf(m, 10, new Random(1), signal);
    expect(new Set(chosen).size).toBe(10);
    const toNearest = (row: number, centres: readonly number[]): number =>
      Math.min(...centres.map((centre) => Math.hypot(...rowOf(m, row).map((x, i) => x - (rowOf(m, centre)[i] ?? 0)))));
    const all = Array.from({ length: 80 }, (_, row) => row);
    for (let at = 1; at < 10; at++) {
      const before = chosen.slice(0, at);
      const farthest = Math.max(...all.map((row) => toNearest(row, before)));
      expect(toNearest(chosen[at] ?? 0, before)).toBeCloseTo(farthest, 6);
    }
  });

  test('copies are not chosen twice, the seed decides where it starts, and an abort ends it', async () => {
    const two = { rows: 6, columns: 1, data: Float32Array.of(1, 1, 1, 2, 2, 2) };
    expect(await coresetOf(two, 5, new Random(1), signal)).toHaveLength(2);
    expect(await coresetOf(matrix(0, 1), 5, new Random(1), signal)).toEqual([]);
    const m = noise(50, 2, 1);
    expect(await coresetOf(m, 7, new Random(4), signal)).toEqual(await coresetOf(m, 7, new Random(4), signal));
    await expect(coresetOf(m, 7, new Random(4), AbortSignal.abort(new Error('enough')))).rejects.toThrow('enough');
  });
});

describe('what is usual where', () => {
  const size = 16;
  const places = placesOf(size, size);

  /** Good pictures: noise about 0, and about 5 at their left edge. */
  function goodMap(random: Random): Float32Array {
    return Float32Array.from({ length: size * size }, (_, at) => random.normal() + (at % size < 2 ? 5 : 0));
  }

  test('what every good picture shows at a place is not unusual there, and is elsewhere', () => {
    const random = new Random(4);
    const peaks = peakMatrix(200);
    for (let row = 0; row < 200; row++) peaks.data.set(peaksOf(goodMap(random), places), row * PLACES);
    const scale = fitPlaces(
      peaks,
      Array.from({ length: 200 }, (_, row) => row),
    );
    const good = unusualRows(peaks, scale).toSorted();
    const defect = goodMap(random);
    // As strong as the edge is at its strongest, but in the middle of the picture.
    defect[8 * size + 8] = 7;
    expect(unusualPlaces(peaksOf(defect, places), scale)).toBeGreaterThan(good[198] ?? 0);
    expect(unusualPlaces(peaksOf(goodMap(random), places), scale)).toBeLessThan(good[199] ?? 0);
  });

  test('every position has its place, row by row; a map of few positions leaves places empty', () => {
    expect([...placesOf(8, 8)]).toEqual(Array.from({ length: 64 }, (_, n) => n));
    expect([...placesOf(2, 3)]).toEqual([17, 20, 22, 49, 52, 54]);
    const peaks = peaksOf([1, 2, 3, 4, 5, 6], placesOf(2, 3));
    expect(peaks.filter(Number.isFinite)).toHaveLength(6);
    const known = peakMatrix(1);
    known.data.set(peaks);
    expect(Number.isFinite(unusualPlaces(peaks, fitPlaces(known, [0])))).toBe(true);
  });

  test('a picture without any known place is as usual as can be', () => {
    const scale = fitPlaces(peakMatrix(2), [0, 1]);
    expect(unusualPlaces(peaksOf([], new Int32Array(0)), scale)).toBe(0);
  });
});

test('the gradient of pooling agrees with finite differences', () => {
  const shapes = {
    layer2: [2, 4, 5, 2],
    layer3: [2, 2, 3, 4],
    layer4: [2, 1, 2, 8],
    maskLogits: [2, 4, 5, 1],
  } as const;
  const random = new Random(3);
  // Values apart by more than a difference's step, so that no other position enters the top four on the way.
  const layer = (shape: readonly number[]): Float32Array => {
    const size = shape.reduce((a, b) => a * b, 1);
    return Float32Array.from(random.shuffle(Array.from({ length: size }, (_, n) => n / 10)));
  };
  const values = {
    layer2: layer(shapes.layer2),
    layer3: layer(shapes.layer3),
    layer4: layer(shapes.layer4),
    maskLogits: layer(shapes.maskLogits),
  };
  const tensors = (of: typeof values) => ({
    layer2: tf.tensor4d(of.layer2, [...shapes.layer2]),
    layer3: tf.tensor4d(of.layer3, [...shapes.layer3]),
    layer4: tf.tensor4d(of.layer4, [...shapes.layer4]),
    maskLogits: tf.tensor4d(of.maskLogits, [...shapes.maskLogits]),
  });
  tf.tidy(() => {
    const columns = pooledOf(tensors(values)).shape[1];
    const direction = tf.tensor2d(layer([2, columns]), [2, columns]);
    const loss = (of: typeof values): number => tf.sum(tf.mul(pooledOf(tensors(of)), direction)).dataSync()[0] ?? NaN;
    const gradients = pooledGradient(tensors(values), direction);
    for (const name of ['layer2', 'layer3', 'layer4'] as const) {
      const gradient = gradients[name].dataSync();
      for (let i = 0; i < values[name].length; i += 3) {
        const moved = (by: number) => ({
          ...values,
          [name]: values[name].map((value, at) => (at === i ? value + by : value)),
        });
        expect(gradient[i]).toBeCloseTo((loss(moved(0.01)) - loss(moved(-0.01))) / 0.02, 2);
      }
    }
  });
});

describe('anomaly', () => {
  const values = {
    defectMap: [0, 1, 2, 3, 10, 11],
    patchBank: [3, 1, 2, 0, 2, 1],
    global: [5, 6, 7, 8, 0, 1],
    surface: [1, 1, 2, 2, 1, 2],
    suspect: [3, 2, 1, 0, 5, 4],
    placed: [0, 2, 1, 3, 9, 8],
    placedCoarse: [1, 3, 2, 0, 7, 9],
  };
  const labelled = [0, 1, 2, 3, 4, 5].map((index) => ({ index, isDefect: index > 3 }));
  /** The same six pictures, seen ten times over. */
  const many = Array.from({ length: 10 }, () => labelled).flat();

  test('a part counts as much as it earns: more than chance gains, much worse than chance loses its weight', () => {
    const few = earnedWeights(values, labelled);
    const weights = earnedWeights(values, many);
    expect(weights.global).toBe(0);
    expect(few.global).toBeGreaterThan(0);
    expect(weights.defectMap).toBeGreaterThan(weights.patchBank);
    expect(weights.defectMap / weights.patchBank).toBeGreaterThan(few.defectMap / few.patchBank);
    expect(Object.values(weights).reduce((sum, weight) => sum + weight)).toBeCloseTo(1, 12);
  });

  test('without labels all parts weigh the same, and the bank and the placed patches share one vote', () => {
    const weights = earnedWeights(values, []);
    for (const part of parts)
      expect(weights[part]).toBeCloseTo(['patchBank', 'placed'].includes(part) ? 1 / 12 : 1 / 6, 12);
  });

  test('a few defects in the pool do not stretch the scale', () => {
    const good = Array.from({ length: 101 }, (_, n) => n / 100);
    const clean = robustScale(good);
    const mixed = robustScale([...good, 900, 900, 900]);
    expect(mixed.spread).toBeLessThan(clean.spread * 1.1);
    expect(clean.centre).toBeCloseTo(0.5, 12);
    // Median absolute deviation of the uniform distribution on 0..1 is 1/4.
    expect(clean.spread).toBeCloseTo(1.4826 / 4, 3);
  });

  test('good pictures have z-scores about 0, spread about 1', () => {
    const scale = fitAnomalyScale(values, [0, 1, 2, 3], earnedWeights(values, labelled));
    const z = [0, 1, 2, 3].map((index) => anomalyOf(scale, values, index));
    expect(robustScale(z).centre).toBeCloseTo(0, 9);
    expect(robustScale(z).spread).toBeCloseTo(1, 9);
    expect(anomalyOf(scale, values, 4)).toBeGreaterThan(Math.max(...z));
  });

  test('the global part is the distance to the most similar reference pictures, its own fold left out', () => {
    const reference = unitRows({ rows: 4, columns: 2, data: Float32Array.of(1, 0, 0, 1, -1, 0, 1, 1) });
    const query = Float32Array.of(1, 0);
    expect(globalAnomaly(query, reference)).toBeCloseTo(Math.log(1 - (1 + Math.SQRT1_2 + 0) / 3), 6);
    expect(globalAnomaly(query, reference, (n) => n === 0)).toBeCloseTo(Math.log(1 - (Math.SQRT1_2 + 0 - 1) / 3), 6);
  });

  test('very unusual pictures still differ from extremely unusual ones', () => {
    expect(squash(3)).toBe(0.5);
    const scores = [-5, 0, 3, 10, 100, 1e4, 1e5].map(squash);
    expect(scores).toEqual(scores.toSorted((a, b) => a - b));
    expect(new Set(scores).size).toBe(scores.length);
    expect(Math.max(...scores)).toBeLessThan(1);
  });
});

test('an answer is the log-odds of any defect class blended with the anomaly; probabilities add up to 1', () => {
  const logits = Float64Array.of(1, 0.5, -0.2);
  const logOdds = Math.log((Math.exp(0.5) + Math.exp(-0.2)) / Math.exp(1));
  expect(logOddsOf(logits, 0)).toBeCloseTo(logOdds, 12);
  const blend = { scale: { centre: -1, spread: 0.5 }, head: 2, anomaly: 0.5, offset: -1 };
  const both = blended(logOdds, 3, blend);
  expect(both).toBeCloseTo((2 * (logOdds + 1)) / 0.5 + 1.5 - 1, 12);
  const calibration = { platt: { slope: 1, offset: 0 }, temperature: 2 };
  const { score, classProbabilities } = answer({ logits, logOdds: both }, 0, calibration);
  expect(score).toBeCloseTo(1 / (1 + Math.exp(-both)), 12);
  expect(classProbabilities.reduce((a, b) => a + b, 0)).toBeCloseTo(1, 12);
  expect((classProbabilities[1] ?? 0) / (classProbabilities[2] ?? 1)).toBeCloseTo(Math.exp(0.7 / 2), 9);
});

describe('blend', () => {
  const scale = { centre: 0, spread: 1 };
  /** 20 defects and 60 good pictures of which one signal says all and the other nothing. */
  const heldOut = (speaks: 'head' | 'anomaly') => {
    const random = new Random(6);
    return Array.from({ length: 80 }, (_, n) => {
      const isDefect = n < 20;
      const [told, noise_] = [random.normal() + (isDefect ? 4 : 0), random.normal()];
      return speaks === 'head'
        ? { headLogOdds: told, anomaly: noise_, isDefect }
        : { headLogOdds: noise_, anomaly: told, isDefect };
    });
  };

  test('what tells the held-out defects apart weighs more', () => {
    const byHead = fitBlend(heldOut('head'), scale);
    const byAnomaly = fitBlend(heldOut('anomaly'), scale);
    expect(byHead.head / byHead.anomaly).toBeGreaterThan(2);
    expect(byAnomaly.anomaly / byAnomaly.head).toBeGreaterThan(2);
  });

  test('its 0 parts both kinds evenly', () => {
    const answers = heldOut('head');
    const blend = fitBlend(answers, scale);
    const right = answers.filter(
      ({ headLogOdds, anomaly, isDefect }) => blended(headLogOdds, anomaly, blend) > 0 === isDefect,
    );
    expect(right.length / answers.length).toBeGreaterThan(0.9);
  });

  test('with one kind of picture, or none, both weigh the same', () => {
    expect(fitBlend([], scale)).toEqual(evenBlend(scale));
    expect(fitBlend(heldOut('head').slice(0, 20), scale)).toEqual(evenBlend(scale));
  });

  test('the head is never asked about a part that it learnt from', () => {
    const examples = Array.from({ length: 30 }, (_, n) => ({ group: `g${n % 10}`, isDefect: n % 10 < 4 }));
    const asked: string[] = [];
    learnBlend(
      examples,
      (train) => (example) => {
        expect(train.some(({ group }) => group === example.group)).toBe(false);
        asked.push(example.group);
        return 0;
      },
      () => 0,
      scale,
    );
    expect(asked).toHaveLength(30);
  });
});

describe('labels', () => {
  const row = (id: number, group: string, classIndex?: number, split: 'train' | 'test' = 'train') => ({
    id,
    path: 'p',
    page: 0,
    group,
    split,
    ...(classIndex !== undefined && { classIndex }),
  });

  test('the pool holds good and unlabelled pictures, never a labelled defect nor a test row', () => {
    const rows = [row(0, 'a', 0), row(1, 'b', 1), row(2, 'c'), row(3, 'd', 0, 'test'), row(4, 'e', undefined, 'test')];
    const set = labelledSet(rows, 2, 0);
    expect(set.pool).toEqual([0, 2]);
    expect(set.examples.map(({ index }) => index)).toEqual([0, 1]);
    expect(labelledSet(rows, 2, null).pool).toEqual([]);
  });

  test('no group is on both sides of a fold, and every label is held out once', () => {
    const rows = Array.from({ length: 40 }, (_, n) => row(n, `g${n % 13}`, n % 13 < 3 ? 1 : 0));
    const { examples } = labelledSet(rows, 2, 0);
    const folds = groupFolds(examples, new Random(1));
    expect(folds.length).toBe(3);
    for (const { train, held } of folds) {
      const groups = new Set(train.map(({ group }) => group));
      expect(held.every(({ group }) => !groups.has(group))).toBe(true);
    }
    expect(folds.flatMap(({ held }) => held.map(({ index }) => index)).sort((a, b) => a - b)).toEqual(
      examples.map(({ index }) => index),
    );
  });
});
