import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import fc from 'fast-check';
import { defaultShifts, overlappingShifts, productionDay, shiftAt, type Shift } from '#core/domain/shifts.ts';

const zone = process.env['TZ'];
beforeEach(() => void (process.env['TZ'] = 'Asia/Tokyo'));
afterEach(() => {
  if (zone === undefined) delete process.env['TZ'];
  else process.env['TZ'] = zone;
});

const at = (text: string): number => new Date(text).getTime();
const everyDay = [0, 1, 2, 3, 4, 5, 6];

describe('the shift of a moment', () => {
  it.each([
    ['2026-11-26T07:59:59', 'night', '2026-11-25'],
    ['2026-11-26T08:00:00', 'day', '2026-11-26'],
    ['2026-11-26T19:59:59.999', 'day', '2026-11-26'],
    ['2026-11-26T20:00:00', 'night', '2026-11-26'],
    ['2026-11-27T00:00:00', 'night', '2026-11-26'],
    ['2027-01-01T03:00:00', 'night', '2026-12-31'],
  ])('%s is %s of %s', (text, shift, day) => {
    expect([shiftAt(defaultShifts, at(text)), productionDay(defaultShifts, at(text))]).toEqual([shift, day]);
  });

  const threeShifts: readonly Shift[] = [
    { name: 'A', startMinute: 360, endMinute: 840, days: [1, 2, 3, 4, 5] },
    { name: 'B', startMinute: 840, endMinute: 1320, days: [1, 2, 3, 4, 5] },
    { name: 'C', startMinute: 1350, endMinute: 345, days: [5] },
  ];

  it('is none in a gap, and on days on which none starts', () => {
    const of = (text: string) => shiftAt(threeShifts, at(text));
    expect(of('2026-11-26T22:10:00')).toBeNull(); // Thursday night: C starts on Fridays only
    expect(of('2026-11-27T22:15:00')).toBeNull(); // Friday, between B and C
    expect(of('2026-11-27T22:30:00')).toBe('C');
    expect(of('2026-11-28T05:44:00')).toBe('C'); // Saturday morning, the shift of Friday
    expect(of('2026-11-28T05:45:00')).toBeNull();
    expect(of('2026-11-28T10:00:00')).toBeNull();
  });

  it('lasts a day where it ends when it starts', () => {
    const around = [{ name: 'all', startMinute: 480, endMinute: 480, days: everyDay }];
    expect(shiftAt(around, at('2026-11-26T07:59:00'))).toBe('all');
    expect(overlappingShifts(around)).toBeNull();
  });

  it('goes by the clock on the wall on the days when it is changed', () => {
    process.env['TZ'] = 'Europe/Berlin';
    // 29 March 2026: 02:00 becomes 03:00; 25 October: 03:00 becomes 02:00.
    expect(shiftAt(defaultShifts, at('2026-03-29T03:30:00'))).toBe('night');
    expect(shiftAt(defaultShifts, at('2026-03-29T08:00:00'))).toBe('day');
    expect(shiftAt(defaultShifts, at('2026-10-25T00:30:00Z'))).toBe('night');
    expect(shiftAt(defaultShifts, at('2026-10-25T01:30:00Z'))).toBe('night');
    expect(productionDay(defaultShifts, at('2026-10-25T01:30:00Z'))).toBe('2026-10-24');
  });
});

describe('shifts that clash', () => {
  it('are named, also across midnight and across the week', () => {
    const shift = (name: string, startMinute: number, endMinute: number, days = everyDay): Shift => ({
      ...{ name, startMinute, endMinute, days },
    });
    expect(overlappingShifts(defaultShifts)).toBeNull();
    expect(overlappingShifts([])).toBeNull();
    expect(overlappingShifts([shift('a', 480, 1200), shift('b', 1199, 470)])).toEqual(['a', 'b']);
    expect(overlappingShifts([shift('a', 480, 1200), shift('b', 1200, 481)])).toEqual(['b', 'a']);
    expect(overlappingShifts([shift('sat', 1200, 480, [6]), shift('sun', 400, 800, [0])])).toEqual(['sat', 'sun']);
    expect(overlappingShifts([shift('mon', 0, 600, [1]), shift('tue', 0, 600, [2])])).toBeNull();
  });

  it('are found wherever two are under way in the same minute, and nowhere else', () => {
    const one = fc.record({
      name: fc.constantFrom('a', 'b', 'c'),
      startMinute: fc.integer({ min: 0, max: 47 }).map((n) => n * 30),
      endMinute: fc.integer({ min: 0, max: 47 }).map((n) => n * 30),
      days: fc.uniqueArray(fc.integer({ min: 0, max: 6 }), { minLength: 1, maxLength: 3 }),
    });
    fc.assert(
      fc.property(fc.array(one, { maxLength: 3 }), (shifts) => {
        const start = at('2026-11-22T00:10:00');
        const twice = Array.from({ length: 7 * 48 }, (_, n) => start + n * 30 * 60_000).some((ms) => {
          const under = shifts.flatMap((shift) => shift.days.map((day) => ({ ...shift, days: [day] })));
          return under.filter((shift) => shiftAt([shift], ms) !== null).length > 1;
        });
        expect(overlappingShifts(shifts) !== null).toBe(twice);
      }),
      { numRuns: 200 },
    );
  });
});
