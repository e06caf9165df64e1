import { createHash } from 'node:crypto';
import { AppError, toErrorData, type ErrorData } from '#core/contract/errors.ts';
import { decodeBytes, readHeader, readPictureFile } from '#core/imaging/decode.ts';
import { endMarkerPresent } from '#core/imaging/end-marker.ts';
import { exifTakenAtMs } from '#core/imaging/exif-time.ts';
import { dHash, measureQuality } from '#core/imaging/measure.ts';
import { parentChannel } from '#core/contract/parent-channel.ts';
import { asControl } from '#core/contract/transport.ts';
import type { DecodedPage, DecodeReply, DecodeRequest } from './decode-protocol.ts';

/** Pages of a multi-page TIFF that are taken; a longer stack is a film, not an inspection. */
const MAX_PAGES = 64;

async function decodePages(bytes: Buffer, pages: number): Promise<DecodedPage[]> {
  const decoded: DecodedPage[] = [];
  for (let page = 0; page < pages; page++) {
    const image = await decodeBytes(bytes, { page });
    const { originalWidth: width, originalHeight: height, channels } = image;
    const first = decoded[0];
    // A page of another size is a thumbnail or a mask of the first, not another picture.
    if (first !== undefined && (first.width !== width || first.height !== height)) continue;
    decoded.push({ page, width, height, channels, phash: dHash(image), measures: measureQuality(image) });
  }
  return decoded;
}

/** The file system's refusals are about this one file, not about the app. */
function errorOf(cause: unknown): ErrorData {
  const code = cause instanceof Error && 'code' in cause ? cause.code : undefined;
  if (code === 'EACCES' || code === 'EPERM') return { code: 'image_broken', params: { reason: 'not_readable' } };
  return toErrorData(cause);
}

/** Reads, hashes, decodes and measures one file. */
async function answer({ path }: DecodeRequest): Promise<DecodeReply> {
  try {
    const { bytes, mtimeMs, inode } = await readPictureFile(path);
    const header = await readHeader(bytes);
    if (!endMarkerPresent(bytes, header.type)) throw new AppError('image_broken', { reason: 'truncated' });
    const pages = await decodePages(bytes, header.type === 'tiff' ? Math.min(header.pages, MAX_PAGES) : 1);
    const sha256 = createHash('sha256').update(bytes).digest('hex');
    const takenAtMs = header.exif === null ? null : exifTakenAtMs(header.exif);
    return { ok: true, facts: { bytes: bytes.length, mtimeMs, inode }, sha256, takenAtMs, pages };
  } catch (cause) {
    const error = errorOf(cause);
    const unfinished =
      error.code === 'image_broken' && ['truncated', 'empty', 'damaged'].includes(String(error.params['reason']));
    return { ok: false, error, unfinished };
  }
}

const core = parentChannel();
core.onMessage((message) => {
  // The core is gone: nobody waits for an answer.
  if (asControl(message)?.control === 'stop') process.exit(0);
  void answer(message as DecodeRequest).then((reply) => core.send(reply));
});
