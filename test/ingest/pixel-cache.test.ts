import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readdirSync } from 'node:fs';
import { mkdir, rename, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { forkDecoder } from '#core/engine-fork.ts';
import { decodeImage } from '#core/imaging/decode.ts';
import { rawFileBytes, readRawHeader, readRawPicture } from '#core/imaging/raw-picture.ts';
import type { DecodePool } from '#core/ingest/decode-pool.ts';
import { createPixelCache, type CachedPicture, type PixelCache } from '#core/ingest/pixel-cache.ts';
import { decoders, png, temporaryFolder, until } from './fixture.ts';

const never = new AbortController().signal;
const SIDE = 32;
/** Of one picture of the fixture. */
const FILE_BYTES = rawFileBytes({ width: SIDE, height: SIDE, channels: 1 });

interface Fixture {
  readonly folder: string;
  readonly pictures: string;
  readonly cache: PixelCache;
  /** Pictures that were given to a decoder. */
  readonly asked: string[];
}

/** A cache over real decoders that notes what they are asked. */
function fixture(options: { pool?: DecodePool; capacityBytes?: number; folder?: string } = {}): Fixture {
  const folder = options.folder ?? join(temporaryFolder(), 'pixels');
  const asked: string[] = [];
  const real = options.pool ?? decoders(forkDecoder, 2);
  const pool: DecodePool = {
    ...real,
    writePixels: (request) => {
      asked.push(request.path);
      return real.writePixels(request);
    },
  };
  const { capacityBytes = 1e9 } = options;
  const cache = createPixelCache({ folder, pool, capacityBytes, log: () => undefined });
  return { folder, pictures: temporaryFolder(), cache, asked };
}

async function picture(path: string, bytes: Buffer, facts: Partial<CachedPicture> = {}): Promise<CachedPicture> {
  await writeFile(path, bytes);
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  return { path, page: 0, sha256, width: SIDE, height: SIDE, channels: 1, ...facts };
}

const several = async (folder: string, count: number, from = 0): Promise<CachedPicture[]> =>
  Promise.all(
    Array.from({ length: count }, async (_, n) => picture(join(folder, `${n}.png`), await png(from + n, SIDE))),
  );

/** Every file below the cache's folder. */
const filesOf = (folder: string): string[] =>
  existsSync(folder)
    ? readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) => /\.\w+$/.test(name))
    : [];

const grey = { channels: 1, pick: 'sample', signal: never } as const;

describe('decoded pictures on the disk', () => {
  it('of another inspected area are other files, as large as the cache takes them for', async () => {
    const { folder, pictures, cache, asked } = fixture();
    const [whole] = await several(pictures, 1);
    if (whole === undefined) throw new Error('no picture');
    const region = { x: 0.5, y: 0, width: 0.5, height: 1 };
    const spot = { kind: 'stroke' as const, points: [[0.6, 0.5] as const], width: 0.2 };
    const rows = [
      whole,
      { ...whole, area: { key: 'aaaa', area: { region, ignore: [] } } },
      { ...whole, area: { key: 'bbbb', area: { region, ignore: [spot] } } },
    ];
    for (let round = 0; round < 2; round++) {
      const ready = await cache.ensure(rows, grey);
      const headers = await Promise.all(rows.map((row) => readRawHeader(ready.file(row))));
      expect(headers.map(({ width, height, masked }) => [width, height, masked])).toEqual([
        [SIDE, SIDE, undefined],
        [SIDE / 2, SIDE, undefined],
        [SIDE / 2, SIDE, true],
      ]);
      const sizes = await Promise.all(rows.map(async (row) => (await stat(ready.file(row))).size));
      expect(sizes).toEqual(headers.map(rawFileBytes));
      ready.release();
    }
    expect(asked).toHaveLength(3);
    expect(filesOf(folder)).toHaveLength(3);
  });

  it('are what the decoder gives, made once, and found again by the next start', async () => {
    const { folder, pictures, cache, asked } = fixture();
    const big = await sharp({ create: { width: 900, height: 300, channels: 3, background: '#a03050' } })
      .jpeg()
      .toBuffer();
    const rows = [
      ...(await several(pictures, 5)),
      await picture(join(pictures, 'big.jpg'), big, { width: 900, height: 300, channels: 3 }),
    ];
    const told: [number, number][] = [];
    const ready = await cache.ensure(rows, { ...grey, onProgress: (done, total) => told.push([done, total]) });
    expect(ready).toMatchObject({ rows, failed: [], left: 0 });
    expect(told.at(-1)).toEqual([6, 6]);
    for (const row of rows) {
      const expected = await decodeImage(row.path, { channels: 1, maxSide: 512 });
      const found = await readRawPicture(ready.file(row));
      expect(found).toMatchObject({ width: expected.width, height: expected.height, channels: 1 });
      expect(Buffer.compare(found.data, expected.data)).toBe(0);
    }
    expect(asked).toHaveLength(6);
    await cache.ensure(rows, grey);
    expect(asked).toHaveLength(6);
    const later = fixture({ folder });
    expect((await later.cache.ensure(rows, grey)).rows).toHaveLength(6);
    expect(later.asked).toEqual([]);
    // The same picture in colour is another file.
    await later.cache.ensure(rows.slice(5), { ...grey, channels: 3 });
    expect(later.asked).toHaveLength(1);
  });

  it('are asked for once, however many wait for them', async () => {
    const { pictures, cache, asked } = fixture();
    const rows = await several(pictures, 12);
    const all = await Promise.all([rows, rows, rows.toReversed()].map((wanted) => cache.ensure(wanted, grey)));
    expect(all.map((ready) => ready.rows.length)).toEqual([12, 12, 12]);
    expect(asked).toHaveLength(12);
  });

  it('show whether a scene has colour, whatever the files have', async () => {
    const { pictures, cache, asked } = fixture();
    const rgb = (name: string, background: string, n: number) =>
      sharp({ create: { width: SIDE, height: SIDE + n, channels: 3, background } })
        .png()
        .toBuffer()
        .then((bytes) => picture(join(pictures, name), bytes, { channels: 3 }));
    const plain = await Promise.all(Array.from({ length: 5 }, (_, n) => rgb(`${n}.png`, '#808080', n)));
    expect(await cache.chooseChannels(plain, never)).toBe(1);
    expect(asked).toHaveLength(5);
    expect(await cache.chooseChannels(await several(pictures, 3), never)).toBe(1);
    expect(asked).toHaveLength(5);
    expect(await cache.chooseChannels([...plain, await rgb('red.png', '#ff0000', 9)], never)).toBe(3);
  });
});

describe('a picture that cannot be decoded', () => {
  it('is one failure with its reason, and the others are ready', async () => {
    const { folder, pictures, cache } = fixture({
      pool: decoders(() => forkDecoder(join(import.meta.dirname, 'crashing-worker.ts')), 2),
    });
    const rows = await several(pictures, 8);
    const [torn, changed, gone, away] = rows as [CachedPicture, CachedPicture, CachedPicture, CachedPicture];
    const whole = await png(60, SIDE);
    const huge = Buffer.from(whole);
    huge.writeUInt32BE(30_000, 16);
    huge.writeUInt32BE(30_000, 20);
    const bad = [
      await picture(torn.path, whole.subarray(0, whole.length / 2)),
      changed,
      gone,
      { ...away, path: join(pictures, 'unmounted', 'share', 'away.png') },
      await picture(join(pictures, 'deadly.png'), await png(61, SIDE)),
      await picture(join(pictures, 'bomb.png'), huge),
    ];
    await writeFile(changed.path, await png(62, SIDE));
    await rm(gone.path);
    const ready = await cache.ensure([...bad, ...rows.slice(4)], grey);
    expect(ready.rows).toEqual(rows.slice(4));
    const why = ready.failed.map(({ row, error }) => [basename(row.path), error.params['reason'] ?? error.code]);
    expect(Object.fromEntries(why)).toEqual({
      '0.png': 'truncated',
      '1.png': 'changed',
      '2.png': 'not_found',
      'away.png': 'folder_missing',
      'deadly.png': 'decoder_crashed',
      'bomb.png': 'image_too_large',
    });
    expect(filesOf(folder)).toHaveLength(4);
  });

  it('takes no longer than the limit', async () => {
    const { pictures, cache } = fixture({
      pool: decoders(() => forkDecoder(join(import.meta.dirname, 'hanging-worker.ts')), 2, { limitMs: 2000 }),
    });
    const rows = [...(await several(pictures, 3)), await picture(join(pictures, 'endless.png'), await png(50, SIDE))];
    const ready = await cache.ensure(rows, grey);
    expect(ready.failed).toEqual([
      { row: rows[3], error: { code: 'image_broken', params: { reason: 'decoder_timeout' } } },
    ]);
    expect(ready.rows).toEqual(rows.slice(0, 3));
  });

  it('is not each of them, where no decoder starts', async () => {
    const { pictures, cache } = fixture({ pool: decoders(() => forkDecoder('/no/such/worker.ts'), 2) });
    await expect(cache.ensure(await several(pictures, 12), grey)).rejects.toMatchObject({ code: 'internal' });
  });
});

describe('the room that they take', () => {
  it('is bounded: the longest unused go, but none that somebody reads', async () => {
    const { folder, pictures, cache, asked } = fixture({ capacityBytes: 10 * FILE_BYTES });
    const rows = await several(pictures, 16);
    const read = await cache.ensure(rows.slice(0, 3), grey);
    (await cache.ensure(rows.slice(3, 10), grey)).release();
    expect(filesOf(folder)).toHaveLength(10);
    // Used again, and so no longer the oldest.
    const again = await cache.ensure(rows.slice(3, 4), grey);
    again.release();
    (await cache.ensure(rows.slice(10, 14), grey)).release();
    expect(filesOf(folder).length).toBeLessThanOrEqual(10);
    asked.length = 0;
    const kept = await cache.ensure(rows.slice(0, 4), grey);
    expect(asked).toEqual([]);
    read.release();
    kept.release();
    (await cache.ensure(rows.slice(6, 16), grey)).release();
    expect(filesOf(folder).length).toBeLessThanOrEqual(10);
    asked.length = 0;
    await cache.ensure(rows.slice(0, 3), grey);
    expect(asked).toHaveLength(3);
  });

  it('is given first to what must be there, then to a sample that a seed repeats, and what is left out is counted', async () => {
    const { pictures, cache } = fixture({ capacityBytes: 10 * FILE_BYTES });
    const rows = await several(pictures, 40);
    const labelled = new Set(rows.slice(30, 34));
    const must = (row: CachedPicture): boolean => labelled.has(row);
    const names = async (seed: number): Promise<string[]> => {
      const ready = await cache.ensure(rows, { ...grey, must, seed });
      expect(ready.left).toBe(30);
      expect(ready.rows.filter(must)).toHaveLength(4);
      const order = ready.rows.map((row) => rows.indexOf(row));
      expect(order).toEqual(order.toSorted((a, b) => a - b));
      ready.release();
      return ready.rows.map(({ path }) => path);
    };
    const first = await names(5);
    expect(first).toHaveLength(10);
    expect(await names(5)).toEqual(first);
    expect(await names(6)).not.toEqual(first);
    const fromTheFirst = await cache.ensure(rows.slice(3), { ...grey, pick: 'first' });
    expect(fromTheFirst.rows).toEqual(rows.slice(3, 13));
  });

  it('the next start knows what was not used for longest', async () => {
    const { folder, pictures, cache } = fixture();
    const rows = await several(pictures, 6);
    const ready = await cache.ensure(rows, grey);
    for (const [n, row] of rows.entries()) await utimes(ready.file(row), 1000 + n, 1000 + n);
    const later = fixture({ folder, capacityBytes: 6 * FILE_BYTES });
    (await later.cache.ensure(rows.slice(0, 2), grey)).release();
    await later.cache.ensure(await several(later.pictures, 2, 50), grey);
    const kept = rows.map((row) => existsSync(ready.file(row)));
    expect(kept.slice(0, 4)).toEqual([true, true, false, false]);
    // That they were used is written where the next start reads it.
    expect((await stat(ready.file(rows[0] as CachedPicture))).mtimeMs).toBeGreaterThan(1e12);
  });

  it('is free of what a crash left half written', async () => {
    const folder = join(temporaryFolder(), 'pixels');
    await mkdir(join(folder, 'ab'), { recursive: true });
    await writeFile(join(folder, 'ab', `ab.px.some-id.tmp`), 'half');
    fixture({ folder });
    await until(
      () => filesOf(folder),
      (names) => names.length === 0,
    );
  });
});

describe('when the disk gives out', () => {
  it('deleting the folder at any time costs decoding again and nothing else', async () => {
    const { folder, pictures, cache, asked } = fixture();
    const rows = await several(pictures, 30);
    const during = cache.ensure(rows, grey);
    await until(
      () => filesOf(folder).length,
      (count) => count > 5,
    );
    await rename(folder, `${folder}-deleted`);
    await during;
    (await cache.ensure(rows, grey)).release();
    expect(filesOf(folder)).toHaveLength(30);
    await rm(folder, { recursive: true });
    asked.length = 0;
    const ready = await cache.ensure(rows, grey);
    expect(asked).toHaveLength(30);
    const [one, two] = rows as [CachedPicture, CachedPicture];
    // A reader found one missing, then one damaged: then none is trusted.
    await rm(ready.file(one));
    cache.lost(ready.file(one), 'missing');
    ready.release();
    asked.length = 0;
    await cache.ensure(rows, grey);
    expect(asked).toEqual([one.path]);
    cache.lost(ready.file(two), 'damaged');
    expect(filesOf(folder)).toEqual([]);
    expect((await cache.ensure(rows, grey)).rows).toHaveLength(30);
  });

  it('a place that cannot be written is an error of the job, not of the pictures', async () => {
    const blocked = temporaryFolder();
    const { pictures, cache } = fixture({ folder: join(blocked, 'pixels') });
    const rows = await several(pictures, 3);
    // A file where the folder should be.
    await writeFile(join(blocked, 'pixels'), '');
    await expect(cache.ensure(rows, grey)).rejects.toMatchObject({ code: 'write_failed' });
    await rm(join(blocked, 'pixels'));
    expect((await cache.ensure(rows, grey)).rows).toHaveLength(3);
  });

  it('a full disk is named, leaves nothing half written, and gives way when there is room', () => {
    const script = join(import.meta.dirname, 'fill-disk.ts');
    const place = temporaryFolder();
    const mounted = `mount -t tmpfs -o size=256k tmpfs "$2" && exec "$0" "$1" "$2"`;
    try {
      execFileSync('unshare', ['-rm', 'sh', '-c', 'mount -t tmpfs tmpfs "$0"', place], { stdio: 'ignore' });
    } catch {
      console.warn('skipped: this machine allows no user namespace, in which alone a small disk may be mounted');
      return;
    }
    const output = execFileSync('unshare', ['-rm', 'sh', '-c', mounted, process.execPath, script, place], {
      encoding: 'utf8',
      timeout: 25_000,
    });
    expect(JSON.parse(output)).toEqual({ refused: 'disk_full', halfWritten: 0, afterwards: 20, whole: true });
  });

  it('a wish to stop is heard at once, and what was decoded is kept', async () => {
    const { pictures, folder, cache } = fixture({
      pool: decoders(() => forkDecoder(join(import.meta.dirname, 'hanging-worker.ts')), 1),
    });
    const rows = [...(await several(pictures, 3)), await picture(join(pictures, 'endless.png'), await png(9, SIDE))];
    const stop = new AbortController();
    const work = cache.ensure(rows, { ...grey, signal: stop.signal });
    await until(
      () => filesOf(folder).length,
      (count) => count === 3,
    );
    stop.abort(new Error('enough'));
    await expect(work).rejects.toThrow('enough');
    expect(filesOf(folder)).toHaveLength(3);
  });
});
