import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { conditions } from '#core/domain/disturbance.ts';
import { Random } from '#core/domain/random.ts';
import {
  conditionFigures,
  disturbancesSay,
  leftOutFigures,
  type DisturbedScore,
  type Grade,
} from '#core/domain/robustness.ts';
import { balancedDraw, costOf, planRobustness, type MeasurablePicture } from '#core/domain/robustness-plan.ts';

const mark = 0.5;

/** 20 defects and 20 good parts, by what a disturbance makes of `defect` and `good`. */
function scores(defect: number, good: number, keptOut: boolean | null = false): DisturbedScore[] {
  return Array.from({ length: 40 }, (_, at) => ({
    isDefect: at < 20,
    score: at < 20 ? defect : good,
    review: mark,
    keptOut,
  }));
}

const graded = (of: (amount: number) => DisturbedScore[]): Grade[] =>
  [0.1, 0.2, 0.4, 0.6].map((amount) => ({ kind: 'darker', amount, ...conditionFigures(of(amount)) }));
const saidOf = (clean: DisturbedScore[], of: (amount: number) => DisturbedScore[]) =>
  disturbancesSay(conditionFigures(clean), graded(of)).find(({ kind }) => kind === 'darker');

describe('what is said of a disturbance', () => {
  const clean = scores(0.9, 0.1);

  it('tells from where on defects pass, and up to where nothing changes', () => {
    const said = saidOf(clean, (amount) => scores(amount < 0.4 ? 0.9 : 0.2, 0.1));
    expect(said).toMatchObject({ says: 'misses', safe: 0.2, harmful: { amount: 0.4, missed: { numerator: 20 } } });
  });

  it('tells of good parts that would be stopped, of harm at once, and of none', () => {
    expect(saidOf(clean, (amount) => scores(0.9, amount < 0.6 ? 0.1 : 0.7))).toMatchObject({
      says: 'stops',
      safe: 0.4,
    });
    expect(saidOf(clean, () => scores(0.2, 0.1))).toMatchObject({
      says: 'misses',
      safe: null,
      harmful: { amount: 0.1 },
    });
    expect(saidOf(clean, () => clean)).toMatchObject({ says: 'steady', safe: 0.6, harmful: null });
  });

  it('tells apart what the model alone would do from what the picture check keeps from it', () => {
    const said = saidOf(clean, (amount) => scores(amount < 0.4 ? 0.9 : 0.2, 0.1, amount >= 0.4));
    expect(said).toMatchObject({ says: 'caught', safe: 0.2 });
    expect(said?.harmful).toMatchObject({ missed: { numerator: 0 }, missedAlone: { numerator: 20 } });
    expect(said?.harmful?.keptOut).toMatchObject({ numerator: 40, denominator: 40 });
  });

  it('takes one defect more for chance where some pass anyway, and the first one for what it is', () => {
    const missing = (count: number) => clean.map((one, at) => (at < count ? { ...one, score: 0.4 } : one));
    expect(saidOf(missing(0), () => missing(1))).toMatchObject({ says: 'misses', safe: null });
    expect(saidOf(missing(5), () => missing(6))).toMatchObject({ says: 'steady' });
    expect(saidOf(missing(5), () => missing(7))).toMatchObject({
      says: 'misses',
      harmful: { missed: { numerator: 7 } },
    });
  });

  it('claims nothing of defects where they are too few, and nothing of a check that knows no normal', () => {
    const few = clean.filter(({ isDefect }, at) => !isDefect || at < 9);
    expect(saidOf(few, () => few)).toMatchObject({ says: 'few' });
    expect(conditionFigures(scores(0.9, 0.1, null)).keptOut).toMatchObject({ value: null, denominator: 0 });
  });
});

describe('a kind that nobody taught', () => {
  it('is held to the mark at which as many good parts are stopped as the model stops', () => {
    const good = Array.from({ length: 10 }, (_, at) => ({ isDefect: false, score: at / 10, anomaly: at }));
    const kind = [0.95, 0.85, 0.75].map((score) => ({ isDefect: true, score, anomaly: null }));
    expect(leftOutFigures([...good, ...kind], 0).found).toMatchObject({ numerator: 1, denominator: 3 });
    expect(leftOutFigures([...good, ...kind], 2).found).toMatchObject({ numerator: 3, denominator: 3 });
    expect(leftOutFigures([...good, ...kind], 2)).toMatchObject({ stopped: { numerator: 2 }, unusual: null });
  });

  it('is never found by stopping more good parts than are allowed', () => {
    fc.assert(
      fc.property(
        fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 1, maxLength: 40 }),
        fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 1, maxLength: 40 }),
        fc.nat(40),
        (goods, kinds, allowed) => {
          const good = goods.map((score) => ({ isDefect: false, score, anomaly: score }));
          const kind = kinds.map((score) => ({ isDefect: true, score, anomaly: score }));
          const { found } = leftOutFigures([...good, ...kind], allowed);
          const lowest = kinds.toSorted((a, b) => b - a)[found.numerator - 1] ?? Infinity;
          if (found.numerator > 0 && allowed < goods.length)
            expect(goods.filter((score) => score >= lowest).length).toBeLessThanOrEqual(allowed);
        },
      ),
    );
  });
});

const picture = (id: number, classId: number, changes: Partial<MeasurablePicture> = {}): MeasurablePicture => ({
  ...{ id, group: `g${id}`, classId, isDefect: classId !== 1, heldOut: false, teaches: true },
  ...changes,
});
const many = (count: number, from: number, classId: number, changes: Partial<MeasurablePicture> = {}) =>
  Array.from({ length: count }, (_, at) => picture(from + at, classId, changes));

describe('what is measured', () => {
  it('is as many defects as good pictures, of every kind as many, whatever their order', () => {
    const pictures = [...many(900, 0, 1), ...many(500, 1000, 2), ...many(30, 2000, 3)];
    const drawn = balancedDraw(pictures, 400, new Random(1));
    const of = (classId: number) => drawn.filter((one) => one.classId === classId).length;
    expect([of(1), of(2), of(3)]).toEqual([200, 170, 30]);
    expect(balancedDraw(pictures, 400, new Random(1))).toEqual(drawn);
    expect(balancedDraw(pictures, 400, new Random(2))).not.toEqual(drawn);
    expect(balancedDraw(many(20, 0, 2), 400, new Random(1))).toHaveLength(20);
    expect(balancedDraw([...many(500, 0, 2), ...many(20, 900, 1)], 400, new Random(1))).toHaveLength(400);
  });

  it('are pictures that taught nothing, where there are enough', () => {
    const heldOut = { heldOut: true, teaches: false };
    const plan = planRobustness(
      [...many(12, 0, 1, heldOut), ...many(11, 20, 2, heldOut), ...many(40, 100, 1), ...many(12, 200, 3)],
      new Random(1),
    );
    expect(plan).toMatchObject({ basis: 'held_out', tooFew: [] });
    expect(plan?.sets).toHaveLength(1);
    expect(plan?.sets[0]).toHaveLength(23);
    // Both kinds have enough pictures to be left out, taught or not.
    expect(plan?.kinds.map(({ classId }) => classId)).toEqual([2, 3]);
    expect(plan?.control).toHaveLength(12);
    expect(plan && costOf(plan)).toEqual({ looks: 23 * conditions.length + 12 + 11 + 12 + 12, teachings: 2 });
  });

  it('are otherwise folds of the labels, in which no part is twice', () => {
    const pictures = [...many(40, 0, 1), ...many(30, 100, 2), ...many(4, 200, 3)].map((one) => ({
      ...one,
      group: `part${Math.floor(one.id / 2)}`,
    }));
    const plan = planRobustness(pictures, new Random(3));
    expect(plan).toMatchObject({ basis: 'folds', tooFew: [{ classId: 3, pictures: 4 }] });
    expect(plan?.sets).toHaveLength(3);
    expect(plan?.sets.flat().toSorted((a, b) => a - b)).toEqual(pictures.map(({ id }) => id).toSorted((a, b) => a - b));
    const groupOf = new Map(pictures.map(({ id, group }) => [id, group]));
    const groups = plan?.sets.map((set) => new Set(set.map((id) => groupOf.get(id))));
    expect(groups?.reduce((sum, of) => sum + of.size, 0)).toBe(new Set(groupOf.values()).size);
  });

  it('is nothing where there are too few of anything, and good pictures alone where only they are there', () => {
    expect(planRobustness([...many(40, 0, 1), ...many(5, 100, 2)], new Random(1))).toBeNull();
    expect(planRobustness(many(40, 0, 2, { heldOut: true }), new Random(1))).toBeNull();
    const good = planRobustness(many(12, 0, 1, { heldOut: true }), new Random(1));
    expect(good).toMatchObject({ basis: 'held_out', defects: [], kinds: [] });
  });
});
