import { createHash } from 'node:crypto';
import { AppError, toErrorData, type ErrorData } from '#core/contract/errors.ts';
import { decodeBytes, readHeader, readPictureFile, type DecodedImage } from '#core/imaging/decode.ts';
import { endMarkerPresent } from '#core/imaging/end-marker.ts';
import { exifTakenAtMs } from '#core/imaging/exif-time.ts';
import { inspect, inspectedPixels } from '#core/imaging/inspected.ts';
import { dHash, measureQuality } from '#core/imaging/measure.ts';
import { rawFileBytes, writeRawPicture, type RawPixels } from '#core/imaging/raw-picture.ts';
import type { UsedArea } from '#core/domain/inspection-area.ts';
import type { PictureMeasures } from '#core/domain/quality.ts';
import { parentChannel } from '#core/contract/parent-channel.ts';
import { asControl } from '#core/contract/transport.ts';
import type {
  DecodedPage,
  DecodeReply,
  DecodeRequest,
  ExamineRequest,
  PixelsReply,
  PixelsRequest,
} from './decode-protocol.ts';

/** Pages of a multi-page TIFF that are taken; a longer stack is a film, not an inspection. */
const MAX_PAGES = 64;

function measure(image: DecodedImage, area: UsedArea | null): PictureMeasures {
  if (area === null) return measureQuality(image);
  const inspected = inspect(image, area);
  return measureQuality(inspected.image, inspected.ignored);
}

async function decodePages(bytes: Buffer, pages: number, area: UsedArea | null): Promise<DecodedPage[]> {
  const decoded: DecodedPage[] = [];
  for (let page = 0; page < pages; page++) {
    const image = await decodeBytes(bytes, { page });
    const { originalWidth: width, originalHeight: height, channels } = image;
    const first = decoded[0];
    // A page of another size is a thumbnail or a mask of the first, not another picture.
    if (first !== undefined && (first.width !== width || first.height !== height)) continue;
    decoded.push({ page, width, height, channels, phash: dHash(image), measures: measure(image, area) });
  }
  return decoded;
}

/** The file system's refusals are about this one file, not about the app. */
function errorOf(cause: unknown): ErrorData {
  const code = cause instanceof Error && 'code' in cause ? cause.code : undefined;
  if (code === 'EACCES' || code === 'EPERM') return { code: 'image_broken', params: { reason: 'not_readable' } };
  return toErrorData(cause);
}

const sha256Of = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex');

/** Reads, hashes, decodes and measures one file. */
async function examine({ path, area }: ExamineRequest): Promise<DecodeReply> {
  try {
    const { bytes, mtimeMs, inode } = await readPictureFile(path);
    const header = await readHeader(bytes);
    if (!endMarkerPresent(bytes, header.type)) throw new AppError('image_broken', { reason: 'truncated' });
    const pages = await decodePages(bytes, header.type === 'tiff' ? Math.min(header.pages, MAX_PAGES) : 1, area);
    const sha256 = sha256Of(bytes);
    const takenAtMs = header.exif === null ? null : exifTakenAtMs(header.exif);
    return { ok: true, facts: { bytes: bytes.length, mtimeMs, inode }, sha256, takenAtMs, pages };
  } catch (cause) {
    const error = errorOf(cause);
    const unfinished =
      error.code === 'image_broken' && ['truncated', 'empty', 'damaged'].includes(String(error.params['reason']));
    return { ok: false, error, unfinished };
  }
}

/** Decodes a page of a picture into a file. */
async function writePixels(request: PixelsRequest): Promise<PixelsReply> {
  const { path, sha256, page, channels, maxSide, area, file } = request;
  let image: RawPixels;
  try {
    const { bytes } = await readPictureFile(path);
    if (sha256Of(bytes) !== sha256) throw new AppError('image_broken', { reason: 'changed' });
    image =
      area === null
        ? await decodeBytes(bytes, { page, channels, maxSide })
        : await inspectedPixels(await decodeBytes(bytes, { page, channels }), area, maxSide);
  } catch (cause) {
    return { ok: false, error: errorOf(cause), about: 'picture' };
  }
  try {
    return { ok: true, bytes: rawFileBytes(await writeRawPicture(file, image)) };
  } catch (cause) {
    return { ok: false, error: toErrorData(cause), about: 'file' };
  }
}

const answer = (request: DecodeRequest): Promise<DecodeReply | PixelsReply> =>
  request.kind === 'examine' ? examine(request) : writePixels(request);

const core = parentChannel();
core.onMessage((message) => {
  // The core is gone: nobody waits for an answer.
  if (asControl(message)?.control === 'stop') process.exit(0);
  void answer(message as DecodeRequest).then((reply) => core.send(reply));
});
