import fc from 'fast-check';
import { expect, test } from 'vitest';
import { encoderWidth } from '#core/domain/encoder-width.ts';

test('more time never gives a narrower encoder; a minute gives a narrow one and five a wide one', () => {
  fc.assert(
    fc.property(
      fc.double({ min: 0.01, max: 600, noNaN: true }),
      fc.double({ min: 0, max: 600, noNaN: true }),
      (minutes, more) => {
        expect(encoderWidth(minutes + more)).toBeGreaterThanOrEqual(encoderWidth(minutes));
      },
    ),
  );
  expect([encoderWidth(1), encoderWidth(5)]).toEqual([16, 32]);
});
