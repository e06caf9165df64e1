import { mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { execFileSync } from 'node:child_process';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { decodeBytes, decodeImage } from '#core/imaging/decode.ts';
import { renderPicture } from '#core/imaging/render.ts';
import { makeBmp, makePngHeader, makeTiff, texture } from './files.ts';

const grey = (width = 40, height = 30) =>
  sharp(texture(width, height), { raw: { width, height, channels: 1 } }).toColourspace('b-w');
const red = () => sharp({ create: { width: 24, height: 16, channels: 3, background: { r: 200, g: 20, b: 10 } } });

const failure = async (work: Promise<unknown>) =>
  work.then(
    () => 'no failure',
    (error: unknown) => error,
  );
const refusal = (code: string, params: object = {}) =>
  expect.objectContaining({ code, params: expect.objectContaining(params) as unknown });

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'decode-'));
});
afterAll(() => rm(folder, { recursive: true }));

describe('what is decoded', () => {
  it('keeps grey pictures grey and their pixels exact', async () => {
    const decoded = await decodeBytes(await grey().png().toBuffer());
    expect(decoded).toMatchObject({ width: 40, height: 30, channels: 1, originalWidth: 40, originalHeight: 30 });
    expect(Buffer.from(decoded.data).equals(texture(40, 30))).toBe(true);
  });

  it('gives as many channels as asked for', async () => {
    const asRgb = await decodeBytes(await grey().png().toBuffer(), { channels: 3 });
    expect([...asRgb.data.subarray(0, 6)]).toEqual([0, 0, 0, 37, 37, 37]);
    const asGrey = await decodeBytes(await red().png().toBuffer(), { channels: 1 });
    expect(asGrey.data).toHaveLength(24 * 16);
  });

  it('brings 16 bits to 8 on one scale for all pictures', async () => {
    const tiff = makeTiff([{ width: 16, height: 16, pixel: (index) => index * 256 + 77 }], 16);
    const { data, channels } = await decodeBytes(tiff);
    expect(channels).toBe(1);
    expect([...data]).toEqual(Array.from({ length: 256 }, (_, index) => index));
    const dark = await decodeBytes(makeTiff([{ width: 16, height: 16, pixel: (index) => index }], 16));
    expect(Math.max(...dark.data)).toBe(0);
    const png16 = await sharp(
      Uint16Array.from({ length: 256 }, (_, index) => index * 256),
      {
        raw: { width: 16, height: 16, channels: 1 },
      },
    )
      .toColourspace('grey16')
      .png()
      .toBuffer();
    expect([...(await decodeBytes(png16)).data.subarray(250)]).toEqual([250, 251, 252, 253, 254, 255]);
  });

  it('turns CMYK into sRGB', async () => {
    const { data, channels } = await decodeBytes(await red().toColourspace('cmyk').jpeg().toBuffer());
    expect(channels).toBe(3);
    expect(Math.abs((data[0] ?? 0) - 200)).toBeLessThan(25);
    expect(data[1]).toBeLessThan(50);
  });

  it('brings a picture with a colour profile of its own to sRGB', async () => {
    const wide = await red().png().withIccProfile('p3').toBuffer();
    expect((await sharp(wide).metadata()).icc).toBeDefined();
    const stored = await sharp(wide, { ignoreIcc: true }).raw().toBuffer();
    const { data } = await decodeBytes(wide);
    expect(stored[1]).toBeGreaterThan(40);
    for (const [channel, value] of [200, 20, 10].entries())
      expect(Math.abs((data[channel] ?? 0) - value)).toBeLessThanOrEqual(3);
  });

  it('shows a picture as its camera held it', async () => {
    const turned = await grey().jpeg().withMetadata({ orientation: 6 }).toBuffer();
    expect(await decodeBytes(turned)).toMatchObject({ width: 30, height: 40, originalWidth: 30, originalHeight: 40 });
  });

  it('ignores an alpha channel that the camera left unset', async () => {
    const unset = await sharp({
      create: { width: 9, height: 9, channels: 4, background: { r: 90, g: 80, b: 70, alpha: 0 } },
    })
      .png()
      .toBuffer();
    expect([...(await decodeBytes(unset)).data.subarray(0, 3)]).toEqual([90, 80, 70]);
  });

  it('reduces to the longest side and never enlarges', async () => {
    const png = await grey(400, 100).png().toBuffer();
    expect(await decodeBytes(png, { maxSide: 80 })).toMatchObject({ width: 80, height: 20, originalWidth: 400 });
    expect(await decodeBytes(png, { maxSide: 800 })).toMatchObject({ width: 400, height: 100 });
  });

  it('reads each page of a TIFF and names one that is not there', async () => {
    const page = (value: number) => ({ width: 10, height: 10, pixel: () => value });
    const tiff = makeTiff([page(10), page(20)], 8);
    expect((await decodeBytes(tiff, { page: 1 })).data[0]).toBe(20);
    expect(await failure(decodeBytes(tiff, { page: 2 }))).toEqual(refusal('image_broken'));
  });

  it('measures the page that is asked for, not the first, against the limit', async () => {
    const tiff = makeTiff(
      [
        { width: 10, height: 10, pixel: () => 1 },
        { width: 200, height: 200, pixel: () => 1 },
      ],
      8,
    );
    expect(await failure(decodeBytes(tiff, { page: 1, maxPixels: 1000 }))).toEqual(
      refusal('image_too_large', { width: 200, height: 200 }),
    );
  });
});

describe('BMP', () => {
  const shades = Array.from({ length: 256 }, (_, n) => [n, n, n] as const);

  it('reads 8-bit grey through its palette as one channel', async () => {
    const inverted = shades.map(([n]) => [255 - n, 255 - n, 255 - n] as const);
    const bmp = makeBmp({ width: 13, height: 9, bits: 8, palette: inverted, pixel: (x, y) => x * 9 + y });
    const { data, channels, width } = await decodeBytes(bmp);
    expect([channels, width, data[0], data[1], data[13]]).toEqual([1, 13, 255, 246, 254]);
  });

  it.each([
    { bits: 24 as const, topDown: false },
    { bits: 24 as const, topDown: true },
    { bits: 32 as const, topDown: false },
    { bits: 32 as const, topDown: true },
  ])('reads $bits bits, top-down $topDown, as RGB from the top left', async ({ bits, topDown }) => {
    const bmp = makeBmp({ width: 11, height: 8, bits, topDown, pixel: (x, y) => 0x102030 + x * 0x10000 + y });
    const { data, channels } = await decodeBytes(bmp);
    expect(channels).toBe(3);
    expect([...data.subarray(0, 6)]).toEqual([0x10, 0x20, 0x30, 0x11, 0x20, 0x30]);
    expect([...data.subarray(11 * 3, 11 * 3 + 3)]).toEqual([0x10, 0x20, 0x31]);
  });

  it('reads 16-bit 5-6-5 masks and colour palettes of 1 and 4 bits', async () => {
    const wide = makeBmp({ width: 8, height: 8, bits: 16, masks: [0xf800, 0x07e0, 0x001f], pixel: () => 0xf81f });
    expect([...(await decodeBytes(wide)).data.subarray(0, 3)]).toEqual([255, 0, 255]);
    const palette = [
      [1, 2, 3],
      [9, 8, 7],
    ] as const;
    for (const bits of [1, 4] as const) {
      const { data } = await decodeBytes(makeBmp({ width: 9, height: 8, bits, palette, pixel: (x) => x % 2 }));
      expect([...data.subarray(0, 6)]).toEqual([1, 2, 3, 9, 8, 7]);
    }
  });

  it('says what is wrong with a torn, run-length encoded or oversized one', async () => {
    const whole = makeBmp({ width: 20, height: 20, bits: 24, pixel: () => 0 });
    for (const length of [27, 60, 600, whole.length - 1])
      expect(await failure(decodeBytes(whole.subarray(0, length)))).toEqual(
        refusal('image_broken', { reason: 'truncated' }),
      );
    const packed = makeBmp({ width: 8, height: 8, bits: 8, palette: shades, compression: 1, pixel: () => 0 });
    expect(await failure(decodeBytes(packed))).toEqual(refusal('image_broken', { reason: 'bmp_compression' }));
    const huge = Buffer.from(whole);
    huge.writeInt32LE(2_000_000_000, 18);
    expect(await failure(decodeBytes(huge))).toEqual(refusal('image_too_large'));
  });
});

describe('what is refused', () => {
  it.each([
    ['SVG', '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><script>1</script></svg>'],
    ['HTML', '<!doctype html><script>1</script>'],
    ['GIF', 'GIF89a\u0010\u0000\u0010\u0000'],
    ['PDF', '%PDF-1.7'],
    ['?', 'just some text'],
  ])('%s, whatever it is called', async (type, text) => {
    const path = join(folder, `${type === '?' ? 'text' : type}.png`);
    await writeFile(path, text);
    expect(await failure(decodeImage(path))).toEqual(refusal('image_type_refused', { type }));
    expect(await failure(renderPicture(await readFile(path)))).toEqual(refusal('image_type_refused', { type }));
  });

  it('an empty file, a tiny picture and float pixels, each with its reason', async () => {
    expect(await failure(decodeBytes(Buffer.alloc(0)))).toEqual(refusal('image_broken', { reason: 'empty' }));
    const tiny = await grey(4, 4).png().toBuffer();
    expect(await failure(decodeBytes(tiny))).toEqual(refusal('image_broken', { reason: 'too_small' }));
    const float = makeTiff([{ width: 9, height: 9, pixel: () => 0.5 }], 32);
    expect(await failure(decodeBytes(float))).toEqual(refusal('image_broken', { reason: 'bit_depth' }));
  });

  it('a decompression bomb, from its header and at once', async () => {
    for (const [width, height] of [
      [30_000, 30_000],
      [60_000, 10],
    ] as const) {
      const before = process.memoryUsage().rss;
      expect(await failure(decodeBytes(makePngHeader(width, height)))).toEqual(
        refusal('image_too_large', { width, height }),
      );
      expect(process.memoryUsage().rss - before).toBeLessThan(100e6);
    }
  });

  it('an animation, of which one frame would be taken for all, and a stack of more than 64 pages', async () => {
    const frames = { raw: { width: 16, height: 32, channels: 1 as const, pageHeight: 16 } };
    const animated = await sharp(texture(16, 32), frames).webp().toBuffer();
    expect(await failure(decodeBytes(animated))).toEqual(refusal('image_broken', { reason: 'animated' }));
    const page = { width: 9, height: 9, pixel: (index: number) => index };
    const stack = (pages: number) =>
      makeTiff(
        Array.from({ length: pages }, () => page),
        8,
      );
    expect(await failure(decodeBytes(stack(65)))).toEqual(refusal('image_broken', { reason: 'too_many_pages' }));
    expect(await decodeBytes(stack(64), { page: 63 })).toMatchObject({ width: 9 });
  });

  it.each(['jpeg', 'png', 'webp', 'tiff'] as const)('a torn %s at every tenth of its length', async (format) => {
    const whole = await grey(120, 90).toFormat(format).toBuffer();
    for (let tenth = 1; tenth < 10; tenth++) {
      const torn = whole.subarray(0, Math.floor((whole.length * tenth) / 10));
      expect(await failure(decodeBytes(torn)), `${tenth}/10`).toEqual(refusal('image_broken'));
    }
  });

  it('a link, a FIFO and a folder, without waiting', async () => {
    const path = join(folder, 'real.png');
    await writeFile(path, await grey().png().toBuffer());
    await symlink(path, join(folder, 'link.png'));
    execFileSync('mkfifo', [join(folder, 'fifo.png')]);
    expect(await failure(decodeImage(join(folder, 'link.png')))).toEqual(refusal('image_type_refused'));
    expect(await failure(decodeImage(join(folder, 'fifo.png')))).toEqual(refusal('image_type_refused'));
    expect(await failure(decodeImage(folder))).toEqual(refusal('image_type_refused'));
    expect(await failure(decodeImage(join(folder, 'none.png')))).toEqual(refusal('not_found'));
  });
});

describe('pictures for the screen', () => {
  it('are encoded anew, without what the file said beside its pixels', async () => {
    const secret = 'SERIAL-4711';
    const file = await grey(300, 200)
      .jpeg()
      .withExif({ IFD0: { Model: secret } })
      .toBuffer();
    const { bytes, mime } = await renderPicture(file, { maxSide: 100 });
    const metadata = await sharp(bytes).metadata();
    expect(mime).toBe('image/webp');
    expect(metadata).toMatchObject({ format: 'webp', width: 100, height: 67 });
    expect(metadata.exif).toBeUndefined();
    expect(Buffer.from(bytes).includes(secret)).toBe(false);
  });
});
