import { createHash } from 'node:crypto';
import { AppError, toErrorData, type ErrorData } from '#core/contract/errors.ts';
import { decodeBytes, readHeader } from '#core/imaging/decode.ts';
import { endMarkerPresent } from '#core/imaging/end-marker.ts';
import { exifTakenAtMs } from '#core/imaging/exif-time.ts';
import { inspect, inspectedPixels } from '#core/imaging/inspected.ts';
import { measurePicture } from '#core/imaging/measure.ts';
import { readPictureFile } from '#core/imaging/picture-file.ts';
import { RAW_EXTENSION, rawFileBytes, writeRawPicture, type RawPixels } from '#core/imaging/raw-picture.ts';
import { renderPicture } from '#core/imaging/render.ts';
import type { Size, UsedArea } from '#core/domain/inspection-area.ts';
import { parentChannel } from '#core/contract/parent-channel.ts';
import { asControl } from '#core/contract/transport.ts';
import { brokenReply } from './decode-protocol.ts';
import type {
  DecodedPage,
  DecodeReply,
  DecodeRequest,
  ExamineRequest,
  PixelsReply,
  PixelsRequest,
  Question,
  RenderReply,
  RenderRequest,
  Reply,
  UnpackedPage,
  UnpackReply,
  UnpackRequest,
} from './decode-protocol.ts';

/** A page of another size is a thumbnail or a mask of the first, not another picture. */
const isAnother = (first: Size, width: number, height: number): boolean =>
  first.width !== width || first.height !== height;

async function decodePages(bytes: Buffer, pages: number, area: UsedArea | null): Promise<DecodedPage[]> {
  const decoded: DecodedPage[] = [];
  for (let page = 0; page < pages; page++) {
    const image = await decodeBytes(bytes, { page });
    const { originalWidth: width, originalHeight: height, channels } = image;
    const first = decoded[0];
    if (first !== undefined && isAnother(first, width, height)) continue;
    // What is inspected is what is judged.
    const measured = measurePicture(area === null ? image : (await inspect(image, area)).image);
    decoded.push({ page, width, height, channels, ...measured });
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
    const pages = await decodePages(bytes, header.pages, area);
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

/** The bytes of a picture as it was admitted. Throws `image_broken`, reason `changed`, where others are at its path now. */
async function readKnown({ path, sha256 }: PixelsRequest | RenderRequest | UnpackRequest): Promise<Buffer> {
  const { bytes } = await readPictureFile(path);
  if (sha256Of(bytes) !== sha256) throw new AppError('image_broken', { reason: 'changed' });
  return bytes;
}

/** Decodes a page of a picture into a file. */
async function writePixels(request: PixelsRequest): Promise<PixelsReply> {
  const { page, channels, maxSide, area, file } = request;
  let image: RawPixels;
  try {
    const bytes = await readKnown(request);
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

/** Decodes every page of a picture into files of their own, one in memory at a time. */
async function unpack(request: UnpackRequest): Promise<UnpackReply> {
  const { channels, maxSide, base } = request;
  const pages: UnpackedPage[] = [];
  let about: 'picture' | 'file' = 'picture';
  try {
    const bytes = await readKnown(request);
    const header = await readHeader(bytes);
    if (!endMarkerPresent(bytes, header.type)) throw new AppError('image_broken', { reason: 'truncated' });
    for (let page = 0; page < header.pages; page++) {
      const image = await decodeBytes(bytes, { page, channels, maxSide });
      const { originalWidth: width, originalHeight: height } = image;
      const first = pages[0];
      if (first !== undefined && isAnother(first, width, height)) continue;
      const file = `${base}-${page}${RAW_EXTENSION}`;
      about = 'file';
      await writeRawPicture(file, image);
      about = 'picture';
      pages.push({ page, width, height, file });
    }
    return { ok: true, pages };
  } catch (cause) {
    return { ok: false, error: errorOf(cause), about };
  }
}

async function render(request: RenderRequest): Promise<RenderReply> {
  const { page, maxSide } = request;
  try {
    return { ok: true, ...(await renderPicture(await readKnown(request), { page, maxSide })) };
  } catch (cause) {
    return { ok: false, error: errorOf(cause) };
  }
}

function answer(request: DecodeRequest): Promise<Reply> {
  switch (request.kind) {
    case 'examine':
      return examine(request);
    case 'pixels':
      return writePixels(request);
    case 'unpack':
      return unpack(request);
    case 'render':
      return render(request);
  }
}

/**
 * How often the memory is looked at, ms. libvips works in threads of its own while our timers go on (measured: all 126 of a 2.6 s
 * decode), so that this needs no second process and is the same on every system; our own loops over pixels hold up the timer,
 * but allocate only what the header's check allowed.
 */
const LOOK_EVERY_MS = 20;

const core = parentChannel();
core.onMessage((message) => {
  // The core is gone: nobody waits for an answer.
  if (asControl(message)?.control === 'stop') process.exit(0);
  const { limitBytes, ...request } = message as Question;
  let answered = false;
  const send = (reply: Reply): void => {
    clearInterval(looking);
    if (!answered) core.send(reply);
    answered = true;
  };
  const looking = setInterval(() => {
    // Whoever gets this ends the process: what the library is in the midst of cannot be stopped otherwise.
    if (process.memoryUsage.rss() > limitBytes) send(brokenReply('decoder_memory'));
  }, LOOK_EVERY_MS);
  void answer(request).then(send);
});
