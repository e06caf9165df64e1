import fc from 'fast-check';
import { expect, test } from 'vitest';
import { AppError } from '#core/contract/errors.ts';
import { decodeBytes } from '#core/imaging/decode.ts';
import { endMarkerPresent } from '#core/imaging/end-marker.ts';
import { sniffImageType } from '#core/imaging/image-type.ts';
import { checkPngChunks } from '#core/imaging/png-chunks.ts';
import { hasMorePages } from '#core/imaging/tiff-pages.ts';
import { makeBmp, makePngHeader, makeTiff } from './files.ts';

/* Our own readers of headers, chunks and directories over bytes that nobody meant. */

const page = { width: 12, height: 9, pixel: (at: number) => at };
const bigTiff = (pages: number): Buffer => {
  const file = Buffer.alloc(16 + pages * 16);
  file.write('II', 'latin1');
  file.writeUInt16LE(43, 2);
  file.writeUInt16LE(8, 4);
  file.writeBigUInt64LE(16n, 8);
  for (let n = 0; n < pages; n++) {
    const at = 16 + n * 16;
    file.writeBigUInt64LE(BigInt(n === pages - 1 ? 0 : at + 16), at + 8);
  }
  return file;
};
const whole = [
  makeBmp({ width: 12, height: 9, bits: 24, pixel: (x) => x }),
  makeBmp({ width: 12, height: 9, bits: 8, palette: [[1, 2, 3]], pixel: () => 0 }),
  makeBmp({ width: 12, height: 9, bits: 16, masks: [0xf800, 0x7e0, 0x1f], pixel: (x) => x }),
  makeTiff([page, page], 8),
  makePngHeader(12, 9),
  bigTiff(3),
];
const heads = [
  '\x89PNG\r\n\x1a\n',
  'II*\0',
  'MM\0*',
  'II+\0',
  `BM${'\0'.repeat(12)}(`,
  'RIFF\0\0\0\0WEBP',
  '\xff\xd8\xff',
];

const changed = fc
  .record({
    file: fc.constantFrom(...whole),
    changes: fc.array(fc.tuple(fc.nat(600), fc.nat(255)), { maxLength: 12 }),
    length: fc.nat(700),
  })
  .map(({ file, changes, length }) => {
    const bytes = Buffer.from(file.subarray(0, 14 + length));
    for (const [at, value] of changes) if (at < bytes.length) bytes[at] = value;
    return bytes;
  });
const noise = fc
  .tuple(fc.constantFrom(...heads), fc.uint8Array({ maxLength: 300 }))
  .map(([head, tail]) => Buffer.concat([Buffer.from(head, 'latin1'), tail]));

test('bytes of any kind are a picture or refused by name, never an error that nobody foresaw', async () => {
  await fc.assert(
    fc.asyncProperty(fc.oneof(changed, noise), async (bytes) => {
      try {
        const type = sniffImageType(bytes);
        if (type !== null) endMarkerPresent(bytes, type);
        const { width, height, channels, data } = await decodeBytes(bytes);
        expect(data).toHaveLength(width * height * channels);
      } catch (thrown) {
        expect(thrown).toBeInstanceOf(AppError);
        expect((thrown as AppError).code).toMatch(/^image_/);
      }
    }),
    { numRuns: 400, seed: 7 },
  );
});

test('chunks and directories are followed to an end in any bytes', () => {
  fc.assert(
    fc.property(fc.oneof(changed, noise), fc.integer({ min: 1, max: 64 }), (bytes, most) => {
      expect(typeof hasMorePages(bytes, most)).toBe('boolean');
      try {
        checkPngChunks(bytes);
      } catch (thrown) {
        expect(thrown).toMatchObject({ code: 'image_broken' });
      }
    }),
    { seed: 7 },
  );
});

test('pages are counted in TIFF and BigTIFF alike, and a chain that bites its tail ends', () => {
  for (const make of [
    (pages: number) =>
      makeTiff(
        Array.from({ length: pages }, () => page),
        8,
      ),
    bigTiff,
  ])
    for (const pages of [1, 2, 7]) {
      expect(hasMorePages(make(pages), pages)).toBe(false);
      if (pages > 1) expect(hasMorePages(make(pages), pages - 1)).toBe(true);
    }
  const loop = bigTiff(2);
  loop.writeBigUInt64LE(16n, 16 + 16 + 8);
  expect(hasMorePages(loop, 2)).toBe(false);
});
