import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { shiftOf } from '#core/domain/follow-part.ts';
import { ignoredGrid } from '#core/domain/ignored-grid.ts';
import type { InspectionArea, UsedArea } from '#core/domain/inspection-area.ts';
import { partBox, proposeRegion, type PartProposal } from '#core/domain/part-box.ts';
import { inspect, inspectedBox, inspectedPixels } from '#core/imaging/inspected.ts';
import { measurePicture } from '#core/imaging/measure.ts';
import { partGrid } from '#core/imaging/part-grid.ts';
import { readRawHeader, readRawPicture, writeRawPicture } from '#core/imaging/raw-picture.ts';
import { usedArea } from '#core/store/inspection-areas.ts';
import { temporaryFolder } from '../ingest/fixture.ts';
import { BELT, movedPart, movedParts, type MovedPart } from './moved-parts.ts';

const used = (area: InspectionArea): UsedArea => usedArea(area) ?? { key: '', area };

let parts: MovedPart[];
let proposal: PartProposal;
let follow: InspectionArea;
let still: InspectionArea;
beforeAll(async () => {
  parts = movedParts(60);
  proposal = proposeRegion(await Promise.all(parts.map(({ image }) => partGrid(image))));
  const { region, follow: found } = proposal;
  if (region === null || found === null) throw new Error(`nothing to follow: ${proposal.outcome}`);
  still = { region, ignore: [] };
  follow = { ...still, follow: { box: found.box } };
});

/** Mean absolute difference, grey levels. */
function difference(a: Uint8Array, b: Uint8Array): number {
  return a.reduce((sum, value, at) => sum + Math.abs(value - (b[at] ?? 0)), 0) / a.length;
}

describe('the parts of the sample line, moved', () => {
  it('are proposed to be followed', () => {
    expect(proposal).toMatchObject({ outcome: 'moves', pictures: 60, follow: { sameSize: 60 } });
    expect(proposal.follow?.moves).toBeGreaterThan(0.2);
  });

  it('are followed to within one percent of the side, grey or coloured', async () => {
    const box = follow.follow?.box ?? { x: 0, y: 0, width: 0, height: 0 };
    for (const moved of [parts, movedParts(20, 3)]) {
      const errors: number[] = [];
      for (const { image, x, y } of moved) {
        const shift = shiftOf(partBox(await partGrid(image)), box);
        errors.push(
          Math.abs(box.x + box.width / 2 + (shift?.x ?? 1) - x / BELT.width),
          Math.abs(box.y + box.height / 2 + (shift?.y ?? 1) - y / BELT.height),
        );
      }
      const within = errors.filter((error) => error <= 0.01).length / errors.length;
      expect(within).toBeGreaterThanOrEqual(0.95);
    }
  });

  it('look alike in what is inspected wherever they lie, and not where the area stays in its place', async () => {
    const at = [
      [0, 0],
      [200, 120],
      [37, 91],
      [150, 5],
    ] as const;
    const seen = async (area: InspectionArea): Promise<Uint8Array[]> =>
      Promise.all(at.map(async (place) => (await inspect(movedPart(7, place).image, used(area))).image.data));
    const [first = new Uint8Array(), ...others] = await seen(follow);
    const [unmoved = new Uint8Array(), ...unmovedOthers] = await seen(still);
    const aligned = Math.max(...others.map((data) => difference(data, first)));
    const unaligned = Math.min(...unmovedOthers.map((data) => difference(data, unmoved)));
    expect(aligned).toBeLessThan(unaligned / 3);
  });

  it('are measured as parts at one place: where a part lies is no fault of its picture', async () => {
    const copies = async (area: InspectionArea): Promise<number> => {
      const [a, b] = await Promise.all(
        (
          [
            [20, 20],
            [140, 90],
          ] as const
        ).map(async (place) => measurePicture((await inspect(movedPart(8, place).image, used(area))).image)),
      );
      return difference(a?.copy ?? new Uint8Array(), b?.copy ?? new Uint8Array());
    };
    expect(await copies(follow)).toBeLessThan((await copies(still)) / 3);
  });

  it('are looked at where the area was drawn if they are cut off or not there', async () => {
    const { window } = await inspect(parts[0]?.image ?? movedPart(1, [0, 0]).image, used(still));
    const cut = movedPart(9, [-110, 40]).image;
    const empty = { ...cut, data: new Uint8Array(cut.data.length).fill(23) };
    for (const image of [cut, empty]) expect((await inspect(image, used(follow))).window).toEqual(window);
  });
});

describe('ignored shapes', () => {
  it('lie on the same spot of the part, also where the edge holds the window back', async () => {
    const region = { x: 0.2, y: 0.1, width: 0.75, height: 0.85 };
    const box = proposal.follow?.box ?? region;
    const [x, y] = [box.x + box.width / 2, box.y + box.height / 2];
    const shape = { kind: 'stroke' as const, points: [[x, y] as const], width: 0.08 };
    const wide: InspectionArea = { region, ignore: [shape], follow: { box } };
    for (const place of [
      [0, 0],
      [200, 120],
      [90, 60],
    ] as const) {
      const moved = movedPart(11, place);
      const { ignored, window } = await inspect(moved.image, used(wide));
      const there = { ...shape, points: [[moved.x / BELT.width, moved.y / BELT.height] as const] };
      const grid = { picture: BELT, window, columns: window.width, rows: window.height };
      const wanted = ignoredGrid([there], grid);
      const both = wanted.reduce((sum, cell, at) => sum + (cell & (ignored?.[at] ?? 0)), 0);
      const either = wanted.reduce((sum, cell, at) => sum + (cell | (ignored?.[at] ?? 0)), 0);
      expect(both / either).toBeGreaterThan(0.8);
    }
  });
});

describe('the decoded file', () => {
  it('tells where it lies, of all places that a picture has', async () => {
    const folder = temporaryFolder();
    const side = fc.integer({ min: 0, max: 32_767 });
    await fc.assert(
      fc.asyncProperty(side, side, fc.boolean(), async (left, top, masked) => {
        const file = join(folder, 'a.px');
        const image = { width: 8, height: 4, channels: 1 as const, data: new Uint8Array(32).fill(100), left, top };
        const written = await writeRawPicture(file, { ...image, ...(masked && { ignored: new Uint8Array([0, 1]) }) });
        expect(written).toMatchObject({ left, top, coloured: false });
        expect(await readRawHeader(file)).toEqual(written);
        expect((await readRawPicture(file)).masked).toBe(masked || undefined);
      }),
      { numRuns: 40 },
    );
    const image = { width: 8, height: 4, channels: 1 as const, data: new Uint8Array(32), left: 40_000 };
    await expect(writeRawPicture(join(folder, 'b.px'), image)).rejects.toThrow(RangeError);
  });

  it('is asked for what it shows only where the area follows; what has gone is decoded anew', async () => {
    const file = join(temporaryFolder(), 'a.px');
    const { image } = parts[1] ?? movedPart(1, [0, 0]);
    await writeRawPicture(file, await inspectedPixels(image, used(follow), 512));
    const { window } = await inspect(image, used(follow));
    const box = await inspectedBox(used(follow), BELT, file);
    expect((box?.x ?? 0) * BELT.width).toBeCloseTo(window.left, 6);
    expect((box?.y ?? 0) * BELT.height).toBeCloseTo(window.top, 6);
    await expect(inspectedBox(used(follow), BELT, `${file}.gone`)).rejects.toMatchObject({
      code: 'pixels_lost',
      params: { reason: 'missing' },
    });
    expect(await inspectedBox(used(still), BELT, `${file}.gone`)).toEqual(still.region);
    expect(await inspectedBox(null, BELT, `${file}.gone`)).toBeNull();
  });

  it('and its name are, of an area that stays in its place, those of before areas could follow', async () => {
    const area: InspectionArea = {
      region: { x: 0.25, y: 0.25, width: 0.5, height: 0.5 },
      ignore: [{ kind: 'stroke', points: [[0.5, 0.5]], width: 0.1 }],
    };
    const data = Uint8Array.from({ length: 96 * 64 }, (_, at) => (at * 7 + Math.floor(at / 96) * 13) % 251);
    const image = { width: 96, height: 64, channels: 1 as const, data, originalWidth: 96, originalHeight: 64 };
    const file = join(temporaryFolder(), 'a.px');
    await writeRawPicture(file, await inspectedPixels(image, used(area), 512));
    expect(used(area).key).toBe('e5adee4d7c6cb05c');
    expect(
      createHash('sha256')
        .update(await readFile(file))
        .digest('hex'),
    ).toBe('2259ae90e5174208ccc5e590caf5976fac95587cb4d6c2e005822d6ce7aabcfb');
  });
});
