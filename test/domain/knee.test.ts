import { expect, test } from 'vitest';
import { kneeOf } from '#core/domain/knee.ts';

const curve = (...scores: number[]) => scores.map((score, at) => ({ seconds: 60 * (at + 1), score }));

test('the knee is the first point within noise of the best, and half of the time or less is enough', () => {
  const found = kneeOf(curve(0.5, 0.79, 0.78, 0.8, 0.795), 10_000)!;
  expect(found.knee).toEqual({ seconds: 120, score: 0.79 });
  expect(found.best.score).toBe(0.8);
  expect(found.isEnough).toBe(true);
});

test('a curve that rises to its end has its knee there', () => {
  const found = kneeOf(curve(0.5, 0.6, 0.7, 0.8), 10_000)!;
  expect(found.knee.seconds).toBe(240);
  expect(found.isEnough).toBe(false);
});

test('with few pictures a difference within their standard error is none', () => {
  // √(0.8 · 0.2 / 25) = 0.08
  expect(kneeOf(curve(0.5, 0.73, 0.7, 0.8), 25)!.knee.seconds).toBe(120);
  expect(kneeOf(curve(0.5, 0.73, 0.7, 0.8), 2500)!.knee.seconds).toBe(240);
});

test('two points show no bend', () => {
  expect(kneeOf(curve(0.5, 0.8), 100)).toBeNull();
  expect(kneeOf([], 100)).toBeNull();
});
