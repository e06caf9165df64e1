import { existsSync, mkdirSync, statfsSync } from 'node:fs';
import { basename, dirname } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { AppError, type ErrorData } from '#core/contract/errors.ts';
import { inspectedSize, type Box, type UsedArea } from '#core/domain/inspection-area.ts';
import { cappedSize, LONG_SIDE_CAP } from '#core/domain/picture-size.ts';
import { Random } from '#core/domain/random.ts';
import { inspectedBox } from '#core/imaging/inspected.ts';
import { RAW_EXTENSION, rawFileBytes, readRawHeader } from '#core/imaging/raw-picture.ts';
import type { PictureRow } from '#core/store/images.ts';
import { CacheFiles, type PinnedFile } from './cache-files.ts';
import type { DecodePool } from './decode-pool.ts';
import type { PixelsReply } from './decode-protocol.ts';

/** What the cache must know of a picture. */
export type CachedPicture = Pick<PictureRow, 'path' | 'page' | 'sha256' | 'width' | 'height' | 'channels'> & {
  /** What of it is decoded; absent or null: all. */
  readonly area?: UsedArea | null;
};

export interface PixelCacheOptions {
  /** Holds nothing but decoded pictures; made when absent, and may be deleted at any time. */
  readonly folder: string;
  readonly pool: DecodePool;
  readonly log: (level: 'info' | 'warn', event: string, params?: Record<string, unknown>) => void;
  /** Most bytes that it takes on the disk; by default the smaller of 40 GB and a third of what is free. */
  readonly capacityBytes?: number;
}

export interface EnsureOptions<Row> {
  /** What the network sees: 1 grey, 3 colour. */
  readonly channels: 1 | 3;
  /** Which pictures to take where all do not fit: a random sample, or as many as fit from the first on. */
  readonly pick: 'sample' | 'first';
  /** Pictures that are always taken. */
  readonly must?: (row: Row) => boolean;
  /** Of the sample. */
  readonly seed?: number;
  readonly signal: AbortSignal;
  readonly onProgress?: (done: number, total: number) => void;
}

/** Pictures that lie decoded on the disk and stay there until they are released. */
export interface ReadyPictures<Row> {
  /** In the order in which they were asked for. */
  readonly rows: readonly Row[];
  /** The decoded file of one of the rows. */
  readonly file: (row: Row) => string;
  /** What of the whole picture its decoded file shows, in shares of it; null: all. @throws AppError `pixels_lost` */
  readonly inspected: (row: Row) => Promise<Box | null>;
  /** Pictures that cannot be used, and why. */
  readonly failed: readonly { readonly row: Row; readonly error: ErrorData }[];
  /** How many were left out because the cache does not hold them all at once. */
  readonly left: number;
  readonly release: () => void;
}

/**
 * Decoded pictures on the disk, so that each is decoded once, by a process that may die of it, and read by the engine as plain
 * bytes. Named by content, page, channels, size and inspected area; holds no more than its capacity and gives up what was not used for longest.
 */
export interface PixelCache {
  /**
   * Decodes what is missing.
   *
   * @throws AppError `disk_full`, `write_failed` where a decoded file cannot be written; the signal's reason
   */
  readonly ensure: <Row extends CachedPicture>(
    rows: readonly Row[],
    options: EnsureOptions<Row>,
  ) => Promise<ReadyPictures<Row>>;
  /** 1 where a sample of the pictures shows no colour, else 3: grey scenes are often stored as RGB. */
  readonly chooseChannels: (rows: readonly CachedPicture[], signal: AbortSignal) => Promise<1 | 3>;
  /** A reader found this file missing or damaged. Where one is damaged others may be: then all are given up. */
  readonly lost: (file: string, reason: string) => void;
}

const MOST_BYTES = 40e9;
const FREE_SHARE = 1 / 3;
/** Freed at once when the disk is full before the cache is. */
const EMERGENCY_BYTES = 256e6;
/** Questions that wait for each decoder, so that none waits for us. */
const QUESTIONS_PER_DECODER = 2;
const PROGRESS_EVERY_MS = 250;
/** Rows looked up between two turns of the event loop. */
const ROWS_AT_ONCE = 500;
/** So many pictures do not all kill a decoder while none is read: it is the decoder. */
const ALL_CRASHED = 8;
const SAMPLE = 64;

const nameOf = ({ sha256, page, area }: CachedPicture, channels: 1 | 3): string =>
  `${sha256}-${page}-${channels}-${LONG_SIDE_CAP}${area ? `-${area.key}` : ''}${RAW_EXTENSION}`;

const bytesOf = ({ area, ...picture }: CachedPicture, channels: 1 | 3): number => {
  const { width, height } = inspectedSize(area?.area ?? null, picture);
  const masked = area !== undefined && area !== null && area.area.ignore.length > 0;
  return rawFileBytes({ ...cappedSize(width, height), channels, ...(masked && { masked }) });
};

/** The rows that fit into `capacity`, in their order. */
function choose<Row extends CachedPicture>(
  rows: readonly Row[],
  { channels, pick, must = () => false, seed = 1 }: EnsureOptions<Row>,
  capacity: number,
): readonly Row[] {
  let room = capacity;
  for (const row of rows) room -= bytesOf(row, channels);
  if (room >= 0) return rows;
  room = capacity;
  const taken = new Uint8Array(rows.length);
  const take = (at: number, anyway: boolean): void => {
    const row = rows[at];
    if (row === undefined || taken[at] === 1) return;
    const bytes = bytesOf(row, channels);
    if (!anyway && bytes > room) return;
    taken[at] = 1;
    room -= bytes;
  };
  rows.forEach((row, at) => must(row) && take(at, true));
  const order = Uint32Array.from(rows.keys());
  if (pick === 'sample') new Random(seed).shuffle(order);
  // At least one, or a call that goes through its pictures part by part would never end.
  else take(0, true);
  for (const at of order) {
    const before = room;
    take(at, false);
    if (pick === 'first' && taken[at] === 0 && before === room) break;
  }
  return rows.filter((_, at) => taken[at] === 1);
}

export function createPixelCache(options: PixelCacheOptions): PixelCache {
  const { folder, pool, log } = options;
  const files = new CacheFiles(folder, RAW_EXTENSION);
  /** Bytes of the files that are being written. */
  let underWay = 0;
  const decoding = new Map<string, Promise<ErrorData | null>>();
  // What a crash left is swept now; whoever needs the list waits for it, and is told if it cannot be read.
  files.load().catch((error: unknown) => log('warn', 'pixels.folder_unreadable', { error }));

  const capacity = (): number => {
    if (options.capacityBytes !== undefined) return options.capacityBytes;
    mkdirSync(folder, { recursive: true });
    const { bavail, bsize } = statfsSync(folder);
    return Math.min(MOST_BYTES, FREE_SHARE * (bavail * bsize + files.bytes));
  };

  const ask = async (row: CachedPicture, channels: 1 | 3): Promise<PixelsReply> => {
    const { path, sha256, page, area = null } = row;
    const file = files.path(nameOf(row, channels));
    const request = { path, sha256, page, channels, maxSide: LONG_SIDE_CAP, area, file };
    const reply = await pool.writePixels(request);
    if (reply.ok) return reply;
    // It could be read when it was admitted: that a decoder was killed may have been the system's need for memory.
    if (String(reply.error.params['reason']).startsWith('decoder_')) return pool.writePixels(request);
    if (reply.error.code === 'disk_full' && files.shrinkTo(files.bytes - EMERGENCY_BYTES) > 0)
      return pool.writePixels(request);
    return reply;
  };

  /** Why the picture cannot be used, or null once its file is there. Throws what is wrong with the cache itself. */
  const decode = async (row: CachedPicture, channels: 1 | 3): Promise<ErrorData | null> => {
    const bytes = bytesOf(row, channels);
    underWay += bytes;
    files.shrinkTo(Math.max(0, capacity() - underWay));
    const reply = await ask(row, channels);
    underWay -= bytes;
    if (reply.ok) {
      files.look(nameOf(row, channels));
      return null;
    }
    const { error, about } = reply;
    if (about === 'file') throw new AppError(error.code, error.params);
    const place = dirname(row.path);
    // A share that is not there says nothing about its pictures.
    if (error.code === 'not_found' && !existsSync(place)) return { code: 'folder_missing', params: { path: place } };
    return error;
  };

  /** Decodes a picture unless somebody else does already. */
  const decodeOnce = (row: CachedPicture, channels: 1 | 3): Promise<ErrorData | null> => {
    const name = nameOf(row, channels);
    const running = decoding.get(name);
    if (running !== undefined) return running;
    const started = decode(row, channels).finally(() => decoding.delete(name));
    decoding.set(name, started);
    return started;
  };

  const ensure: PixelCache['ensure'] = async (rows, how) => {
    const { channels, signal, onProgress = () => undefined } = how;
    await files.load();
    const wanted = choose(rows, how, capacity());
    const left = rows.length - wanted.length;
    if (left > 0) log('info', 'pixels.not_all_fit', { pictures: wanted.length, of: rows.length });
    const pinned: PinnedFile[] = [];
    const failures = new Map<(typeof rows)[number], ErrorData>();
    const pin = (row: CachedPicture): boolean => {
      const file = files.pin(nameOf(row, channels));
      if (file !== null) pinned.push(file);
      return file !== null;
    };
    let released = false;
    const release = (): void => {
      released = true;
      for (const file of pinned.splice(0)) files.unpin(file);
    };

    const missing: (typeof wanted)[number][] = [];
    try {
      for (const [at, row] of wanted.entries()) {
        if (!pin(row)) missing.push(row);
        if (at % ROWS_AT_ONCE === ROWS_AT_ONCE - 1) await setImmediate();
        signal.throwIfAborted();
      }
      let done = wanted.length - missing.length;
      let toldAt = performance.now();
      onProgress(done, wanted.length);
      let next = 0;
      let read = 0;
      let crashed = 0;
      const work = async (): Promise<void> => {
        while (next < missing.length && !released) {
          const row = missing[next++];
          if (row === undefined) return;
          let error: ErrorData | null = null;
          // Again where the file was given up before it could be pinned.
          while (error === null && !released && !pin(row)) error = await decodeOnce(row, channels);
          if (released) return;
          if (error !== null) failures.set(row, error);
          if (error?.params['reason'] === 'decoder_crashed') crashed++;
          else read++;
          if (read === 0 && crashed === ALL_CRASHED)
            throw new AppError('internal', { detail: 'no decoder stays alive' });
          done++;
          if (performance.now() - toldAt < PROGRESS_EVERY_MS && done < wanted.length) continue;
          toldAt = performance.now();
          onProgress(done, wanted.length);
        }
      };
      const { promise: aborted, reject } = Promise.withResolvers<never>();
      const abort = (): void => reject(signal.reason);
      signal.addEventListener('abort', abort, { once: true });
      try {
        await Promise.race([allOf(pool.size * QUESTIONS_PER_DECODER, work, release), aborted]);
      } finally {
        signal.removeEventListener('abort', abort);
      }
    } catch (thrown) {
      release();
      throw thrown;
    }
    return {
      rows: failures.size === 0 ? wanted : wanted.filter((row) => !failures.has(row)),
      file: (row) => files.path(nameOf(row, channels)),
      inspected: (row) => inspectedBox(row.area ?? null, row, files.path(nameOf(row, channels))),
      failed: Array.from(failures, ([row, error]) => ({ row, error })),
      left,
      release,
    };
  };

  return {
    ensure,
    async chooseChannels(rows, signal) {
      const stride = Math.max(1, Math.floor(rows.length / SAMPLE));
      const sample = rows.filter(({ channels }, at) => at % stride === 0 && channels === 3);
      const ready = await ensure(sample, { channels: 3, pick: 'first', signal });
      try {
        for (const row of ready.rows) if ((await readRawHeader(ready.file(row))).coloured) return 3;
        return 1;
      } finally {
        ready.release();
      }
    },
    lost(file, reason) {
      log('warn', 'pixels.lost', { file, reason });
      if (reason === 'missing') files.remove(basename(file));
      else files.clear();
    },
  };
}

/**
 * `count` of `work` side by side. One that fails stops the others, and is told when they have stopped: whoever tries again must
 * not meet one that is still about to fail. Throws what the first one threw.
 */
async function allOf(count: number, work: () => Promise<void>, stop: () => void): Promise<void> {
  let first: { readonly thrown: unknown } | undefined;
  const one = async (): Promise<void> => {
    try {
      await work();
    } catch (thrown) {
      first ??= { thrown };
      stop();
    }
  };
  await Promise.all(Array.from({ length: count }, one));
  if (first) throw first.thrown;
}
