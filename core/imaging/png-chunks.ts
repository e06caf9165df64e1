import { inflateSync } from 'node:zlib';
import { AppError } from '#core/contract/errors.ts';

/** Texts and colour profile of a PNG may unpack to this much in all; those of cameras have some hundred kB. */
const MOST_UNPACKED_BYTES = 8e6;
/** What a packed chunk counts at least, so that thousands of small ones are refused, too; and one that cannot be unpacked. */
const LEAST_COUNTED_BYTES = 16e3;
const UNREADABLE_COUNTED_BYTES = 1e6;

const KEY_END = 0;

/** Where the packed bytes of a chunk begin, or null where it holds none. */
function packedFrom(type: string, data: Uint8Array): number | null {
  if (!['zTXt', 'iCCP', 'iTXt'].includes(type)) return null;
  const keyEnd = data.indexOf(KEY_END);
  if (keyEnd < 0) return null;
  // keyword, zero, method
  if (type !== 'iTXt') return keyEnd + 2;
  // keyword, zero, flag, method, language, zero, translated keyword, zero
  if (data[keyEnd + 1] !== 1) return null;
  const languageEnd = data.indexOf(KEY_END, keyEnd + 3);
  const translatedEnd = languageEnd < 0 ? -1 : data.indexOf(KEY_END, languageEnd + 1);
  return translatedEnd < 0 ? null : translatedEnd + 1;
}

function unpackedBytes(packed: Uint8Array): number {
  try {
    return inflateSync(packed, { maxOutputLength: MOST_UNPACKED_BYTES }).length;
  } catch (cause) {
    const tooLarge = cause instanceof Error && 'code' in cause && cause.code === 'ERR_BUFFER_TOO_LARGE';
    return tooLarge ? Infinity : UNREADABLE_COUNTED_BYTES;
  }
}

/**
 * Refuses what a PNG may carry beside its picture and no camera writes: texts or a profile that unpack to more than the picture
 * (libpng unpacks them all before it says how large the picture is: 0.3 MB took 160 ms, many of them seconds), and the frames of
 * an animation (APNG). Chunks as in PNG, third edition, 5.3 and 11.3; a broken chain is left to the decoder.
 *
 * @throws AppError `image_broken`, reason `hidden_data` or `animated`
 */
export function checkPngChunks(bytes: Uint8Array): void {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let unpacked = 0;
  for (let at = 8; at + 12 <= bytes.length;) {
    const length = view.getUint32(at);
    const type = String.fromCharCode(...bytes.subarray(at + 4, at + 8));
    const data = bytes.subarray(at + 8, Math.min(at + 8 + length, bytes.length));
    if (type === 'acTL') throw new AppError('image_broken', { reason: 'animated' });
    const from = packedFrom(type, data);
    if (from !== null) unpacked += Math.max(LEAST_COUNTED_BYTES, unpackedBytes(data.subarray(from)));
    if (unpacked > MOST_UNPACKED_BYTES) throw new AppError('image_broken', { reason: 'hidden_data' });
    at += 12 + length;
  }
}
