const EXIF_HEADER = 'Exif\0\0';
const EXIF_DIRECTORY = 0x8769;
const DATE_TIME_ORIGINAL = 0x9003;
const OFFSET_TIME_ORIGINAL = 0x9011;

/** Reads what is needed of a TIFF directory; every offset is checked, since the bytes are a stranger's. */
class Directory {
  readonly #bytes: Buffer;
  readonly #littleEndian: boolean;
  readonly #at: number;

  constructor(bytes: Buffer, littleEndian: boolean, at: number) {
    this.#bytes = bytes;
    this.#littleEndian = littleEndian;
    this.#at = at;
  }

  #uint(at: number, size: 2 | 4): number {
    if (at < 0 || at + size > this.#bytes.length) return 0;
    if (size === 2) return this.#littleEndian ? this.#bytes.readUInt16LE(at) : this.#bytes.readUInt16BE(at);
    return this.#littleEndian ? this.#bytes.readUInt32LE(at) : this.#bytes.readUInt32BE(at);
  }

  /** Place of a tag's entry, or null. */
  #find(tag: number): number | null {
    const entries = this.#uint(this.#at, 2);
    for (let index = 0; index < entries; index++) {
      const entry = this.#at + 2 + index * 12;
      if (entry + 12 > this.#bytes.length) return null;
      if (this.#uint(entry, 2) === tag) return entry;
    }
    return null;
  }

  long(tag: number): number | null {
    const entry = this.#find(tag);
    return entry === null ? null : this.#uint(entry + 8, 4);
  }

  text(tag: number): string | null {
    const entry = this.#find(tag);
    if (entry === null) return null;
    const length = Math.min(this.#uint(entry + 4, 4), 64);
    const at = length <= 4 ? entry + 8 : this.#uint(entry + 8, 4);
    return this.#bytes.toString('latin1', at, Math.min(at + length, this.#bytes.length)).replace(/\0.*$/s, '');
  }
}

/**
 * When a picture was taken according to its EXIF block (DateTimeOriginal, with its zone where it says one, otherwise in this
 * computer's), in ms since 1970; null where it doesn't say or says nonsense.
 */
export function exifTakenAtMs(exif: Buffer): number | null {
  const tiff = exif.toString('latin1', 0, 6) === EXIF_HEADER ? exif.subarray(6) : exif;
  const order = tiff.toString('latin1', 0, 2);
  if (tiff.length < 8 || (order !== 'II' && order !== 'MM')) return null;
  const littleEndian = order === 'II';
  const root = littleEndian ? tiff.readUInt32LE(4) : tiff.readUInt32BE(4);
  const pointer = new Directory(tiff, littleEndian, root).long(EXIF_DIRECTORY);
  if (pointer === null) return null;
  const directory = new Directory(tiff, littleEndian, pointer);
  const match = /^(\d{4}):(\d\d):(\d\d) (\d\d:\d\d:\d\d)$/.exec(directory.text(DATE_TIME_ORIGINAL) ?? '');
  if (match === null) return null;
  const zone = /^[+-]\d\d:\d\d$/.exec(directory.text(OFFSET_TIME_ORIGINAL) ?? '')?.[0] ?? '';
  const [, year, month, day, time] = match;
  const atMs = Date.parse(`${year}-${month}-${day}T${time}${zone}`);
  return Number.isNaN(atMs) ? null : atMs;
}
