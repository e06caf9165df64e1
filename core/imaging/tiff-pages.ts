/**
 * Whether a TIFF has more than `most` pages, by following the chain of its directories no further than that: the library counts
 * all of them each time it opens the file (164 ms for 10,000). TIFF 6.0, section 2, and BigTIFF; a chain that leaves the file or
 * bites its own tail ends there and is left to the decoder.
 */
export function hasMorePages(bytes: Uint8Array, most: number): boolean {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const littleEndian = bytes[0] === 0x49;
  const big = bytes.length >= 4 && view.getUint16(2, littleEndian) === 43;
  const number = (at: number): number | null => {
    if (at < 0 || at + (big ? 8 : 4) > bytes.length) return null;
    return big ? Number(view.getBigUint64(at, littleEndian)) : view.getUint32(at, littleEndian);
  };
  const entriesOf = (at: number): number | null => {
    if (at + (big ? 8 : 2) > bytes.length) return null;
    return big ? number(at) : view.getUint16(at, littleEndian);
  };
  const seen = new Set<number>();
  for (let at = number(big ? 8 : 4); at !== null && at !== 0 && !seen.has(at);) {
    const entries = entriesOf(at);
    if (entries === null) return false;
    seen.add(at);
    if (seen.size > most) return true;
    at = number(at + (big ? 8 + entries * 20 : 2 + entries * 12));
  }
  return false;
}
