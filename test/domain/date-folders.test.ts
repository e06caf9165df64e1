import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { dateKey, newestByName } from '#core/domain/date-folders.ts';

const day = fc.date({ min: new Date('1990-01-01'), max: new Date('2099-12-31'), noInvalidDate: true });
const two = (n: number): string => String(n).padStart(2, '0');
const spellings: readonly ((year: number, month: number, date: number) => string)[] = [
  (y, m, d) => `${y}-${two(m)}-${two(d)}`,
  (y, m, d) => `${y}${two(m)}${two(d)}`,
  (y, m, d) => `${y}_${m}_${d}`,
  (y, m, d) => `${y}年${m}月${d}日`,
];

describe('folders named by dates', () => {
  it('come last by name when they come last by date, however the date is spelled', () => {
    fc.assert(
      fc.property(fc.array(day, { minLength: 1, maxLength: 8 }), fc.constantFrom(...spellings), (days, spell) => {
        const names = days.map((date) => spell(date.getUTCFullYear(), date.getUTCMonth() + 1, date.getUTCDate()));
        const latest = new Date(Math.max(...days.map(Number)));
        const expected = spell(latest.getUTCFullYear(), latest.getUTCMonth() + 1, latest.getUTCDate());
        expect(newestByName([...names, 'spare', 'lot7'])).toBe(expected);
      }),
    );
  });

  it('may be a year, a month, a day or an hour alone', () => {
    expect(newestByName(['2025', '2026', '2024'])).toBe('2026');
    expect(newestByName(['9', '10', '2'])).toBe('10');
    expect(newestByName(['9月', '10月'])).toBe('10月');
  });

  it('are told from other names', () => {
    for (const name of ['', 'camera1', '123456', '2026-13-01', '20260132', 'x2026-11-26', '12345678'])
      expect(dateKey(name), name).toBeNull();
    expect(newestByName(['a', 'b'])).toBeNull();
    fc.assert(
      fc.property(fc.string(), (name) => {
        expect(dateKey(name) ?? 0).toBeGreaterThanOrEqual(0);
      }),
    );
  });
});
