import type { Rank } from '@tensorflow/tfjs-core';
import * as fc from 'fast-check';
import * as v from 'valibot';
import { beforeAll, describe, expect, it } from 'vitest';
import { AugmentConfig } from '#core/contract/engine.ts';
import { Random } from '#core/domain/random.ts';
import { changeLight } from '#engine/augment.ts';
import { paintDamage } from '#engine/damage.ts';
import { openTensorFlow, tf } from '#engine/tf.ts';
import { drawGeometry, drawWindow, rowsOf, sampleView } from '#engine/views.ts';
import type { Rows, ViewGeometry } from '#engine/views.ts';

beforeAll(async () => void (await openTensorFlow()));

/** A picture whose value at x, y is 2x + 3y: linear, so that bilinear sampling of its inside is exact. */
function ramp(width: number, height: number, channels: 1 | 3 = 1): Rows {
  const data = Uint8Array.from({ length: width * height * channels }, (_, i) => {
    const pixel = Math.floor(i / channels);
    return 2 * (pixel % width) + 3 * Math.floor(pixel / width) + (i % channels);
  });
  return { width, height, channels, top: 0, data };
}

const config = (changes: Partial<AugmentConfig> = {}): AugmentConfig => ({ ...v.parse(AugmentConfig, {}), ...changes });
const still: Partial<AugmentConfig> = { brightness: 0, contrast: 0, noise: 0 };

describe('cutting views', () => {
  it('samples where the geometry points, turned and scaled', () => {
    const picture = ramp(40, 30, 3);
    const geometry: ViewGeometry = { a: 12, b: -5, c: 5, d: 12, x0: 20, y0: 15 };
    const tiles = new Float32Array(2 * 8 * 8 * 3);
    sampleView(picture, geometry, 1.5, 8, tiles, 1);
    expect(tiles.subarray(0, 8 * 8 * 3).every((value) => value === 0)).toBe(true);
    for (const [row, column] of [
      [0, 0],
      [3, 5],
      [7, 7],
    ] as const) {
      const [u, w] = [(column + 0.5) / 8 - 0.5, (row + 0.5) / 8 - 0.5];
      const x = 12 * u - 5 * w + 20 - 0.5;
      const y = 5 * u + 12 * w + 15 - 0.5;
      const at = (64 + row * 8 + column) * 3;
      [0, 1, 2].forEach((channel) => expect(tiles[at + channel]).toBeCloseTo(1.5 * (2 * x + 3 * y + channel), 3));
    }
  });

  it('copies the picture when the crop is the picture, and mirrors it beyond the edge', () => {
    const picture = ramp(8, 8);
    const tiles = new Float32Array(64);
    sampleView(picture, { a: 8, b: 0, c: 0, d: 8, x0: 4, y0: 4 }, 1, 8, tiles, 0);
    expect([...tiles]).toEqual([...picture.data]);
    sampleView(picture, { a: 8, b: 0, c: 0, d: 8, x0: -4, y0: 4 }, 1, 8, tiles, 0);
    expect([...tiles.subarray(0, 8)]).toEqual([...picture.data.subarray(0, 8)].reverse());
  });

  it('keeps both views inside the window, and the window inside the picture, whatever their sizes', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 8, max: 300 }),
        fc.integer({ min: 8, max: 300 }),
        fc.nat(),
        (width, height, seed) => {
          const random = new Random(seed);
          const picture = { width, height };
          const window = drawWindow(picture, config(), random);
          const { a, b, c, d, x0, y0 } = drawGeometry(window, config({ rotateDegrees: 0 }), random);
          const reach = [Math.abs(a) + Math.abs(b), Math.abs(c) + Math.abs(d)].map((side) => side / 2);
          const [x, y] = reach as [number, number];
          expect(x0 - x).toBeGreaterThanOrEqual(-1e-6);
          expect(x0 + x).toBeLessThanOrEqual(width + 1e-6);
          expect(y0 - y).toBeGreaterThanOrEqual(-1e-6);
          expect(y0 + y).toBeLessThanOrEqual(height + 1e-6);
          expect(2 * x).toBeLessThanOrEqual(config().cropMaxPx + 1e-6);
        },
      ),
    );
  });

  it('needs no other rows than it names, also where it mirrors the edge', () => {
    fc.assert(
      fc.property(fc.integer({ min: 8, max: 90 }), fc.integer({ min: 8, max: 90 }), fc.nat(), (width, height, seed) => {
        const random = new Random(seed);
        const whole = {
          ...ramp(width, height),
          data: Uint8Array.from({ length: width * height }, () => random.below(256)),
        };
        const window = drawWindow(whole, config({ rotateDegrees: 45 }), random);
        const geometries = [1, 2].map(() => drawGeometry(window, config({ rotateDegrees: 45 }), random));
        const { top, count } = rowsOf(geometries, height);
        expect(top).toBeGreaterThanOrEqual(0);
        expect(top + count).toBeLessThanOrEqual(height);
        const part = { ...whole, top, data: whole.data.subarray(top * width, (top + count) * width) };
        const [expected, got] = [new Float32Array(2 * 256), new Float32Array(2 * 256)];
        geometries.forEach((geometry, place) => sampleView(whole, geometry, 1, 16, expected, place));
        geometries.forEach((geometry, place) => sampleView(part, geometry, 1, 16, got, place));
        // What lies outside of the part reads as undefined, and a sum with that is not a number.
        expect(got).toEqual(expected);
      }),
    );
  });

  it('flips and turns only where that is allowed', () => {
    const window = { x: 50, y: 50, side: 90 };
    const drawn = (changes: Partial<AugmentConfig>) => {
      const random = new Random(1);
      return Array.from({ length: 60 }, () => drawGeometry(window, config({ rotateDegrees: 0, ...changes }), random));
    };
    const fixed = drawn({ flipHorizontal: false, flipVertical: false });
    expect(fixed.every(({ a, b, c, d }) => a > 0 && d > 0 && b === 0 && c === 0)).toBe(true);
    expect(drawn({ flipVertical: false }).some(({ a }) => a < 0)).toBe(true);
    expect(drawn({ flipVertical: false }).every(({ d }) => d > 0)).toBe(true);
    expect(drawn({ quarterTurns: true }).some(({ a, b }) => Math.abs(b) > Math.abs(a))).toBe(true);
  });
});

describe('light and sensor', () => {
  const views = () =>
    tf.tensor4d(
      Array.from({ length: 4 * 16 * 16 * 3 }, (_, i) => 100 + (i % 50)),
      [4, 16, 16, 3],
    );
  const changed = (changes: Partial<AugmentConfig>, seed = 1) =>
    tf.tidy(() =>
      Float32Array.from(changeLight(views(), config({ ...still, ...changes }), new Random(seed)).dataSync()),
    );

  it('leaves a view alone when every switch is off', () => {
    const before = views().dataSync();
    changed({}).forEach((value, i) => expect(value).toBeCloseTo(before[i] ?? Number.NaN, 3));
  });

  it.each<Partial<AugmentConfig>>([
    { brightness: 0.3 },
    { contrast: 0.3 },
    { noise: 0.03 },
    { blur: true },
    { colour: 0.2 },
  ])('changes it by %o, the same way for the same generator', (changes) => {
    expect(changed(changes)).not.toEqual(changed({}));
    expect(changed(changes)).toEqual(changed(changes));
    expect(changed(changes)).not.toEqual(changed(changes, 2));
  });

  it('keeps a grey pixel grey under colour changes', () => {
    const grey = tf.fill<Rank.R4>([3, 2, 2, 3], 90);
    const values = changeLight(grey, config({ ...still, colour: 1 }), new Random(1)).dataSync();
    values.forEach((value) => expect(value).toBeCloseTo(90, 3));
  });

  it('keeps the mean of a view under contrast and its shape under brightness', () => {
    const means = (values: Float32Array) => {
      const size = values.length / 4;
      return [0, 1, 2, 3].map((i) => values.subarray(i * size, (i + 1) * size).reduce((a, b) => a + b, 0) / size);
    };
    const before = means(changed({}));
    means(changed({ contrast: 0.5 })).forEach((mean, i) => expect(mean).toBeCloseTo(before[i] ?? 0, 2));
    means(changed({ brightness: 0.5 })).forEach((mean, i) =>
      expect(Math.abs(mean - (before[i] ?? 0))).toBeGreaterThan(0.1),
    );
  });
});

describe('painted damage', () => {
  const plain = (channels: 1 | 3) => ({
    data: Float32Array.from({ length: 40 * 64 * 64 * channels }, (_, i) => 100 + 40 * Math.sin(i / 97)),
    count: 40,
    tilePx: 64,
    channels,
  });

  it.each([1, 3] as const)('marks exactly the cells in which two pixels visibly changed (%i channels)', (channels) => {
    const tiles = plain(channels);
    const before = tiles.data.slice();
    const mask = paintDamage(tiles, new Random(5));
    const expected = new Float32Array(mask.length);
    for (let tile = 0; tile < 40; tile++) {
      for (let cell = 0; cell < 256; cell++) {
        let changed = 0;
        for (let pixel = 0; pixel < 16; pixel++) {
          const y = Math.floor(cell / 16) * 4 + Math.floor(pixel / 4);
          const x = (cell % 16) * 4 + (pixel % 4);
          const at = ((tile * 64 + y) * 64 + x) * channels;
          const moves = Array.from({ length: channels }, (_, c) =>
            Math.abs((tiles.data[at + c] ?? 0) - (before[at + c] ?? 0)),
          );
          if (Math.max(...moves) >= 5) changed += 1;
        }
        if (changed >= 2) expected[tile * 256 + cell] = 1;
      }
    }
    expect(mask).toEqual(expected);
  });

  it('damages nearly every tile, mostly a small part of it, from spots of a few pixels upwards', () => {
    const mask = paintDamage(plain(1), new Random(5));
    const shares = Array.from(
      { length: 40 },
      (_, i) => mask.subarray(i * 256, (i + 1) * 256).reduce((a, b) => a + b, 0) / 256,
    );
    expect(shares.filter((share) => share > 0).length).toBeGreaterThanOrEqual(36);
    expect(shares.toSorted((a, b) => a - b)[20]).toBeLessThan(0.35);
    expect(Math.min(...shares.filter((share) => share > 0))).toBeLessThan(0.05);
  });

  it('stays within 0..255 and repeats with its generator', () => {
    const [a, b, c] = [plain(1), plain(1), plain(1)];
    paintDamage(a, new Random(5));
    paintDamage(b, new Random(5));
    paintDamage(c, new Random(6));
    expect(a.data).toEqual(b.data);
    expect(a.data).not.toEqual(c.data);
    expect(a.data.every((value) => value >= 0 && value <= 255)).toBe(true);
  });
});
