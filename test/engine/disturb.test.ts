import { expect, it } from 'vitest';
import { conditions, type Disturbance } from '#core/domain/disturbance.ts';
import { measureLevels } from '#core/imaging/levels.ts';
import { disturb } from '#engine/disturb.ts';

/** a = ((numpy.arange(49) * 37) % 251).reshape(7, 7) */
const data = Uint8Array.from({ length: 49 }, (_, at) => (at * 37) % 251);
const picture = { width: 7, height: 7, channels: 1, data, ...measureLevels(data) } as const;
const disturbed = (one: Disturbance, id = 1): number[] => Array.from(disturb(picture, one, id, 1).data);

/*
 * scipy 1.17.1: scipy.ndimage.gaussian_filter(a, 1, mode='nearest') and rotate(a, ±10, reshape=False, order=1, mode='nearest'), then
 * numpy.floor(… + 0.5).
 */
const blurred = [
  ...[16, 42, 77, 114, 151, 186, 211, 22, 48, 83, 120, 156, 191, 216, 29, 55, 90, 127, 163, 194, 214, 37, 63, 98],
  ...[135, 167, 184, 180, 45, 71, 106, 142, 170, 162, 118, 53, 79, 114, 149, 173, 151, 83, 59, 84, 119, 155, 178],
  ...[153, 79],
];
const turned = [
  ...[21, 57, 94, 131, 168, 206, 227, 19, 56, 94, 132, 170, 208, 234, 20, 58, 96, 134, 171, 209, 242, 22, 59, 97],
  ...[135, 173, 211, 124, 28, 61, 99, 136, 174, 212, 54, 36, 62, 100, 138, 176, 214, 99, 43, 64, 102, 139, 176],
  ...[213, 140],
];
const turnedBack = [
  ...[5, 22, 57, 92, 128, 165, 201, 12, 36, 71, 106, 141, 176, 212, 20, 51, 86, 121, 156, 191, 226, 30, 65, 100],
  ...[135, 170, 205, 240, 44, 79, 114, 149, 184, 196, 133, 58, 94, 129, 164, 199, 154, 7, 69, 105, 142, 178, 213],
  ...[125, 14],
];

const farthest = (a: readonly number[], b: readonly number[]): number =>
  Math.max(...a.map((value, at) => Math.abs(value - (b[at] ?? NaN))));

it('blurs and turns as scipy does', () => {
  expect(farthest(disturbed({ kind: 'blur', amount: 1 }), blurred)).toBeLessThanOrEqual(1);
  const ways = Array.from({ length: 16 }, (_, id) => disturbed({ kind: 'rotation', amount: 10 }, id));
  const is = (way: readonly number[], wanted: readonly number[]): boolean => farthest(way, wanted) <= 1;
  expect(ways.every((way) => is(way, turned) || is(way, turnedBack))).toBe(true);
  expect(ways.some((way) => is(way, turned)) && ways.some((way) => is(way, turnedBack))).toBe(true);
});

it('takes and adds light by shares, within 8 bits', () => {
  expect(disturbed({ kind: 'darker', amount: 0.4 })).toEqual(Array.from(data, (value) => Math.round(value * 0.6)));
  expect(disturbed({ kind: 'brighter', amount: 0.6 })).toEqual(
    Array.from(data, (value) => Math.min(255, Math.round(value * 1.6))),
  );
});

it('moves by whole pixels, whose border is that of the picture, and tells the levels of what came of it', () => {
  const { width, height } = picture;
  const [dx, dy] = [-1, 0, 1]
    .flatMap((x) => [-1, 0, 1].map((y) => [x, y] as const))
    .find(([x, y]) => {
      const moved = disturb(picture, { kind: 'shift', amount: 0.15 }, 3, 1);
      return moved.data.every((value, at) => {
        const column = Math.min(width - 1, Math.max(0, (at % width) - x));
        const row = Math.min(height - 1, Math.max(0, Math.floor(at / width) - y));
        return value === data[row * width + column];
      });
    }) ?? [0, 0];
  expect(Math.abs(dx) + Math.abs(dy)).toBeGreaterThan(0);
  const dark = disturb(picture, { kind: 'darker', amount: 0.6 }, 1, 1);
  expect(dark).toMatchObject(measureLevels(dark.data));
});

it('adds noise of the spread that it says', () => {
  const grey = new Uint8Array(10_000).fill(128);
  const flat = { width: 100, height: 100, channels: 1, data: grey, ...measureLevels(grey) } as const;
  const values = Array.from(disturb(flat, { kind: 'noise', amount: 0.05 }, 1, 1).data);
  const spread = Math.sqrt(values.reduce((sum, value) => sum + (value - 128) ** 2, 0) / values.length);
  expect(spread).toBeGreaterThan(12.75 * 0.97);
  expect(spread).toBeLessThan(12.75 * 1.03);
});

it('gives the same picture for the same seed, and others for other pictures', () => {
  for (const one of conditions) if (one !== null) expect(disturbed(one)).toEqual(disturbed(one));
  const noise = { kind: 'noise', amount: 0.1 } as const;
  expect(disturbed(noise, 1)).not.toEqual(disturbed(noise, 2));
});
