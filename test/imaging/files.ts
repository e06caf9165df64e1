/** Picture files made byte by byte, so that a test does not depend on the library it tests. */

export interface BmpSpec {
  readonly width: number;
  readonly height: number;
  readonly bits: 1 | 4 | 8 | 16 | 24 | 32;
  readonly topDown?: boolean;
  readonly compression?: number;
  /** Palette as RGB triples, for up to 8 bits. */
  readonly palette?: readonly (readonly [number, number, number])[];
  readonly masks?: readonly [number, number, number];
  /** Value of a pixel, seen from the top left: an index, or a packed little-endian pixel. */
  readonly pixel: (x: number, y: number) => number;
}

export function makeBmp(spec: BmpSpec): Buffer {
  const { width, height, bits, palette = [], masks, pixel } = spec;
  const rowBytes = Math.ceil((width * bits) / 32) * 4;
  const offset = 54 + palette.length * 4 + (masks === undefined ? 0 : 12);
  const file = Buffer.alloc(offset + rowBytes * height);
  file.write('BM', 0, 'latin1');
  file.writeUInt32LE(file.length, 2);
  file.writeUInt32LE(offset, 10);
  file.writeUInt32LE(40, 14);
  file.writeInt32LE(width, 18);
  file.writeInt32LE(spec.topDown ? -height : height, 22);
  file.writeUInt16LE(1, 26);
  file.writeUInt16LE(bits, 28);
  file.writeUInt32LE(spec.compression ?? (masks === undefined ? 0 : 3), 30);
  file.writeUInt32LE(palette.length, 46);
  masks?.forEach((mask, n) => file.writeUInt32LE(mask, 54 + n * 4));
  palette.forEach(([r, g, b], n) => file.set([b, g, r, 0], 54 + n * 4));
  for (let y = 0; y < height; y++) {
    const row = offset + (spec.topDown ? y : height - 1 - y) * rowBytes;
    for (let x = 0; x < width; x++) {
      const value = pixel(x, y);
      if (bits >= 8) file.writeUIntLE(value, row + (x * bits) / 8, bits / 8);
      else {
        const bit = x * bits;
        const at = row + (bit >> 3);
        file[at] = (file[at] ?? 0) | (value << (8 - bits - (bit & 7)));
      }
    }
  }
  return file;
}

/** An uncompressed grey TIFF, little endian, 8, 16 or 32 (float) bits; each page a directory followed by its strip. */
export function makeTiff(
  pages: readonly { readonly width: number; readonly height: number; readonly pixel: (index: number) => number }[],
  bits: 8 | 16 | 32,
): Buffer {
  const chunks: Buffer[] = [Buffer.from([0x49, 0x49, 42, 0, 8, 0, 0, 0])];
  let at = 8;
  pages.forEach(({ width, height, pixel }, n) => {
    const count = width * height;
    const data = Buffer.alloc(count * (bits / 8));
    for (let index = 0; index < count; index++) {
      if (bits === 32) data.writeFloatLE(pixel(index), index * 4);
      else data.writeUIntLE(pixel(index), index * (bits / 8), bits / 8);
    }
    const tags: [number, number, number][] = [
      [256, 4, width],
      [257, 4, height],
      [258, 3, bits],
      [259, 3, 1],
      [262, 3, 1],
      [273, 4, 0],
      [277, 3, 1],
      [278, 4, height],
      [279, 4, data.length],
      [339, 3, bits === 32 ? 3 : 1],
    ];
    const directory = Buffer.alloc(2 + tags.length * 12 + 4);
    const dataAt = at + directory.length;
    directory.writeUInt16LE(tags.length, 0);
    tags.forEach(([tag, type, value], index) => {
      const entry = 2 + index * 12;
      directory.writeUInt16LE(tag, entry);
      directory.writeUInt16LE(type, entry + 2);
      directory.writeUInt32LE(1, entry + 4);
      directory.writeUInt32LE(tag === 273 ? dataAt : value, entry + 8);
    });
    directory.writeUInt32LE(n === pages.length - 1 ? 0 : dataAt + data.length, directory.length - 4);
    chunks.push(directory, data);
    at = dataAt + data.length;
  });
  return Buffer.concat(chunks);
}

/** A PNG that claims a size and holds next to nothing. */
export function makePngHeader(width: number, height: number): Buffer {
  const crc = (bytes: Buffer): number => {
    let value = 0xffffffff;
    for (const byte of bytes) {
      value ^= byte;
      for (let bit = 0; bit < 8; bit++) value = value & 1 ? (value >>> 1) ^ 0xedb88320 : value >>> 1;
    }
    return (value ^ 0xffffffff) >>> 0;
  };
  const chunk = (type: string, data: Buffer): Buffer => {
    const body = Buffer.concat([Buffer.from(type, 'latin1'), data]);
    const file = Buffer.alloc(body.length + 8);
    file.writeUInt32BE(data.length, 0);
    body.copy(file, 4);
    file.writeUInt32BE(crc(body), body.length + 4);
    return file;
  };
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([8, 0, 0, 0, 0], 8);
  const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
  return Buffer.concat([
    signature,
    chunk('IHDR', header),
    chunk('IDAT', Buffer.from([0])),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}

/** Grey noise with some structure, as raw pixels. */
export function texture(width: number, height: number): Uint8Array {
  return Uint8Array.from({ length: width * height }, (_, index) => {
    const x = index % width;
    const y = Math.floor(index / width);
    return (x * 37 + y * 91 + ((x * y) % 23) * 5) % 256;
  });
}
