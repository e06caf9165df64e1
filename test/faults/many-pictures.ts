import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { crc32, deflateSync } from 'node:zlib';

const SIDE = 16;
const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);

/** One PNG chunk: length, type, data, checksum. */
export function pngChunk(type: string, data: Uint8Array): Buffer {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data]);
  const chunk = Buffer.alloc(body.length + 8);
  chunk.writeUInt32BE(data.length, 0);
  body.copy(chunk, 4);
  chunk.writeUInt32BE(crc32(body), body.length + 4);
  return chunk;
}

/** A PNG of these chunks. */
export const pngOf = (...chunks: readonly Buffer[]): Buffer =>
  Buffer.concat([signature, ...chunks, pngChunk('IEND', Buffer.alloc(0))]);

/** The header of a PNG: 8 bits, colour type 0 (grey), 2 (RGB) or 3 (palette). */
export function pngHeader(width: number, height: number, colourType = 0): Buffer {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([8, colourType, 0, 0, 0], 8);
  return pngChunk('IHDR', header);
}

/** A small grey PNG, another one for each `n`; made without a picture library, 100,000 of them in some ten seconds. */
export function smallPng(n: number): Buffer {
  const rows = Buffer.alloc((SIDE + 1) * SIDE);
  for (let y = 0; y < SIDE; y++)
    for (let x = 0; x < SIDE; x++) rows[y * (SIDE + 1) + 1 + x] = 40 + ((x * 11 + y * 7 + n) % 170);
  // Its number in its first pixels, so that no two are the same.
  rows.writeUInt32BE(n, 1);
  return pngOf(pngHeader(SIDE, SIDE), pngChunk('IDAT', deflateSync(rows, { level: 1 })));
}

/** Writes pictures `from` … `from + count − 1` flat into a folder, as a camera does that counts up. */
export function writeManyPictures(folder: string, count: number, from = 0): void {
  mkdirSync(folder, { recursive: true });
  for (let n = from; n < from + count; n++)
    writeFileSync(join(folder, `cam1_${String(n).padStart(7, '0')}.png`), smallPng(n));
}
