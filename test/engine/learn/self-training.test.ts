import { describe, expect, test } from 'vitest';
import { Random } from '#core/domain/random.ts';
import { argmax, balancedWeights, fitLogistic, logitsOf } from '#engine/learn/logistic.ts';
import type { LinearHead } from '#engine/learn/logistic.ts';
import { matrix, rowOf } from '#engine/learn/matrix.ts';
import type { Matrix } from '#engine/learn/matrix.ts';
import { selfTrained } from '#engine/learn/self-training.ts';

const KINDS = 3;
const COLUMNS = 12;

/** Clouds of `each` rows a kind: apart along two columns, wide along all others. */
function clouds(each: number, random: Random): { x: Matrix; labels: number[] } {
  const x = matrix(KINDS * each, COLUMNS);
  const labels = Array.from({ length: x.rows }, (_, row) => row % KINDS);
  labels.forEach((kind, row) => {
    const own = rowOf(x, row);
    for (let i = 0; i < COLUMNS; i++) own[i] = random.normal();
    const angle = (2 * Math.PI * kind) / KINDS;
    own[0] = 2.6 * Math.cos(angle) + 0.8 * random.normal();
    own[1] = 2.6 * Math.sin(angle) + 0.8 * random.normal();
  });
  return { x, labels };
}

function accuracy(head: LinearHead, { x, labels }: ReturnType<typeof clouds>): number {
  const right = labels.filter((label, row) => argmax(logitsOf(head, rowOf(x, row))) === label);
  return right.length / labels.length;
}

describe('a head that also learns from what it says', () => {
  test('tells kinds apart better by unlabelled pictures that lie in clusters, over many draws of two labels a kind', () => {
    const gains = Array.from({ length: 12 }, (_, seed) => {
      const random = new Random(seed);
      const [few, pool, held] = [clouds(2, random), clouds(100, random), clouds(100, random)];
      const alone = fitLogistic(few.x, few.labels, KINDS, 1, balancedWeights(few.labels, KINDS));
      const taught = selfTrained(few.x, few.labels, pool.x, KINDS, 1);
      return accuracy(taught, held) - accuracy(alone, held);
    });
    expect(gains.reduce((sum, gain) => sum + gain, 0) / gains.length).toBeGreaterThan(0.02);
  });

  test('is the plain head where nothing is unlabelled', () => {
    const { x, labels } = clouds(4, new Random(3));
    const plain = fitLogistic(x, labels, KINDS, 1, balancedWeights(labels, KINDS));
    expect(selfTrained(x, labels, matrix(0, COLUMNS), KINDS, 1)).toEqual(plain);
  });

  test('keeps what the labels say: a kind that no unlabelled picture shows is still known', () => {
    const random = new Random(5);
    const few = clouds(6, random);
    const pool = clouds(60, random);
    const without = pool.labels.flatMap((label, row) => (label === 2 ? [] : [row]));
    const rest = matrix(without.length, COLUMNS);
    without.forEach((row, at) => rowOf(rest, at).set(rowOf(pool.x, row)));
    const head = selfTrained(few.x, few.labels, rest, KINDS, 1);
    const held = clouds(60, random);
    const found = held.labels.filter(
      (label, row) => label === 2 && argmax(logitsOf(head, rowOf(held.x, row))) === 2,
    ).length;
    expect(found / 60).toBeGreaterThan(0.7);
  });
});
