import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { hashDistance, nearestBefore, REPEAT_WINDOW, repeatLimit } from '#core/domain/near-duplicate.ts';

const hash = fc.bigInt({ min: 0n, max: 2n ** 64n - 1n });
const hex = (value: bigint) => value.toString(16).padStart(16, '0');

describe('near-duplicates', () => {
  it('count the bits in which two hashes differ', () => {
    fc.assert(
      fc.property(hash, hash, (a, b) => {
        const bits = (a ^ b).toString(2).replaceAll('0', '').length;
        expect(hashDistance(hex(a), hex(b))).toBe(bits);
      }),
    );
  });

  it('compare each picture with a bounded number before it', () => {
    const asked: number[] = [];
    const numbers = Array.from({ length: 500 }, (_, at) => at);
    const nearest = nearestBefore(numbers, (a, b) => {
      if (a === 499) asked.push(b);
      return a - b;
    });
    expect(nearest).toEqual(Array.from({ length: 499 }, () => 1));
    expect(asked).toHaveLength(REPEAT_WINDOW);
  });

  it('are not told where different parts look the same', () => {
    expect(repeatLimit([0, 0, 1, 0, 0, 2, 0, 0], 2)).toBeNull();
    expect(repeatLimit([], 2)).toBeNull();
    // One repeat in a hundred does not move the limit.
    expect(repeatLimit([0, ...Array.from({ length: 99 }, () => 12)], 2)).toBe(6);
  });
});
