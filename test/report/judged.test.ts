import { expect, test } from 'vitest';
import type { ScoreColumns } from '#core/contract/views.ts';
import { forChoosing, forMeasuring } from '#core/report/judged.ts';

const columns: ScoreColumns = {
  modelId: 1,
  ids: [1, 2, 3, 4, 5],
  scores: [0.1, 0.2, 0.3, 0.4, 0.5],
  labels: [0, 1, 0, -1, 1],
  sources: ['held_out', 'fresh', 'test', 'unlabelled', 'test'],
  cameras: [1, 1, 1, 1, 1],
  kinds: [0, 0, 0, 0, 0],
};

test('marks are never chosen on test rows, not even on their scores without the labels', () => {
  expect(forChoosing(columns)).toEqual({ scores: [0.1, 0.2, 0.4], labels: [0, 1, -1] });
});

test('figures are read off the test rows alone where there are any, else off the held-out ones', () => {
  expect(forMeasuring(columns)).toEqual({ measuredOn: 'test', pictures: { scores: [0.3, 0.5], labels: [0, 1] } });
  const withoutTest: ScoreColumns = { ...columns, sources: ['held_out', 'fresh', 'fresh', 'unlabelled', 'held_out'] };
  expect(forMeasuring(withoutTest)).toEqual({
    measuredOn: 'folds',
    pictures: { scores: columns.scores, labels: columns.labels },
  });
});
