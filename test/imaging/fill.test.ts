import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fillIgnored } from '#core/imaging/fill.ts';

/** Ignored pixels of a box. */
function boxed(width: number, height: number, [left, top, right, bottom]: readonly number[]): Uint8Array {
  return Uint8Array.from({ length: width * height }, (_, at) => {
    const [x, y] = [at % width, Math.floor(at / width)];
    return x >= (left ?? 0) && x < (right ?? 0) && y >= (top ?? 0) && y < (bottom ?? 0) ? 1 : 0;
  });
}

describe('what ignored pixels are filled with', () => {
  it('lies within what counts, changes nothing of it, and does not depend on what was there', () => {
    const pixel = fc.integer({ min: 0, max: 255 });
    const picture = fc
      .tuple(fc.integer({ min: 8, max: 40 }), fc.integer({ min: 8, max: 40 }), fc.constantFrom(1 as const, 3 as const))
      .chain(([width, height, channels]) =>
        fc.record({
          ...{ width: fc.constant(width), height: fc.constant(height), channels: fc.constant(channels) },
          data: fc.uint8Array({ minLength: width * height * channels, maxLength: width * height * channels }),
          ignored: fc
            .array(fc.boolean(), { minLength: width * height - 1, maxLength: width * height - 1 })
            .map((some) => Uint8Array.from([0, ...some.map(Number)])),
        }),
      );
    fc.assert(
      fc.property(picture, pixel, ({ width, height, channels, data, ignored }, other) => {
        const before = data.slice();
        const otherData = data.map((value, at) => (ignored[Math.floor(at / channels)] === 1 ? other : value));
        fillIgnored({ width, height, channels, data }, ignored);
        fillIgnored({ width, height, channels, data: otherData }, ignored);
        expect(otherData).toEqual(data);
        for (let c = 0; c < channels; c++) {
          const own = before.filter((_, at) => at % channels === c && ignored[Math.floor(at / channels)] === 0);
          const [least, most] = [Math.min(...own), Math.max(...own)];
          data.forEach((value, at) => {
            if (ignored[Math.floor(at / channels)] === 0) expect(value).toBe(before[at]);
            else if (at % channels === c) expect(value >= least && value <= most).toBe(true);
          });
        }
      }),
      { numRuns: 60 },
    );
  });

  it('goes on as the light does: no edge shows around a gap in a slope, whatever the size of the picture', () => {
    for (const [width, height] of [
      [120, 80],
      [1600, 900],
    ] as const) {
      const slope = (at: number): number => Math.round(40 + (150 * (at % width)) / width);
      const data = Uint8Array.from({ length: width * height }, (_, at) => slope(at));
      const gap = [0.4 * width, 0.3 * height, 0.6 * width, 0.7 * height].map(Math.round);
      const ignored = boxed(width, height, gap);
      ignored.forEach((isIgnored, at) => isIgnored === 1 && (data[at] = 255));
      fillIgnored({ width, height, channels: 1, data }, ignored);
      const off = data.reduce((most, value, at) => Math.max(most, Math.abs(value - slope(at))), 0);
      // The mean of the picture would be 15 levels off at either side.
      expect(off).toBeLessThanOrEqual(8);
    }
  });
});
