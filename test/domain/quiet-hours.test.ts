import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isQuiet, minuteOfDay } from '#core/domain/quiet-hours.ts';

const minute = fc.integer({ min: 0, max: 1439 });

describe('quiet hours', () => {
  it('are the minutes that one meets going on from the start to the end, over midnight too', () => {
    fc.assert(
      fc.property(minute, minute, minute, (at, from, to) => {
        const length = (to - from + 1440) % 1440;
        expect(isQuiet(at, from, to)).toBe((at - from + 1440) % 1440 < length);
      }),
    );
  });

  it('read times of day and nothing else', () => {
    expect(['00:00', '06:30', '23:59'].map(minuteOfDay)).toEqual([0, 390, 1439]);
    expect(['24:00', '6:30', '12:60', '', '12:00:00', '１２:00', ' 12:00'].map(minuteOfDay)).toEqual(
      Array(7).fill(null),
    );
  });
});
