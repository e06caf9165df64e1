import fc from 'fast-check';
import { expect, test } from 'vitest';
import { apart, qualityPlot } from '#bench/quality-plot.ts';

test('names keep their order and never cover one another; those far apart stay where they are', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: 300 }), { minLength: 1, maxLength: 6 }), (heights) => {
      const placed = apart(heights);
      const order = [...heights.keys()].sort((a, b) => (heights[a] ?? 0) - (heights[b] ?? 0));
      order.slice(1).forEach((index, at) => {
        expect((placed[index] ?? 0) - (placed[order[at] ?? 0] ?? 0)).toBeGreaterThanOrEqual(13);
      });
      heights.forEach((height, at) => expect(placed[at]).toBeGreaterThanOrEqual(height));
    }),
  );
  expect(apart([100, 20, 60])).toEqual([100, 20, 60]);
});

test('every curve that was measured is drawn with its name', () => {
  const points = [{ labels: 20, values: [0.7, 0.8] }];
  const curves = ['pretrained', 'random start'].map((name) => ({ name, colour: '#000', points }));
  const plot = qualityPlot([
    { title: 'tiles', unit: 'AUROC', curves: [...curves, { name: 'absent', colour: '#000', points: [] }] },
  ]);
  expect(plot.match(/<polyline/g)).toHaveLength(2);
  expect(plot).toContain('>random start</text>');
  expect(plot).not.toContain('absent');
});
