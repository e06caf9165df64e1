import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { pinProblem, waitMs } from '#core/domain/pin.ts';
import { hashPin, isPin } from '#core/pins.ts';

describe('a PIN', () => {
  it.each(['', '123', '1234567890123', '12a4', '１２３４', '12 34'])('is no PIN: "%s"', (pin) =>
    expect(pinProblem(pin)).toBe('length'),
  );
  it.each(['0000', '1234', '4321', '999999', '3456789'])('is guessed at once: %s', (pin) =>
    expect(pinProblem(pin)).toBe('simple'),
  );
  it.each(['4829', '1357', '2580', '1233', '482915'])('can be taken: %s', (pin) => expect(pinProblem(pin)).toBeNull());

  it('is kept as an argon2id hash with a salt of its own, and told from every other', async () => {
    const [one, two] = await Promise.all([hashPin('482915'), hashPin('482915')]);
    expect(one).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$[\w+/]{22}\$[\w+/]{43}$/);
    expect(one).not.toBe(two);
    expect(await isPin('482915', one)).toBe(true);
    expect(await isPin('482916', one)).toBe(false);
    expect(await isPin('', one)).toBe(false);
    await expect(hashPin('1234')).rejects.toMatchObject({ code: 'pin_simple' });
    await expect(hashPin('12')).rejects.toMatchObject({ code: 'pin_length', params: { fewest: 4, most: 12 } });
  });
});

describe('the wait after wrong PINs', () => {
  it('begins with the third, doubles, and ends at a quarter of an hour', () => {
    const at = 1_000_000;
    expect([0, 1, 2, 3, 4, 5, 8, 9, 50].map((failures) => waitMs(failures, at, at) / 1000)).toEqual([
      ...[0, 0, 0, 15, 30, 60, 480, 900, 900],
    ]);
  });

  it('is over in its time, whatever the clock does in between', () => {
    const any = fc.integer({ min: -1e12, max: 1e12 });
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 2000 }), any, any, (failures, lastAtMs, nowMs) => {
        const wait = waitMs(failures, lastAtMs, nowMs);
        expect(wait).toBeGreaterThanOrEqual(0);
        expect(wait).toBeLessThanOrEqual(15 * 60_000);
        expect(waitMs(failures, lastAtMs, lastAtMs + 15 * 60_000)).toBe(0);
      }),
    );
  });
});
