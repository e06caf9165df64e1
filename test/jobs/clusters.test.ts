import { expect, test } from 'vitest';
import { clustersFor } from '#core/jobs/embed.ts';

test('pictures are put into groups of ten at least, and into no more than one can look through', () => {
  expect([0, 9, 20, 150, 200, 100_000].map(clustersFor)).toEqual([1, 1, 2, 15, 20, 20]);
});
