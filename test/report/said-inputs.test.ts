import { describe, expect, it } from 'vitest';
import { changedInputs, currencyThen } from '#core/report/said-inputs.ts';

const said = { who: 'a' };
const entered = (value: number) => ({ value, kind: 'entered' as const });
const assumed = (value: number) => ({ value, kind: 'assumed' as const });
/** Newest first: what was called yen until 20 were dollars already, converted to euro at 40. */
const currencies = [
  { was: 'USD', currency: 'EUR', rate: 0.9, ...said, atMs: 40 },
  { was: 'JPY', currency: 'USD', rate: null, ...said, atMs: 20 },
] as const;

describe('what was said of the inputs', () => {
  it.each([
    [10, 'USD', 'USD'],
    [20, 'USD', 'USD'],
    [30, 'USD', 'USD'],
    [40, 'USD', 'EUR'],
    [50, 'EUR', 'EUR'],
  ])('was said at %i in %s, and stands in %s after', (atMs, before, after) => {
    expect(currencyThen(atMs, currencies, 'EUR')).toEqual({ before, after });
  });

  it('is a change where something entered was entered otherwise, in the money of its day', () => {
    const change = (atMs: number, from: Parameters<typeof changedInputs>[0][number]['from'], to: typeof from) => ({
      ...{ name: 'wageYenPerHour', from, to: to ?? entered(0), ...said, atMs },
    });
    const changes = [
      change(50, entered(18), entered(19)),
      change(40, entered(20), entered(18)),
      change(30, entered(19), entered(20)),
      change(15, entered(2600), entered(2600)),
      change(14, assumed(2500), entered(2600)),
      change(13, null, assumed(2500)),
    ];
    expect(changedInputs(changes, currencies, 'EUR')).toEqual([
      { name: 'wageYenPerHour', from: 18, to: 19, currency: 'EUR', ...said, atMs: 50 },
      { name: 'wageYenPerHour', from: 19, to: 20, currency: 'USD', ...said, atMs: 30 },
    ]);
  });
});
