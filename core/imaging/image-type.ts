/** The picture formats that are admitted. Everything else (SVG, HTML, GIF, PDF, …) is refused by what its bytes say. */
export type ImageType = 'jpeg' | 'png' | 'bmp' | 'tiff' | 'webp';

/** How much of a file {@link sniffImageType} needs. */
export const SNIFF_BYTES = 512;

const ascii = (bytes: Uint8Array, from: number, to: number): string =>
  String.fromCharCode(...bytes.subarray(from, Math.min(to, bytes.length)));

const startsWith = (bytes: Uint8Array, ...magic: number[]): boolean =>
  magic.every((byte, index) => bytes[index] === byte);

/**
 * What a file is, from its first bytes; its name is never asked, because a name is whatever its writer chose.
 * `null` for everything that is not admitted.
 */
export function sniffImageType(head: Uint8Array): ImageType | null {
  if (startsWith(head, 0xff, 0xd8, 0xff)) return 'jpeg';
  if (startsWith(head, 0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a)) return 'png';
  // Two letters are a weak sign: the header size that follows must be one that exists, too.
  if (ascii(head, 0, 2) === 'BM' && head.length >= 18 && [12, 40, 52, 56, 64, 108, 124].includes(head[14] ?? 0))
    return 'bmp';
  if (startsWith(head, 0x49, 0x49, 0x2a, 0x00) || startsWith(head, 0x4d, 0x4d, 0x00, 0x2a)) return 'tiff';
  if (startsWith(head, 0x49, 0x49, 0x2b, 0x00) || startsWith(head, 0x4d, 0x4d, 0x00, 0x2b)) return 'tiff';
  if (ascii(head, 0, 4) === 'RIFF' && ascii(head, 8, 12) === 'WEBP') return 'webp';
  return null;
}

/** A name for a refused file, for the message only: what it seems to be. */
export function describeRefused(head: Uint8Array): string {
  const text = ascii(head, 0, SNIFF_BYTES)
    .replace(/^\u00ef\u00bb\u00bf/, '')
    .trimStart()
    .toLowerCase();
  if (text.startsWith('gif8')) return 'GIF';
  if (text.startsWith('%pdf')) return 'PDF';
  if (text.includes('<svg')) return 'SVG';
  if (text.startsWith('<!doctype html') || text.includes('<html')) return 'HTML';
  if (text.startsWith('<?xml')) return 'XML';
  if (text.startsWith('pk\u0003\u0004')) return 'ZIP';
  if (ascii(head, 4, 8) === 'ftyp') return 'HEIF';
  return '?';
}
