import { describe, expect, test } from 'vitest';
import { deviationsPercent } from '#bench/linear.ts';
import { keeps, rowOf } from '#bench/row.ts';
import { median, pairedRatios, spreadOf } from '#bench/statistics.ts';
import { markdownTable, textTable } from '#bench/table.ts';

describe('what rounds add up to', () => {
  test('the median is the middle, or the mean of both middles', () => {
    expect(median([9, 1, 5])).toBe(5);
    expect(median([9, 1, 5, 7])).toBe(6);
    expect(() => median([])).toThrow(RangeError);
  });

  test('a ratio says how many times better ours is, whichever way is better', () => {
    expect(pairedRatios([300, 200], [100, 100], 'more')).toEqual([3, 2]);
    expect(pairedRatios([2, 4], [6, 4], 'less')).toEqual([3, 1]);
    expect(spreadOf([3, 1, 2])).toEqual([1, 3]);
  });

  test('the ratio of a row is the median of paired ratios, not the ratio of medians', () => {
    const row = rowOf({
      what: 'step',
      unit: 'views/s',
      better: 'more',
      ours: [100, 50, 90],
      peer: [50, 20, 60],
      peerName: 'peer 1.0',
    });
    expect(row).toMatchObject({ ours: 90, peer: 50, ratio: 2, spread: [1.5, 2.5], runs: 3, peer_name: 'peer 1.0' });
  });

  test('a round that one side did not finish is in no ratio', () => {
    const row = rowOf({
      what: 'step',
      unit: 'views/s',
      better: 'more',
      ours: [100, 80, null],
      peer: [50, null, 50],
      peerName: 'peer',
      reason: 'it died',
    });
    expect(row).toMatchObject({ ours: 90, peer: 50, ratio: 2, runs: 1, spread: [2, 2], reason: 'it died' });
  });

  test('a row whose peer never ran keeps our number and says why there is no ratio', () => {
    const row = rowOf({
      what: 'step',
      unit: 'views/s',
      better: 'more',
      ours: [3, 1, 2],
      peer: [null, null, null],
      peerName: 'peer',
      target: 2,
      reason: 'not installed',
    });
    expect(row).toMatchObject({ ours: 2, peer: null, ratio: null, runs: 0, spread: [1, 3], reason: 'not installed' });
    expect(keeps(row)).toBeNull();
    expect(textTable([row])).toContain('missing: step: not installed');
  });

  test.each([
    { better: 'more', peer: [50], target: 2, kept: true },
    { better: 'more', peer: [51], target: 2, kept: false },
    { better: 'less', peer: undefined, target: 100, kept: true },
    { better: 'less', peer: undefined, target: 99, kept: false },
    { better: 'less', peer: [200], target: 2, kept: true },
  ] as const)('100 of what is better $better beside $peer keeps $target: $kept', ({ better, peer, target, kept }) => {
    const row = rowOf({ what: 'x', unit: 's', better, ours: [100], target, ...(peer && { peer, peerName: 'peer' }) });
    expect(keeps(row)).toBe(kept);
  });

  test('deviations from linear are told from the line that lies between', () => {
    const costs = [
      { pictures: 1000, seconds: 9 },
      { pictures: 2000, seconds: 20 },
      { pictures: 5000, seconds: 55 },
    ];
    const [low, middle, high] = deviationsPercent(costs) as [number, number, number];
    expect(low).toBeCloseTo(-10, 10);
    expect(middle).toBeCloseTo(0, 10);
    expect(high).toBeCloseTo(10, 10);
  });

  test('the table for the readme has a line a row, its ratio with spread and its promise', () => {
    const rows = [
      rowOf({ what: 'step', unit: 'views/s', better: 'more', ours: [1500], peer: [1000], peerName: 'p', target: 1.1 }),
      rowOf({ what: 'memory', unit: 'GB', better: 'less', ours: [1.7], target: 1.6 }),
    ];
    expect(markdownTable(rows).split('\n').slice(2, 4)).toEqual([
      '| step | 1,500 | 1,000 | views/s | 1.50× (1.50 – 1.50) | ≥ 1.1× ✓ | 1 |',
      '| memory | 1.7 | – | GB | (1.7 – 1.7) | ≤ 1.6 ✗ | 1 |',
    ]);
  });
});
