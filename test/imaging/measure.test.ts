import fc from 'fast-check';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { decodeBytes, readHeader, type DecodedImage } from '#core/imaging/decode.ts';
import { endMarkerPresent } from '#core/imaging/end-marker.ts';
import { exifTakenAtMs } from '#core/imaging/exif-time.ts';
import { dHash, measureQuality } from '#core/imaging/measure.ts';
import { makeBmp, makeTiff, texture } from './files.ts';

const image = (width: number, height: number, data: Uint8Array): DecodedImage => ({
  width,
  height,
  channels: 1,
  data,
  originalWidth: width,
  originalHeight: height,
});

const structured = (width = 320, height = 240) =>
  sharp(texture(width, height), { raw: { width, height, channels: 1 } })
    .blur(6)
    .normalise()
    .toColourspace('b-w');

const distance = (a: string, b: string): number =>
  (BigInt(`0x${a}`) ^ BigInt(`0x${b}`)).toString(2).replaceAll('0', '').length;

describe('measures', () => {
  it('agree with Python’s statistics on a fixed pattern', () => {
    // Python: g[y][x] = (x*37 + y*91 + (x*y)%23*5) % 256 / 255 on 12 rows × 16; statistics.pvariance(laplacian), fmean, pstdev
    const measured = measureQuality(image(16, 12, texture(16, 12)));
    expect(measured.sharpness).toBeCloseTo(1.666416295145509, 5);
    expect(measured.mean).toBeCloseTo(0.49513888888888885, 10);
    expect(measured.contrast).toBeCloseTo(0.2851375515362039, 10);
    expect(measured).toMatchObject({ widthPx: 16, heightPx: 12, clippedLow: 1 / 192, clippedHigh: 3 / 192 });
  });

  it('fall in sharpness as a picture blurs, large or small', async () => {
    for (const side of [200, 1600]) {
      const png = await structured(side, side).png().toBuffer();
      const sharpness = async (sigma: number) =>
        measureQuality(await decodeBytes(await sharp(png).blur(sigma).png().toBuffer())).sharpness;
      const [crisp, soft, blurred] = [await sharpness(0.3), await sharpness(3), await sharpness(12)];
      expect(crisp).toBeGreaterThan(soft);
      expect(soft).toBeGreaterThan(blurred);
    }
  });
});

describe('dHash', () => {
  it('is one bit for each pair of neighbours, left brighter = 1', () => {
    const falling = image(
      9,
      8,
      Uint8Array.from({ length: 72 }, (_, index) => 200 - (index % 9) * 10),
    );
    const rising = image(
      9,
      8,
      Uint8Array.from({ length: 72 }, (_, index) => 50 + (index % 9) * 10),
    );
    expect(dHash(falling)).toBe('ffffffffffffffff');
    expect(dHash(rising)).toBe('0000000000000000');
  });

  it('stays nearly the same when a picture is resized and compressed, and not when it is another', async () => {
    const png = await structured().png().toBuffer();
    const original = dHash(await decodeBytes(png));
    const again = dHash(await decodeBytes(await sharp(png).resize(200).jpeg({ quality: 60 }).toBuffer()));
    const other = dHash(await decodeBytes(await sharp(png).rotate(180).png().toBuffer()));
    expect(distance(original, again)).toBeLessThanOrEqual(4);
    expect(distance(original, other)).toBeGreaterThan(12);
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
