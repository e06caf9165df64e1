import { describe, expect, it } from 'vitest';
import { inTurn, turnsOf } from '#core/review/find-turns.ts';

const right = (ranks: number[]) => ({ ranks, is: true });
const wrong = (ranks: number[]) => ({ ranks, is: false });

describe('orders that take turns', () => {
  it('are trusted alike before any answer, then by how often they were right of late', () => {
    expect(turnsOf([], 2)).toEqual([0.5, 0.5]);
    const [whole = 0, place = 0] = turnsOf([wrong([0, 400]), wrong([0, 300]), right([200, 0]), right([90, 3])], 2);
    expect(place).toBeGreaterThan(0.7);
    expect(whole).toBeLessThan(0.3);
    // What was near the top of neither says nothing of either.
    expect(turnsOf([wrong([10, 10])], 2)).toEqual([0.5, 0.5]);
    // Ten later answers outweigh ten earlier ones.
    const turned = turnsOf([...Array(10).fill(right([0, 50])), ...Array(10).fill(wrong([0, 50]))], 2);
    expect(turned[0]).toBeLessThan(0.5);
  });

  it('hold every picture once; the one that is right more often has more of the first', () => {
    const a = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'];
    const b = a.toReversed();
    for (const turns of [
      [0.5, 0.5],
      [0.9, 0.1],
      [0, 1],
    ]) {
      const order = inTurn([a, b], turns);
      expect(order.toSorted()).toEqual(a);
      expect(order[0]).toBe((turns[0] ?? 0) >= (turns[1] ?? 0) ? 'a' : 'h');
    }
    expect(inTurn([a, b], [0.8, 0.2]).slice(0, 4)).toEqual(['a', 'b', 'c', 'd']);
    expect(inTurn([a, b], [0.5, 0.5]).slice(0, 4)).toEqual(['a', 'h', 'b', 'g']);
    expect(inTurn([a], [0.3])).toEqual(a);
  });
});
