import fc from 'fast-check';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { decodeBytes, readHeader } from '#core/imaging/decode.ts';
import { hashDistance } from '#core/domain/near-duplicate.ts';
import { endMarkerPresent } from '#core/imaging/end-marker.ts';
import { exifTakenAtMs } from '#core/imaging/exif-time.ts';
import { measurePicture } from '#core/imaging/measure.ts';
import { makeBmp, makeTiff, texture } from './files.ts';
import { blurred, greyImage, lit } from './spoil.ts';

const structured = (width = 320, height = 240) =>
  sharp(texture(width, height), { raw: { width, height, channels: 1 } })
    .blur(6)
    .normalise()
    .toColourspace('b-w');

describe('measures', () => {
  it('agree with Python’s statistics on a fixed pattern', () => {
    // Python: g[y][x] = (x*37 + y*91 + (x*y)%23*5) % 256 on 12 rows × 16; statistics.fmean of squared differences of g, of its
    // 2 × 2 means and of theirs; fmean, pstdev of g / 255
    const { measures } = measurePicture(greyImage(16, 12, texture(16, 12)));
    expect(measures.sharpness).toBeCloseTo(6.449104295444703, 5);
    expect(measures.sharpnessMiddle).toBeCloseTo(15.957573939648448, 4);
    expect(measures.mean).toBeCloseTo(0.49513888888888885, 10);
    expect(measures.contrast).toBeCloseTo(0.2851375515362039, 10);
    expect(measures).toMatchObject({ widthPx: 16, heightPx: 12, clippedLow: 1 / 192, clippedHigh: 3 / 192 });
  });

  it('fall in sharpness as a picture blurs, large or small, towards a quarter, and not as it darkens', async () => {
    for (const side of [200, 1600]) {
      const image = await decodeBytes(await structured(side, side).png().toBuffer());
      const measured = [image, blurred(image, 2), blurred(image, 4), blurred(image, 8)].map(
        (one) => measurePicture(one).measures,
      );
      const [crisp, ...soft] = measured;
      for (const { sharpness } of soft) expect(sharpness).toBeLessThan(crisp?.sharpness ?? 0);
      const middle = measured.map((one) => one.sharpnessMiddle);
      expect(middle).toEqual([...middle].sort((a, b) => b - a));
      expect(middle.at(-1)).toBeGreaterThan(0.2);
      const { sharpness: dark } = measurePicture(lit(image, 0.5)).measures;
      expect(Math.abs(dark / (crisp?.sharpness ?? 0) - 1)).toBeLessThan(0.1);
    }
  });

  it('of a picture that shows nothing are no number out of range', () => {
    for (const grey of [0, 128, 255])
      for (const [width, height] of [
        [8, 8],
        [64, 9],
      ] as const) {
        const { measures, copy } = measurePicture(greyImage(width, height, new Uint8Array(width * height).fill(grey)));
        expect(measures).toMatchObject({ sharpness: 0, sharpnessMiddle: 0, mean: grey / 255, contrast: 0 });
        expect(copy).toHaveLength(64 * 64);
      }
  });

  it('lay a small copy over the whole picture', () => {
    const ramp = greyImage(
      128,
      64,
      Uint8Array.from({ length: 128 * 64 }, (_, at) => at % 128),
    );
    const { copy } = measurePicture(ramp);
    expect([copy[0], copy[1], copy[63], copy[64 * 63 + 63]]).toEqual([1, 3, 127, 127]);
  });
});

describe('dHash', () => {
  it('is one bit for each pair of neighbours, left brighter = 1', () => {
    const falling = greyImage(
      9,
      8,
      Uint8Array.from({ length: 72 }, (_, index) => 200 - (index % 9) * 10),
    );
    const rising = greyImage(
      9,
      8,
      Uint8Array.from({ length: 72 }, (_, index) => 50 + (index % 9) * 10),
    );
    expect(measurePicture(falling).phash).toBe('ffffffffffffffff');
    expect(measurePicture(rising).phash).toBe('0000000000000000');
  });

  it('stays nearly the same when a picture is resized and compressed, and not when it is another', async () => {
    const png = await structured().png().toBuffer();
    const original = measurePicture(await decodeBytes(png)).phash;
    const again = measurePicture(
      await decodeBytes(await sharp(png).resize(200).jpeg({ quality: 60 }).toBuffer()),
    ).phash;
    const other = measurePicture(await decodeBytes(await sharp(png).rotate(180).png().toBuffer())).phash;
    expect(hashDistance(original, again)).toBeLessThanOrEqual(4);
    expect(hashDistance(original, other)).toBeGreaterThan(12);
  });
});

describe('the end of a file', () => {
  const pixels = () => sharp(texture(48, 32), { raw: { width: 48, height: 32, channels: 1 } });
  const files = {
    jpeg: () => pixels().jpeg().toBuffer(),
    png: () => pixels().png().toBuffer(),
    webp: () => pixels().webp().toBuffer(),
    bmp: () => Promise.resolve(makeBmp({ width: 48, height: 32, bits: 24, pixel: (x, y) => x * y })),
  };

  it.each(Object.keys(files) as (keyof typeof files)[])(
    'is there in a whole %s and missing in any shorter one',
    async (type) => {
      const whole = await files[type]();
      expect(endMarkerPresent(whole, type)).toBe(true);
      fc.assert(
        fc.property(fc.integer({ min: 0, max: whole.length - 1 }), (length) => {
          expect(endMarkerPresent(whole.subarray(0, length), type)).toBe(false);
        }),
      );
    },
  );

  it('may be followed by padding', async () => {
    const padded = Buffer.concat([await files.jpeg(), Buffer.alloc(512)]);
    expect(endMarkerPresent(padded, 'jpeg')).toBe(true);
  });

  it('of a TIFF is its directory', () => {
    const tiff = makeTiff([{ width: 9, height: 9, pixel: () => 1 }], 8);
    expect(endMarkerPresent(tiff, 'tiff')).toBe(true);
    expect(endMarkerPresent(tiff.subarray(0, 60), 'tiff')).toBe(false);
  });
});

describe('the time a picture was taken', () => {
  const withTime = async (tags: Record<string, string>) => {
    const jpeg = await sharp(texture(16, 16), { raw: { width: 16, height: 16, channels: 1 } })
      .jpeg()
      .withExif({ IFD2: tags })
      .toBuffer();
    return (await readHeader(jpeg)).exif ?? Buffer.alloc(0);
  };

  it('is read with its zone, or as this computer’s time', async () => {
    const zoned = await withTime({ DateTimeOriginal: '2026:03:04 05:06:07', OffsetTimeOriginal: '+09:00' });
    expect(exifTakenAtMs(zoned)).toBe(Date.UTC(2026, 2, 3, 20, 6, 7));
    const local = await withTime({ DateTimeOriginal: '2026:03:04 05:06:07' });
    expect(exifTakenAtMs(local)).toBe(new Date(2026, 2, 4, 5, 6, 7).getTime());
  });

  it('is null where nothing sensible stands, whatever the bytes', async () => {
    expect(exifTakenAtMs(await withTime({ DateTimeOriginal: '0000:00:00 00:00:00' }))).toBeNull();
    const whole = await withTime({ DateTimeOriginal: '2026:03:04 05:06:07' });
    fc.assert(
      fc.property(fc.integer({ min: 0, max: whole.length - 1 }), fc.integer({ min: 0, max: 255 }), (at, byte) => {
        const hurt = Buffer.from(whole);
        hurt[at] = byte;
        const result = exifTakenAtMs(hurt.subarray(0, Math.max(at, 8)));
        expect(result === null || Number.isFinite(result)).toBe(true);
      }),
    );
  });
});
