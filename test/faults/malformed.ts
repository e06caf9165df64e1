import sharp from 'sharp';
import { Random } from '#core/domain/random.ts';
import { makeBmp, makeTiff, texture } from '#test/imaging/files.ts';
import { pngChunk } from './many-pictures.ts';

/** A file for the camera's folder and what must become of it. */
export interface MadeFile {
  readonly name: string;
  readonly bytes: Buffer;
  /**
   * admitted: it is a whole picture, however odd. refused: it is none. either: the format has no check sum there, so that a
   * flipped bit may leave a picture of slightly other pixels, which nobody can tell from a right one.
   */
  readonly expected: 'admitted' | 'refused' | 'either';
  /** What is in it as pages, where it is admitted. */
  readonly pages?: number;
}

const formats = ['jpeg', 'png', 'bmp', 'tiff', 'webp'] as const;
type Format = (typeof formats)[number];
const endings: Readonly<Record<Format, string>> = { jpeg: 'jpg', png: 'png', bmp: 'bmp', tiff: 'tif', webp: 'webp' };
/** Of every so many malformed files one is odd; the others are each malformed in a way of its own. */
const KINDS = 5;
const WIDTH = 72;
const HEIGHT = 48;

const shifted = (n: number): Uint8Array => texture(WIDTH, HEIGHT).map((value, at) => value ^ ((n * 13 + at * n) % 64));

/** A whole picture that differs for each `n`, as a camera of this format writes it. */
export async function wholePicture(format: Format, n: number): Promise<Buffer> {
  const pixels = shifted(n);
  if (format === 'bmp')
    return makeBmp({
      width: WIDTH,
      height: HEIGHT,
      bits: 24,
      pixel: (x, y) => (pixels[y * WIDTH + x] ?? 0) * 0x010101,
    });
  const picture = sharp(pixels, { raw: { width: WIDTH, height: HEIGHT, channels: 1 } }).toColourspace('b-w');
  return format === 'tiff'
    ? picture.tiff({ compression: n % 2 === 0 ? 'none' : 'lzw' }).toBuffer()
    : picture.toFormat(format).toBuffer();
}

function damaged(whole: Buffer, format: Format, n: number, random: Random): MadeFile {
  const ending = endings[format];
  switch (n % KINDS) {
    case 0:
      return { name: `empty-${n}-${format}.${ending}`, bytes: Buffer.alloc(0), expected: 'refused' };
    case 1: {
      const kinds = [
        '<svg xmlns="http://www.w3.org/2000/svg"/>',
        '%PDF-1.7 ',
        'GIF89a',
        'PK\u0003\u0004',
        'plain text',
      ];
      const bytes = Buffer.from(`${kinds[Math.floor(n / KINDS) % kinds.length]}${n}`, 'latin1');
      return { name: `wrong-${n}-${format}.${ending}`, bytes, expected: 'refused' };
    }
    case 2: {
      const bytes = Buffer.from(whole);
      const at = random.below(bytes.length);
      bytes[at] = (bytes[at] ?? 0) ^ (1 << random.below(8));
      return { name: `flipped-${n}-${format}.${ending}`, bytes, expected: format === 'png' ? 'refused' : 'either' };
    }
    default: {
      const length = 1 + random.below(whole.length - 1);
      return { name: `torn-${n}-${format}.${ending}`, bytes: whole.subarray(0, length), expected: 'refused' };
    }
  }
}

/** Files that are odd but whole, and animations, of which no single frame is the picture. */
async function odd(n: number): Promise<MadeFile> {
  const pixels = shifted(n + 1000);
  const raw = { raw: { width: WIDTH, height: HEIGHT, channels: 1 as const } };
  switch (n % 5) {
    case 0: {
      const cmyk = await sharp(pixels, raw).toColourspace('cmyk').jpeg().toBuffer();
      return { name: `cmyk-${n}.jpg`, bytes: cmyk, expected: 'admitted' };
    }
    case 1: {
      const page = { width: WIDTH, height: HEIGHT, pixel: (at: number) => (pixels[at] ?? 0) * 256 + (n % 256) };
      return { name: `deep-${n}.tif`, bytes: makeTiff([page], 16), expected: 'admitted' };
    }
    case 2: {
      const page = (shift: number) => ({
        ...{ width: WIDTH, height: HEIGHT },
        pixel: (at: number) => ((pixels[at] ?? 0) + shift) % 256,
      });
      const bytes = makeTiff([page(1), page(2), page(3)], 8);
      return { name: `pages-${n}.tif`, bytes, expected: 'admitted', pages: 3 };
    }
    case 3: {
      const frames = Buffer.concat([pixels, pixels.map((value) => 255 - value)]);
      const stack = { width: WIDTH, height: HEIGHT * 2, channels: 1 as const, pageHeight: HEIGHT };
      const bytes = await sharp(frames, { raw: stack }).webp().toBuffer();
      return { name: `animated-${n}.webp`, bytes, expected: 'refused' };
    }
    default: {
      const whole = await sharp(pixels, raw).png().toBuffer();
      const control = Buffer.alloc(8);
      control.writeUInt32BE(2);
      const headerEnd = 33;
      const animated = [whole.subarray(0, headerEnd), pngChunk('acTL', control), whole.subarray(headerEnd)];
      return { name: `animated-${n}.png`, bytes: Buffer.concat(animated), expected: 'refused' };
    }
  }
}

/** `count` whole pictures and as many malformed or odd ones of every format, the same for the same seed. */
export async function goodAndBad(count: number, seed: number): Promise<MadeFile[]> {
  const random = new Random(seed);
  const files: MadeFile[] = [];
  for (let n = 0; n < count; n++) {
    const format = formats[n % formats.length] ?? 'png';
    const good = await wholePicture(format, n);
    files.push({ name: `good-${n}.${endings[format]}`, bytes: good, expected: 'admitted' });
    const round = Math.floor(n / formats.length);
    const whole = await wholePicture(format, n + count);
    files.push(round % KINDS === KINDS - 1 ? await odd(n) : damaged(whole, format, round, random));
  }
  return files;
}
