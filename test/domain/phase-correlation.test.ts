import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fourier2d } from '#core/domain/fourier.ts';
import { COPY_SIDE, findShift, meanCopy, normalised, shiftsAmong, spectrumOf } from '#core/domain/phase-correlation.ts';
import { Random } from '#core/domain/random.ts';

const grid = (values: ArrayLike<number>) => ({ re: Float64Array.from(values), im: new Float64Array(values.length) });

describe('fourier2d', () => {
  it('agrees with the sum that defines it, as Python worked it out', () => {
    // Python: sum(v[y*4+x] * cmath.exp(-2j*pi*(u*y + w*x)/4) …) of the first digits of pi
    const four = grid([3, 1, 4, 1, 5, 9, 2, 6, 5, 3, 5, 8, 9, 7, 9, 3]);
    fourier2d(four, 4);
    const expected = { re: [80, 2, 4, 2, -12, 0, 6, -2, -20, -4, 4, -4, -12, -2, 6, 0], im: [] as number[] };
    expected.im = [0, -2, 0, 2, 6, -8, 16, 2, 0, 12, 0, -12, -6, -2, -16, 8];
    four.re.forEach((value, at) => expect(value).toBeCloseTo(expected.re[at] ?? 0, 9));
    four.im.forEach((value, at) => expect(value).toBeCloseTo(expected.im[at] ?? 0, 9));
  });

  it('gives back what it was given, and keeps the energy (Parseval)', () => {
    fc.assert(
      fc.property(fc.array(fc.double({ min: -9, max: 9, noNaN: true }), { minLength: 64, maxLength: 64 }), (values) => {
        const there = grid(values);
        fourier2d(there, 8);
        const energy = there.re.reduce((sum, re, at) => sum + re * re + (there.im[at] ?? 0) ** 2, 0);
        expect(energy / 64).toBeCloseTo(
          values.reduce((sum, value) => sum + value * value, 0),
          6,
        );
        fourier2d(there, 8, true);
        values.forEach((value, at) => expect(there.re[at]).toBeCloseTo(value, 9));
      }),
      { numRuns: 50 },
    );
  });

  it('refuses what is no square of a power of two', () => {
    expect(() => fourier2d(grid(new Float64Array(36)), 6)).toThrow(RangeError);
    expect(() => fourier2d(grid(new Float64Array(12)), 4)).toThrow(RangeError);
  });
});

/** A scene of plates with edges, larger than what the camera sees. */
function scene(seed: number): (x: number, y: number) => number {
  const random = new Random(seed);
  const plates = Array.from({ length: 60 }, () => ({
    x: (random.uniform() * 2 - 0.5) * COPY_SIDE,
    y: (random.uniform() * 2 - 0.5) * COPY_SIDE,
    width: 3 + 12 * random.uniform(),
    height: 3 + 12 * random.uniform(),
    grey: 60 * random.normal(),
  }));
  return (x, y) =>
    plates.reduce(
      (sum, plate) =>
        x >= plate.x && x < plate.x + plate.width && y >= plate.y && y < plate.y + plate.height
          ? sum + plate.grey
          : sum,
      120,
    );
}

const seen = (of: (x: number, y: number) => number, dx = 0, dy = 0): Float32Array =>
  Float32Array.from({ length: COPY_SIDE * COPY_SIDE }, (_, at) =>
    of((at % COPY_SIDE) - dx, Math.floor(at / COPY_SIDE) - dy),
  );

describe('findShift', () => {
  it('finds by how much a scene moved, whatever the light', () => {
    const cells = fc.integer({ min: -12, max: 12 });
    fc.assert(
      fc.property(fc.nat(1000), cells, cells, fc.double({ min: 0.3, max: 3, noNaN: true }), (seed, dx, dy, gain) => {
        const of = scene(seed);
        const still = spectrumOf(seen(of));
        const found = findShift(still, spectrumOf(seen(of, dx, dy).map((grey) => grey * gain + 20)));
        expect(Math.abs(found.x * COPY_SIDE - dx)).toBeLessThanOrEqual(1);
        expect(Math.abs(found.y * COPY_SIDE - dy)).toBeLessThanOrEqual(1);
        expect(findShift(still, still)).toMatchObject({ x: 0, y: 0 });
        expect(findShift(still, still).peak).toBeCloseTo(1, 6);
      }),
      { numRuns: 40, seed: 3 },
    );
  });

  it('has no peak to speak of where two scenes have nothing in common', () => {
    for (let seed = 1; seed < 20; seed++) {
      const noise = (random: Random) => Float32Array.from({ length: COPY_SIDE ** 2 }, () => random.normal());
      const { peak } = findShift(spectrumOf(noise(new Random(seed))), spectrumOf(noise(new Random(seed + 100))));
      expect(peak).toBeLessThan(0.18);
    }
  });

  it('says nothing of an even grey', () => {
    const even = spectrumOf(new Float32Array(COPY_SIDE ** 2).fill(7));
    expect(findShift(even, even)).toEqual({ x: 0, y: 0, peak: 0 });
    expect(() => spectrumOf([1, 2, 3])).toThrow(RangeError);
  });
});

describe('the mean of several', () => {
  it('does not let a picture speak for itself', () => {
    const random = new Random(5);
    const unlike = Array.from({ length: 20 }, () =>
      normalised(Float32Array.from({ length: COPY_SIDE ** 2 }, () => 99 + 30 * random.normal())),
    );
    for (const { peak } of shiftsAmong(unlike)) expect(peak).toBeLessThan(0.18);
    const alike = Array.from({ length: 20 }, () =>
      normalised(seen(scene(4)).map((grey) => grey + 8 * random.normal())),
    );
    for (const { x, y, peak } of shiftsAmong(alike)) {
      expect(Math.hypot(x, y) * COPY_SIDE).toBeLessThan(2);
      expect(peak).toBeGreaterThan(0.3);
    }
    expect(meanCopy(alike)).toHaveLength(COPY_SIDE ** 2);
  });
});
