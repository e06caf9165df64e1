import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { InspectionArea, UsedArea } from '#core/domain/inspection-area.ts';
import type { DecodedImage } from '#core/imaging/decode.ts';
import { inspect, inspectedPixels } from '#core/imaging/inspected.ts';
import { measurePicture } from '#core/imaging/measure.ts';
import { RAW_HEADER_BYTES, readRawHeader, readRawPicture, writeRawPicture } from '#core/imaging/raw-picture.ts';
import { temporaryFolder } from '../ingest/fixture.ts';

const clamp: InspectionArea['ignore'][number] = {
  kind: 'polygon',
  points: [
    [0.1, 0.1],
    [0.4, 0.1],
    [0.4, 0.5],
    [0.1, 0.5],
  ],
};
let keys = 0;
const used = (area: Partial<InspectionArea>): UsedArea => ({
  key: `test ${keys++}`,
  area: { region: null, ignore: [], ...area },
});

/** A picture of stripes; `inside` decides what the clamp's place shows. */
function picture(width: number, height: number, channels: 1 | 3, inside: (x: number, y: number) => number) {
  const data = new Uint8Array(width * height * channels);
  for (let at = 0; at < data.length; at++) {
    const pixel = Math.floor(at / channels);
    const [x, y] = [pixel % width, Math.floor(pixel / width)];
    const held = x >= 0.1 * width && x < 0.4 * width && y >= 0.1 * height && y < 0.5 * height;
    data[at] = held ? inside(x, y) : 120 + 40 * Math.sin(x / 7) + 20 * (at % channels);
  }
  return { width, height, channels, data, originalWidth: width, originalHeight: height } satisfies DecodedImage;
}

describe('what is inspected of a picture', () => {
  it.each([1, 3] as const)('shows nothing of what is ignored, reduced or not (%d channels)', async (channels) => {
    for (const [width, height] of [
      [200, 120],
      [800, 480],
    ] as const) {
      const area = used({ ignore: [clamp] });
      const dark = picture(width, height, channels, () => 0);
      const noisy = picture(width, height, channels, (x, y) => (x * 31 + y * 17) % 256);
      const [one, other] = [await inspectedPixels(dark, area, 512), await inspectedPixels(noisy, area, 512)];
      expect(other).toEqual(one);
      expect(Math.max(one.width, one.height)).toBeLessThanOrEqual(512);
      const measured = [];
      for (const image of [dark, noisy]) measured.push(measurePicture((await inspect(image, area)).image));
      expect(measured[1]).toEqual(measured[0]);
      expect(measured[0]?.measures).toMatchObject({ widthPx: width, heightPx: height, clippedLow: 0 });
      // The fill's edge is no edge of the picture: what is measured is, but for a few hundredths, the stripes'.
      const { measures: stripes } = measurePicture(picture(width, height, channels, (x) => 120 + 40 * Math.sin(x / 7)));
      expect(Math.abs((measured[0]?.measures.sharpness ?? 0) / stripes.sharpness - 1)).toBeLessThan(0.05);
    }
  });

  it('is the region alone, at the resolution of the camera where it fits', async () => {
    const image = picture(2000, 1000, 1, () => 0);
    const region = { x: 0.5, y: 0.25, width: 0.25, height: 0.5 };
    const seen = await inspectedPixels(image, used({ region }), 512);
    expect([seen.width, seen.height]).toEqual([500, 500]);
    expect(seen.ignored).toBeUndefined();
    expect(seen.data[3 * 500 + 7]).toBe(image.data[(250 + 3) * 2000 + 1000 + 7]);
  });

  it('follows a polygon that is cut by the region', async () => {
    const region = { x: 0.25, y: 0, width: 0.75, height: 1 };
    const seen = await inspect(
      picture(200, 100, 1, () => 0),
      used({ region, ignore: [clamp] }),
    );
    expect(seen.image).toMatchObject({ width: 150, height: 100, originalWidth: 200, originalHeight: 100 });
    expect(seen.ignored?.reduce((sum, one) => sum + one, 0)).toBe(30 * 40);
    expect(seen.image.data.includes(0)).toBe(false);
  });
});

describe('a decoded file of which some is ignored', () => {
  it('comes back as it was written, its figures those of what counts', async () => {
    const folder = temporaryFolder();
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 8, max: 60 }),
        fc.integer({ min: 8, max: 60 }),
        fc.constantFrom(1 as const, 3 as const),
        async (width, height, channels) => {
          const file = join(folder, `${width}-${height}-${channels}.px`);
          const seen = await inspectedPixels(
            picture(width, height, channels, () => 255),
            used({ ignore: [clamp] }),
            512,
          );
          const header = await writeRawPicture(file, seen);
          expect(await readRawHeader(file)).toEqual(header);
          expect(header.masked).toBe(true);
          const found = await readRawPicture(file);
          expect(found).toEqual({ ...header, data: expect.anything(), ignored: expect.anything() });
          expect(Buffer.compare(found.data, seen.data)).toBe(0);
          expect(Buffer.compare(found.ignored ?? new Uint8Array(), seen.ignored ?? new Uint8Array())).toBe(0);
          expect(header.mean).toBeLessThan(200 / 255);
        },
      ),
      { numRuns: 20 },
    );
  });

  it('is known when it is torn or other than it was', async () => {
    const file = join(temporaryFolder(), 'a.px');
    const seen = await inspectedPixels(
      picture(64, 64, 1, () => 0),
      used({ ignore: [clamp] }),
      512,
    );
    await writeRawPicture(file, seen);
    const bytes = await readFile(file);
    await writeFile(file, bytes.subarray(0, -1));
    await expect(readRawPicture(file)).rejects.toMatchObject({ code: 'image_broken', params: { reason: 'truncated' } });
    bytes.fill(0, RAW_HEADER_BYTES + 64 * 40);
    await writeFile(file, bytes);
    await expect(readRawPicture(file)).rejects.toMatchObject({ code: 'image_broken', params: { reason: 'damaged' } });
  });
});
