import fc from 'fast-check';
import { expect, it } from 'vitest';
import { keptBackups } from '#core/domain/backup-keeping.ts';

const HOUR = 3_600_000;
const start = Date.UTC(2026, 0, 5, 12);

it('keeps three, then one a day for a week and one a week for a month, of hourly backups', () => {
  const hourly = Array.from({ length: 24 * 60 }, (_, n) => start + n * HOUR);
  const kept = keptBackups(hourly);
  expect(kept[0]).toBe(hourly.at(-1));
  expect(kept.length).toBeLessThanOrEqual(14);
  const ages = kept.map((atMs) => Math.round((hourly.at(-1)! - atMs) / HOUR / 24));
  expect(ages.slice(0, 3)).toEqual([0, 0, 0]);
  expect(new Set(ages)).toEqual(new Set([0, 1, 2, 3, 4, 5, 6, ...ages.filter((age) => age > 6)]));
  expect(Math.max(...ages)).toBeGreaterThanOrEqual(15);
});

it('keeps the newest whatever the times, never more than fourteen, and nothing that was not there', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: 4e12 }), { maxLength: 200 }), (times) => {
      const kept = keptBackups(times);
      expect(kept.every((atMs) => times.includes(atMs))).toBe(true);
      expect(kept.length).toBeLessThanOrEqual(14);
      expect(kept).toEqual(kept.toSorted((a, b) => b - a));
      if (times.length > 0) expect(kept[0]).toBe(Math.max(...times));
      expect(keptBackups(kept)).toEqual(kept);
    }),
  );
});

it('thins as they come just as it does at once', () => {
  const hourly = Array.from({ length: 24 * 30 }, (_, n) => start + n * HOUR);
  const rolling = hourly.reduce<number[]>((kept, atMs) => keptBackups([...kept, atMs]), []);
  expect(rolling).toEqual(keptBackups(hourly));
});
