import { deflateSync } from 'node:zlib';
import sharp from 'sharp';
import { makeTiff } from '#test/imaging/files.ts';
import { pngChunk, pngHeader, pngOf } from './many-pictures.ts';

/** A small file that asks for much. */
export interface Bomb {
  readonly name: string;
  readonly bytes: Buffer;
}

const packed = (megabytes: number): Buffer => deflateSync(Buffer.alloc(megabytes * 1e6), { level: 1 });
const pixels = pngChunk('IDAT', deflateSync(Buffer.alloc(17 * 16)));
const hidden = (type: string, head: string, data: Buffer): Buffer =>
  pngChunk(type, Buffer.concat([Buffer.from(head, 'latin1'), data]));

const PAGE = { width: 16, height: 16, pixel: (at: number) => at };
/** Where makeTiff puts entry `n` of its first directory. */
const entryAt = (n: number): number => 8 + 2 + n * 12;

function tiffWith(change: (bytes: Buffer) => void): Buffer {
  const bytes = makeTiff([PAGE], 8);
  change(bytes);
  return bytes;
}

/** Of a square picture, just below the 100 million pixels that a header may ask for. */
export const LARGEST_SIDE = 9990;

/** A large picture in some hundred kB: refused, if at all, for want of memory. */
export const largePicture = (side: number): Buffer =>
  pngOf(pngHeader(side, side), pngChunk('IDAT', deflateSync(Buffer.alloc((side + 1) * side), { level: 1 })));

/** Decompression bombs and headers that lie, of every format. */
export async function makeBombs(): Promise<Bomb[]> {
  const data = packed(100);
  const plain = sharp({ create: { width: 64, height: 64, channels: 3, background: '#888' } });
  const jpeg = await plain.clone().jpeg().toBuffer();
  const frameAt = jpeg.indexOf(Buffer.from([0xff, 0xc0]));
  const jpegOf = (side: number): Buffer => {
    const bytes = Buffer.from(jpeg);
    bytes.writeUInt16BE(side, frameAt + 5);
    bytes.writeUInt16BE(side, frameAt + 7);
    return bytes;
  };
  const lossy = await plain.clone().webp().toBuffer();
  const webpOf = (side: number): Buffer => {
    const bytes = Buffer.from(lossy);
    bytes.writeUInt16LE(side, 26);
    bytes.writeUInt16LE(side, 28);
    return bytes;
  };
  const lossless = await plain.clone().webp({ lossless: true }).toBuffer();
  lossless.fill(0xff, 21, 24);
  const bmp = Buffer.alloc(70);
  bmp.write('BM', 'latin1');
  bmp.writeUInt32LE(54, 10);
  bmp.writeUInt32LE(40, 14);
  bmp.writeInt32LE(30_000, 18);
  bmp.writeInt32LE(30_000, 22);
  bmp.writeUInt16LE(24, 28);
  return [
    { name: 'png-30000x30000', bytes: pngOf(pngHeader(30_000, 30_000), pngChunk('IDAT', data)) },
    { name: 'png-1x60000', bytes: pngOf(pngHeader(1, 60_000), pixels) },
    { name: 'png-60000x10', bytes: pngOf(pngHeader(60_000, 10), pixels) },
    { name: 'png-iccp', bytes: pngOf(pngHeader(16, 16), hidden('iCCP', 'x\0\0', data), pixels) },
    { name: 'png-ztxt', bytes: pngOf(pngHeader(16, 16), hidden('zTXt', 'x\0\0', data), pixels) },
    { name: 'png-itxt', bytes: pngOf(pngHeader(16, 16), hidden('iTXt', 'x\0\u0001\0\0\0', data), pixels) },
    { name: 'png-ztxt-at-end', bytes: pngOf(pngHeader(16, 16), pixels, hidden('zTXt', 'x\0\0', data)) },
    {
      name: 'png-ztxt-1000-times',
      bytes: pngOf(
        pngHeader(16, 16),
        ...Array.from({ length: 1000 }, (_, n) => hidden('zTXt', `${n}\0\0`, deflateSync(Buffer.alloc(1e5)))),
        pixels,
      ),
    },
    { name: 'jpeg-60000x60000', bytes: jpegOf(60_000) },
    { name: 'jpeg-9900x9900', bytes: jpegOf(9900) },
    { name: 'webp-16383x16383', bytes: webpOf(16_383) },
    { name: 'webp-9900x9900', bytes: webpOf(9900) },
    { name: 'webp-lossless', bytes: lossless },
    { name: 'bmp-30000x30000', bytes: bmp },
    {
      name: 'tiff-10000-pages',
      bytes: makeTiff(
        Array.from({ length: 10_000 }, () => PAGE),
        8,
      ),
    },
    {
      name: 'tiff-30000x30000',
      bytes: tiffWith((bytes) => [0, 1, 7].forEach((n) => bytes.writeUInt32LE(30_000, entryAt(n) + 8))),
    },
    { name: 'tiff-4-billion-values', bytes: tiffWith((bytes) => bytes.writeUInt32LE(0xffff_ffff, entryAt(2) + 4)) },
    { name: 'tiff-65535-entries', bytes: tiffWith((bytes) => bytes.writeUInt16LE(0xffff, 8)) },
    { name: 'tiff-60000-channels', bytes: tiffWith((bytes) => bytes.writeUInt32LE(60_000, entryAt(6) + 8)) },
  ];
}
