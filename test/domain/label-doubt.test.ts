import { describe, expect, it } from 'vitest';
import { labelDoubts, neighbourShares, type LabelledVector } from '#core/domain/label-doubt.ts';
import { Random } from '#core/domain/random.ts';

const COLUMNS = 8;
const CLASSES = 3;

/** Pictures around the middle of their class, one in ten with another class's label, their neighbours and a model's odds. */
function planted(seed: number, perClass: number) {
  const random = new Random(seed);
  const rows = Array.from({ length: CLASSES * perClass }, (_, at) => {
    const truth = Math.floor(at / perClass);
    const vector = Array.from({ length: COLUMNS }, (__, i) => (i === truth ? 2.4 : 0) + random.normal());
    const isWrong = random.uniform() < 0.1;
    const label = isWrong ? (truth + 1 + random.below(CLASSES - 1)) % CLASSES : truth;
    const odds = Array.from({ length: CLASSES }, (__, c) => Math.exp((c === truth ? 1.2 : 0) + random.normal()));
    const sum = odds.reduce((total, one) => total + one, 0);
    return { vector, label, isWrong, probabilities: odds.map((one) => one / sum) };
  });
  const cosine = (a: number[], b: number[]) =>
    a.reduce((sum, value, i) => sum + value * (b[i] ?? 0), 0) / (Math.hypot(...a) * Math.hypot(...b));
  const vectors = rows.map(({ vector, label, probabilities }, at): LabelledVector => ({
    label,
    probabilities,
    nearest: rows
      .map((other, place) => ({ at: place, similarity: cosine(vector, other.vector) }))
      .filter((other) => other.at !== at)
      .toSorted((a, b) => b.similarity - a.similarity)
      .slice(0, 16),
  }));
  return { vectors, wrong: new Set(rows.flatMap(({ isWrong }, at) => (isWrong ? [at] : []))) };
}

/** Share of the planted errors among as many of the first as there are. */
const found = (vectors: readonly LabelledVector[], wrong: ReadonlySet<number>): number =>
  labelDoubts(vectors, CLASSES)
    .slice(0, wrong.size)
    .filter(({ at }) => wrong.has(at)).length / wrong.size;

const withoutModel = (rows: readonly LabelledVector[]) => rows.map((row) => ({ ...row, probabilities: null }));
const withoutNeighbours = (rows: readonly LabelledVector[]) => rows.map((row) => ({ ...row, nearest: [] }));

describe('the doubt of a label', () => {
  it('puts planted errors far before chance, and further by neighbours and model than by either alone', () => {
    const runs = [1, 2, 3].map((seed) => planted(seed, 60));
    const mean = (change: (rows: readonly LabelledVector[]) => readonly LabelledVector[]) =>
      runs.reduce((sum, { vectors, wrong }) => sum + found(change(vectors), wrong), 0) / runs.length;
    const both = mean((rows) => rows);
    expect(both).toBeGreaterThan(0.6);
    expect(both).toBeGreaterThan(mean(withoutModel));
    expect(both).toBeGreaterThan(mean(withoutNeighbours));
    expect(mean(withoutModel)).toBeGreaterThan(0.4);
  });

  it('is above 0 where the surroundings say something else, and names what', () => {
    const nearest = [1, 2, 3].map((at) => ({ at, similarity: 0.9 }));
    const row = (label: number): LabelledVector => ({ label, nearest, probabilities: null });
    const [first, ...others] = labelDoubts([row(0), row(2), row(2), row(2)], CLASSES);
    expect(first).toMatchObject({ at: 0, other: 2 });
    expect(first?.doubt).toBeGreaterThan(0);
    for (const { doubt } of others) expect(doubt).toBeLessThan(0);
  });

  it('says nothing of a picture without neighbours and without a model', () => {
    expect(labelDoubts([{ label: 0, nearest: [], probabilities: null }], 2)).toEqual([{ at: 0, other: 1, doubt: 0 }]);
    expect(neighbourShares([], [], 4)).toEqual([0.25, 0.25, 0.25, 0.25]);
  });

  it('of one class only is none', () => {
    const rows = [{ label: 0, nearest: [], probabilities: null }];
    expect(labelDoubts(rows, 1)[0]?.doubt).toBe(-Infinity);
  });
});
