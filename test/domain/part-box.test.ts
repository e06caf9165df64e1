import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { overlap, PART_GRID, partBox, proposeRegion, type GreyGrid } from '#core/domain/part-box.ts';
import { Random } from '#core/domain/random.ts';
import { decodeImage } from '#core/imaging/decode.ts';
import { reduceTo } from '#core/imaging/reduce.ts';
import { renderSample, sampleCamera } from '#core/sample/sample-part.ts';

const data = process.env['MINARAI_DATA_DIR'] ?? join(import.meta.dirname, '../../../shared/data');

interface Part {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

/** A part of another grey on a noisy belt that is lit from one side. */
function scene(seed: number, part: Part | null, [width, height] = [160, 120] as const): GreyGrid {
  const random = new Random(seed);
  const isPart = (x: number, y: number): boolean =>
    part !== null && x >= part.left && x < part.left + part.width && y >= part.top && y < part.top + part.height;
  const grey = (x: number, y: number): number =>
    (isPart(x, y) ? 130 + 30 * Math.sin(x / 5) : 50 + (8 * x) / width) + 4 * random.normal();
  return {
    ...{ width, height },
    data: Uint8Array.from({ length: width * height }, (_, at) =>
      Math.max(0, Math.min(255, Math.round(grey(at % width, Math.floor(at / width))))),
    ),
  };
}

const scenes = (count: number, part: (at: number, random: Random) => Part | null): GreyGrid[] => {
  const random = new Random(9);
  return Array.from({ length: count }, (_, at) => scene(at, part(at, random)));
};

describe('the part in a picture', () => {
  it('is found to within two cells wherever it lies and however large it is', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 12, max: 40 }),
        fc.integer({ min: 12, max: 40 }),
        fc.integer({ min: 30, max: 100 }),
        fc.integer({ min: 30, max: 70 }),
        fc.integer({ min: 1, max: 1e6 }),
        (left, top, width, height, seed) => {
          const box = partBox(scene(seed, { left, top, width, height }));
          expect(Math.abs((box?.x ?? 0) * 160 - left)).toBeLessThanOrEqual(2);
          expect(Math.abs((box?.y ?? 0) * 120 - top)).toBeLessThanOrEqual(2);
          expect(Math.abs((box?.width ?? 0) * 160 - width)).toBeLessThanOrEqual(4);
          expect(Math.abs((box?.height ?? 0) * 120 - height)).toBeLessThanOrEqual(4);
        },
      ),
      { numRuns: 50 },
    );
    expect(partBox(scene(1, null))).toBeNull();
  });

  it('overlaps itself wholly and others as much as others do it', () => {
    const share = fc.double({ min: 0.05, max: 0.5, noNaN: true });
    const box = fc.record({ x: share, y: share, width: share, height: share });
    fc.assert(
      fc.property(box, box, (a, b) => {
        expect(overlap(a, a)).toBeCloseTo(1, 9);
        expect(overlap(a, b)).toBeCloseTo(overlap(b, a), 9);
        expect(overlap(a, b)).toBeLessThanOrEqual(1 + 1e-9);
      }),
    );
  });
});

describe('a region', () => {
  const fixed: Part = { left: 40, top: 30, width: 80, height: 60 };

  it('is proposed where the part lies still, with a margin, a few odd pictures or not', () => {
    const jitter = (random: Random): number => random.below(3) - 1;
    const found = proposeRegion(
      scenes(40, (at, random) =>
        at % 15 === 7 ? null : { ...fixed, left: fixed.left + jitter(random), top: fixed.top + jitter(random) },
      ),
    );
    expect(found).toMatchObject({ outcome: 'stable', pictures: 40, alike: 37 });
    const { x, y, width, height } = found.region ?? { x: 0, y: 0, width: 0, height: 0 };
    for (const [value, wanted] of [
      [x * 160, 36],
      [y * 120, 27],
      [(x + width) * 160, 124],
      [(y + height) * 120, 93],
    ] as const)
      expect(Math.abs(value - wanted)).toBeLessThanOrEqual(3);
  });

  it('is not proposed where the part differs, is not there, fills the picture or is hardly known', () => {
    const other = (at: number): Part => ({ left: 12 + (at % 5) * 9, top: 12, width: 30 + (at % 7) * 10, height: 40 });
    expect(proposeRegion(scenes(20, other))).toMatchObject({ outcome: 'differs', region: null });
    expect(proposeRegion(scenes(20, () => null))).toMatchObject({ outcome: 'no_part', region: null });
    const large: Part = { left: 4, top: 4, width: 152, height: 112 };
    expect(proposeRegion(scenes(20, () => large))).toMatchObject({ outcome: 'fills_picture', region: null });
    expect(proposeRegion(scenes(9, () => fixed))).toMatchObject({ outcome: 'too_few', region: null });
  });

  it('is proposed to go with a part of one size that moves, and says how far that is', () => {
    const moved = (at: number): Part => ({ ...fixed, left: 10 + (at % 8) * 8, top: 20 + (at % 3) * 10 });
    const odd: Part = { ...fixed, left: 12, top: 12, width: 50 };
    const { outcome, region, follow } = proposeRegion(scenes(21, (at) => (at === 5 ? odd : moved(at))));
    expect([outcome, follow?.sameSize]).toEqual(['moves', 20]);
    expect(follow?.box.width).toBeCloseTo(80 / 160, 1);
    expect(follow?.box.height).toBeCloseTo(60 / 120, 1);
    // From 10 to 66 of 160 across around the middle one.
    expect(follow?.moves).toBeGreaterThan(24 / 160);
    expect(follow?.moves).toBeLessThan(36 / 160);
    for (const [margin, wanted] of [
      [(follow?.box.x ?? 0) - (region?.x ?? 0), 0.02],
      [(region?.width ?? 0) - (follow?.box.width ?? 0), 0.04],
    ] as const)
      expect(Math.abs(margin - wanted)).toBeLessThan(0.02);
    const wide = (at: number): Part => ({ left: 4 + (at % 2) * 8, top: 4, width: 144, height: 112 });
    expect(proposeRegion(scenes(20, wide))).toMatchObject({ outcome: 'fills_picture', region: null, follow: null });
  });

  it('is proposed for the sample line, whose fixture holds the part', async () => {
    const series = { seed: 1, defectShare: 0.3 };
    const camera = sampleCamera(series);
    const grids = await Promise.all(
      Array.from({ length: 12 }, (_, part) =>
        reduceTo({ ...renderSample(series, part, camera), channels: 1 }, PART_GRID),
      ),
    );
    const { outcome, alike, region } = proposeRegion(grids);
    expect([outcome, alike]).toEqual(['stable', 12]);
    // The ring is 164 px of 200; its fixture lets it wander by some pixels.
    expect(region?.width).toBeGreaterThan(0.82);
    expect(region?.width).toBeLessThan(0.96);
  });

  it.runIf(existsSync(data)).each(['ball_screw', 'magnetic_tile', 'steel_xsdd'])(
    'is not proposed for surfaces that fill the picture (%s)',
    async (set) => {
      const rows = readFileSync(join(data, set, 'manifest.csv'), 'utf8')
        .trim()
        .split('\n')
        .slice(1);
      const grids = await Promise.all(
        Array.from({ length: 30 }, async (_, at) => {
          const path = rows[(at * 7919) % rows.length]?.split(',')[0] ?? '';
          return reduceTo(await decodeImage(join(data, set, path), { channels: 1 }), PART_GRID);
        }),
      );
      expect(proposeRegion(grids)).toMatchObject({ outcome: 'no_part', region: null });
    },
  );
});
