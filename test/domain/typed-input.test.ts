import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { assumedAmount, currencies } from '#core/domain/currency.ts';
import { medianInterval } from '#core/domain/median-interval.ts';
import { inputFault } from '#core/domain/roi-limits.ts';
import { typedNumber } from '#core/domain/typed-number.ts';

describe('typedNumber', () => {
  it.each([
    ['1200', 1200],
    ['1,200.5', 1200.5],
    ['１２，０００', 12_000],
    [' 0.5 ', 0.5],
    ['．５', 0.5],
    ['4.5%', 4.5],
    ['¥3,000', 3000],
    ['3000円', 3000],
    ['-1', -1],
    ['−１', -1],
  ])('reads %s', (text, value) => {
    expect(typedNumber(text)).toBe(value);
  });

  it.each(['', ' ', 'abc', '1,5', '1.2.3', '12,00', '1e9', 'Infinity', 'NaN', '0x10', '--1', '1 %%', '1-2'])(
    'does not guess at %j',
    (text) => {
      expect(typedNumber(text)).toBeNull();
    },
  );

  it('reads back whatever the page writes', () => {
    fc.assert(
      fc.property(fc.double({ min: 0, max: 1e13, noNaN: true }), (value) => {
        const text = value.toLocaleString('en-US', { maximumFractionDigits: 6 });
        expect(typedNumber(text)).toBeCloseTo(value, 5);
      }),
    );
  });
});

describe('inputFault', () => {
  it('names what is wrong with a value or its range', () => {
    const fault = (value: number, low?: number, high?: number) => inputFault('hardwareYen', { value, low, high });
    expect(fault(0)).toBeNull();
    expect(fault(100, 90, 130)).toBeNull();
    expect(fault(-1)).toBe('negative');
    expect(fault(Number.NaN)).toBe('not_a_number');
    expect(fault(Infinity)).toBe('not_a_number');
    expect(fault(1e14)).toBe('too_large');
    expect(fault(100, 110)).toBe('range');
    expect(fault(100, 90, 95)).toBe('range');
    expect(fault(100, -5, 120)).toBe('negative');
    expect(inputFault('escapeBefore', { value: 1.2 })).toBe('too_large');
    expect(inputFault('personHoursPerMonth', { value: 0 })).toBe('too_small');
    expect(inputFault('years', { value: 0 })).toBe('too_small');
  });
});

describe('assumedAmount', () => {
  it('brings a starting value into the order of magnitude of another currency', () => {
    expect(assumedAmount(2500, 'JPY')).toBe(2500);
    expect(assumedAmount(2500, 'USD')).toBe(17);
    expect(assumedAmount(10_000, 'VND')).toBe(1_700_000);
    for (const currency of currencies) expect(assumedAmount(0, currency)).toBe(0);
  });
});

describe('medianInterval', () => {
  // Ranks: scipy.stats.binom.ppf(.025, n, .5) → 1, 2, 3, 8, 40 for n = 6, 10, 14, 25, 100.
  it.each([
    [6, 1],
    [10, 2],
    [14, 3],
    [25, 8],
    [100, 40],
  ])('lies between the order statistics of a fair coin, n = %i', (n, rank) => {
    const values = Array.from({ length: n }, (_, at) => n - at);
    expect(medianInterval(values)).toEqual({ low: rank, high: n + 1 - rank });
  });

  it('is not told from fewer than six', () => {
    expect(medianInterval([1, 2, 3, 4, 5])).toBeNull();
    expect(medianInterval([])).toBeNull();
  });
});
