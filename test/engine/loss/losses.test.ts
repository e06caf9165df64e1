import type { Tensor2D, Tensor4D } from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { damagedContrast } from '#engine/loss/damaged.ts';
import { maskLoss } from '#engine/loss/mask.ts';
import { normaliseRows } from '#engine/loss/normalise-rows.ts';
import { ntXent } from '#engine/loss/nt-xent.ts';
import { openTensorFlow, tf } from '#engine/tf.ts';
import { expectSlope, wavy } from '../numeric.ts';

beforeAll(() => openTensorFlow());

/*
 * Reference values: numpy, the formulas of the docstrings written as loops over views, on rows
 * sin(1 + 3i + 7j + offset) of length 1 (i row, j column), temperature 0.2.
 */
function rows(n: number, d: number, offset: number): Tensor2D {
  const x = tf.tensor2d(
    Array.from({ length: n }, (_, i) => Array.from({ length: d }, (__, j) => Math.sin(1 + 3 * i + 7 * j + offset))),
  );
  return normaliseRows(x).output;
}
const value = (loss: { dataSync(): ArrayLike<number> }): number => loss.dataSync()[0] ?? Number.NaN;

describe('NT-Xent', () => {
  it('has the value of the SimCLR formula', () => {
    expect(value(ntXent(rows(4, 5, 0), rows(4, 5, 0.4), 0.2).loss)).toBeCloseTo(1.1405127834, 5);
    expect(value(ntXent(rows(4, 5, 0), rows(4, 5, 0.4), 0.5).loss)).toBeCloseTo(1.138716458, 5);
  });

  it('decoupled, leaves the positive out of the sum', () => {
    expect(value(ntXent(rows(4, 5, 0), rows(4, 5, 0.4), 0.2, true).loss)).toBeCloseTo(0.7478311208, 5);
  });

  it.each([false, true])('has the gradient of its value (decoupled: %s)', (decoupled) => {
    const [za, zb] = [rows(4, 5, 0), rows(4, 5, 0.4)];
    const { dza, dzb } = ntXent(za, zb, 0.5, decoupled);
    expectSlope((x) => value(ntXent(x as Tensor2D, zb, 0.5, decoupled).loss), za, dza);
    expectSlope((x) => value(ntXent(za, x as Tensor2D, 0.5, decoupled).loss), zb, dzb);
  });
});

describe('contrast against damage', () => {
  it('has the value of its formula', () => {
    const { loss } = damagedContrast(rows(4, 5, 0), rows(4, 5, 0.4), rows(3, 5, 2), 0.2);
    expect(value(loss)).toBeCloseTo(0.0979996496, 5);
  });

  it('has the gradient of its value', () => {
    const [za, zb, zd] = [rows(4, 5, 0), rows(4, 5, 0.4), rows(3, 5, 2)];
    const { dza, dzb, dzd } = damagedContrast(za, zb, zd, 0.5);
    expectSlope((x) => value(damagedContrast(x as Tensor2D, zb, zd, 0.5).loss), za, dza);
    expectSlope((x) => value(damagedContrast(za, x as Tensor2D, zd, 0.5).loss), zb, dzb);
    expectSlope((x) => value(damagedContrast(za, zb, x as Tensor2D, 0.5).loss), zd, dzd);
  });

  it('does not make two good pictures repel each other', () => {
    const same = rows(1, 5, 0);
    const good = tf.concat2d([same, same], 0);
    const { dza } = damagedContrast(good, good, tf.neg(same), 0.2);
    // All good views are at one point, opposite to the damage: nothing is left to gain.
    expect(tf.max(tf.abs(dza)).dataSync()[0]).toBeLessThan(1e-3);
  });
});

describe('mask loss', () => {
  const logits = (): Tensor4D =>
    tf.tensor4d(
      Array.from({ length: 16 }, (_, i) => 3 * Math.sin(2 * i)),
      [1, 4, 4, 1],
    );
  const target = (): Tensor4D =>
    tf.tensor4d(
      Array.from({ length: 16 }, (_, i) => (i % 3 === 0 ? 1 : 0)),
      [1, 4, 4, 1],
    );

  it('is cross-entropy + 0.3 Dice', () => {
    expect(value(maskLoss(logits(), target()).loss)).toBeCloseTo(1.7710192703 + 0.3 * 0.7706313567, 5);
  });

  it('has the gradient of its value', () => {
    const { dLogits } = maskLoss(logits(), target());
    expectSlope((x) => value(maskLoss(x as Tensor4D, target()).loss), logits(), dLogits);
  });

  it('stays finite at extreme logits', () => {
    const { loss, dLogits } = maskLoss(tf.mul(logits(), 1000), target());
    expect(Number.isFinite(value(loss))).toBe(true);
    expect([...dLogits.dataSync()].every(Number.isFinite)).toBe(true);
  });
});

describe('rows of length 1', () => {
  it('hand the gradient back to the unscaled rows', () => {
    const x = wavy([3, 4]) as Tensor2D;
    const weights = wavy([3, 4], 2) as Tensor2D;
    const loss = (a: Tensor2D): number => value(tf.sum(tf.mul(normaliseRows(a).output, weights)));
    expectSlope((a) => loss(a as Tensor2D), x, normaliseRows(x).backward(weights));
  });
});
