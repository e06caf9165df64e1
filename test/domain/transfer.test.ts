import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compareArms, spreadOf, triedLabels, type ArmDraws } from '#core/domain/transfer.ts';

const draws = (arm: ArmDraws['arm'], values: (number | null)[], k = 5): ArmDraws => ({
  arm,
  k,
  labels: 20,
  draws: values,
});

describe('the encoder of another line against others', () => {
  it('is better only where it is ahead in every draw, and by more than noise', () => {
    const [row] = compareArms([
      draws('copied', [0.9, 0.92, 0.88]),
      draws('own', [0.9, 0.95, 0.8]),
      draws('random', [0.8, 0.85, 0.84]),
    ]);
    expect(row?.says.map(({ than, says }) => [than, says])).toEqual([
      ['own', 'unclear'],
      ['random', 'better'],
    ]);
    expect(row?.says[1]?.difference.mean).toBeCloseTo(0.07, 10);
    const [close] = compareArms([draws('copied', [0.9, 0.9, 0.9]), draws('random', [0.89, 0.89, 0.89])]);
    expect(close?.says[0]?.says).toBe('unclear');
    const [worse] = compareArms([draws('copied', [0.7, 0.6, 0.5]), draws('random', [0.8, 0.7, 0.6])]);
    expect(worse?.says[0]?.says).toBe('worse');
    const [two] = compareArms([draws('copied', [0.9, 0.9]), draws('random', [0.1, 0.1])]);
    expect(two?.says[0]?.says).toBe('unclear');
  });

  it('compares draw by draw, and leaves out what one of them could not measure', () => {
    const [row] = compareArms([draws('copied', [0.9, null, 0.8, 0.7]), draws('random', [0.5, 0.1, 0.6, 0.5])]);
    expect(row).toMatchObject({
      draws: 3,
      arms: [{ figure: { low: 0.7, high: 0.9 } }, { figure: { low: 0.5, high: 0.6 } }],
    });
    expect(compareArms([draws('copied', [null]), draws('random', [0.5])])).toEqual([]);
    expect(compareArms([draws('copied', [0.5])])).toEqual([]);
  });

  it('tries as many labels as can be had while some are held out', () => {
    expect(triedLabels(2, false)).toEqual([]);
    expect(triedLabels(4, false)).toEqual([2]);
    expect(triedLabels(8, false)).toEqual([5]);
    expect(triedLabels(100, false)).toEqual([5, 10, 20]);
    expect(triedLabels(5, true)).toEqual([5]);
    expect(triedLabels(0, true)).toEqual([]);
  });

  it('has its mean within its range, and no sign that the values do not have', () => {
    fc.assert(
      fc.property(fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 1, maxLength: 20 }), (values) => {
        const { mean, low, high } = spreadOf(values);
        expect(mean).toBeGreaterThanOrEqual(low - 1e-12);
        expect(mean).toBeLessThanOrEqual(high + 1e-12);
      }),
    );
  });
});
