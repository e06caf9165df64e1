import { mkdir, readFile, rename, symlink, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ingestOnce } from '#core/ingest/ingest-once.ts';
import { forkDecoder } from '#core/engine-fork.ts';
import { openStore } from '#core/store/open.ts';
import { decoders, png, put, site, temporaryFolder, until } from './fixture.ts';

const never = new AbortController().signal;

describe('watching a folder', () => {
  it('admits what is there and what comes, in sub-folders too, each once', async () => {
    const { folder, ingest, images, admitted, broken } = site();
    await put(folder, 'before.png', 1);
    const id = await ingest.addCamera({ name: 'camera', folder });
    await until(images, (count) => count === 1);
    await until(
      () => ingest.state(),
      ([camera]) => camera?.state === 'watching',
    );
    await put(folder, 'after.png', 2);
    await until(images, (count) => count === 2);
    await mkdir(join(folder, 'lot', 'deep'), { recursive: true });
    await put(join(folder, 'lot', 'deep'), 'nested.png', 3);
    await until(images, (count) => count === 3);
    await ingest.rescan(id);
    await ingest.idle();
    expect(images()).toBe(3);
    expect(admitted).toEqual([1, 2, 3]);
    expect(broken()).toEqual([]);
    expect(ingest.state()).toEqual([
      { id, state: 'watching', error: null, notices: [], waiting: 0, polling: null, missed: 0 },
    ]);
  });

  it('passes over hidden and unfinished files and what makes no claim to be a picture', async () => {
    const { folder, ingest, images, broken } = site();
    for (const name of ['.hidden.png', 'a.png.tmp', 'b.png.part', 'c.png~']) await put(folder, name, 1);
    await writeFile(join(folder, 'manifest.csv'), 'path,class\n');
    await mkdir(join(folder, '.trash'));
    await put(join(folder, '.trash'), 'old.png', 2);
    const id = await ingest.addCamera({ name: 'camera', folder });
    await ingest.rescan(id);
    await ingest.idle();
    expect([images(), broken()]).toEqual([0, []]);
    await rename(join(folder, 'a.png.tmp'), join(folder, 'a.png'));
    await until(images, (count) => count === 1);
  });

  it('knows pictures by their content', async () => {
    const { folder, store, ingest, images } = site();
    await put(folder, 'a.png', 1);
    await put(folder, 'b.png', 1);
    const id = await ingest.addCamera({ name: 'camera', folder });
    await until(
      () => store.read.value<number>('SELECT count(*) FROM sighting') ?? 0,
      (count) => count === 2,
    );
    expect(images()).toBe(1);
    // The camera's counter restarted: the same name, another part.
    await put(folder, 'a.png', 9);
    await until(images, (count) => count === 2);
    // Only touched.
    await utimes(join(folder, 'b.png'), 5, 5);
    await ingest.rescan(id);
    await ingest.idle();
    expect(images()).toBe(2);
    expect(store.read.value('SELECT count(*) FROM sighting')).toBe(3);
  });

  it('does not read again what it knows after a restart', async () => {
    const dataDir = temporaryFolder();
    const store = openStore(dataDir);
    const first = site({ store, dataDir });
    await put(first.folder, 'a.png', 1);
    await writeFile(join(first.folder, 'broken.png'), 'text');
    await first.ingest.addCamera({ name: 'camera', folder: first.folder });
    await until(
      () => [first.images(), first.broken().length],
      ([ok, bad]) => ok === 1 && bad === 1,
    );
    await first.ingest.close();
    // Any decoding would now count as a crash of the decoder.
    const second = site({ store, dataDir, pool: decoders(() => forkDecoder(join(dataDir, 'no-such-worker.ts'))) });
    const [camera] = second.ingest.state();
    await second.ingest.rescan(camera?.id ?? (0 as never));
    await second.ingest.idle();
    expect(second.broken()).toMatchObject([{ fileName: 'broken.png', code: 'image_type_refused', tries: 1 }]);
    await second.ingest.close();
    store.close();
  });
});

describe('files that cannot be used', () => {
  it('are listed with their reason, one by one, beside the good ones', async () => {
    const { folder, ingest, images, broken } = site({ patienceMs: 0 });
    const whole = await png(1, 100);
    await writeFile(join(folder, 'bad1.png'), whole.subarray(0, 400));
    await writeFile(join(folder, 'bad2.png'), '<svg xmlns="http://www.w3.org/2000/svg"/>');
    await writeFile(join(folder, 'bad3.jpg'), '');
    await writeFile(join(folder, 'bad4.gif'), 'GIF89a');
    await put(folder, 'good.png', 2);
    await ingest.addCamera({ name: 'camera', folder });
    await until(
      () => [images(), broken().length],
      ([ok, bad]) => ok === 1 && bad === 4,
    );
    expect(broken().map(({ fileName, code, params }) => [fileName, code, JSON.parse(params)])).toEqual([
      ['bad1.png', 'image_broken', { reason: 'truncated' }],
      ['bad2.png', 'image_type_refused', { type: 'SVG' }],
      ['bad3.jpg', 'image_broken', { reason: 'empty' }],
      ['bad4.gif', 'image_type_refused', { type: 'GIF' }],
    ]);
  });

  it('are tried again when they change, at most three times, and leave the list when they decode', async () => {
    const { folder, ingest, images, broken } = site();
    const id = await ingest.addCamera({ name: 'camera', folder });
    const [healed, hopeless] = [join(folder, 'healed.png'), join(folder, 'hopeless.png')];
    for (let round = 1; round <= 6; round++) {
      await writeFile(hopeless, 'x'.repeat(round));
      if (round === 1) await writeFile(healed, 'not yet');
      await ingest.rescan(id);
      await ingest.idle();
      expect(broken().find((file) => file.fileName === 'hopeless.png')?.tries).toBe(Math.min(round, 4));
    }
    await writeFile(healed, await png(4));
    await until(images, (count) => count === 1);
    expect(broken().map((file) => file.fileName)).toEqual(['hopeless.png']);
  });

  it('cost one entry when the decoder dies of them', async () => {
    const { folder, ingest, images, broken } = site({
      pool: decoders(() => forkDecoder(join(import.meta.dirname, 'crashing-worker.ts'))),
    });
    for (let n = 0; n < 6; n++) await put(folder, n % 3 === 1 ? `deadly${n}.png` : `good${n}.png`, n);
    await ingest.addCamera({ name: 'camera', folder });
    await until(
      () => [images(), broken().length],
      ([ok, bad]) => ok === 4 && bad === 2,
    );
    expect(broken().map((file) => JSON.parse(file.params) as unknown)).toEqual([
      { reason: 'decoder_crashed' },
      { reason: 'decoder_crashed' },
    ]);
  });

  it('names that are no UTF-8 are listed, and odd ones that are get in', async () => {
    const { folder, ingest, images, broken } = site();
    const shiftJis = Buffer.concat([
      Buffer.from(`${folder}/`),
      Buffer.from([0x83, 0x4a, 0x83, 0x81]),
      Buffer.from('.png'),
    ]);
    await writeFile(shiftJis, await png(1));
    const names = [
      'カメラ１.png',
      'カ\u3099.png',
      'new\nline.png',
      '=cmd.png',
      '🙂.png',
      'x'.repeat(251) + '.png',
      'CON.png',
    ];
    for (const [n, name] of names.entries()) await put(folder, name, n + 2);
    await ingest.addCamera({ name: 'camera', folder });
    await until(
      () => [images(), broken().length],
      ([ok, bad]) => ok === names.length && bad === 1,
    );
    expect(broken()).toMatchObject([{ code: 'image_broken', params: '{"reason":"file_name"}' }]);
  });
});

describe('the folder itself', () => {
  it('must be there, be readable, and lie in no other camera’s', async () => {
    const { folder, ingest } = site();
    await mkdir(join(folder, 'inner'));
    await writeFile(join(folder, 'file'), '');
    const add = (path: string) => ingest.addCamera({ name: 'x', folder: path }).catch((error: unknown) => error);
    expect(await add(join(folder, 'none'))).toMatchObject({ code: 'folder_missing' });
    expect(await add(join(folder, 'file'))).toMatchObject({ code: 'folder_missing' });
    await ingest.addCamera({ name: 'inner', folder: join(folder, 'inner') });
    const alias = join(temporaryFolder(), 'alias');
    await symlink(join(folder, 'inner'), alias);
    for (const path of [folder, join(folder, 'inner'), alias])
      expect(await add(path)).toMatchObject({ code: 'camera_overlaps', params: { camera: 'inner' } });
    await mkdir(join(folder, 'inner-2'));
    expect(await add(join(folder, 'inner-2'))).toBe(2);
  });

  it('is left alone while paused and when removed', async () => {
    const { folder, ingest, images } = site();
    const id = await ingest.addCamera({ name: 'camera', folder });
    await ingest.pause(id, true);
    expect(ingest.state()).toMatchObject([{ state: 'paused' }]);
    await put(folder, 'a.png', 1);
    await ingest.rescan(id);
    expect(images()).toBe(0);
    await ingest.pause(id, false);
    await until(images, (count) => count === 1);
    await ingest.removeCamera(id);
    expect(ingest.state()).toEqual([]);
    await expect(ingest.rescan(id)).rejects.toMatchObject({ code: 'not_found' });
    expect(images()).toBe(1);
  });
});

describe('when the system gives out', () => {
  it('a full disk stops admission with its name, and goes on by itself', async () => {
    const { folder, store, ingest, images } = site();
    const pages = store.write.value<number>('PRAGMA page_count') ?? 0;
    store.write.value(`PRAGMA max_page_count = ${pages}`);
    for (let n = 0; n < 80; n++) await put(folder, `${n}.png`, n);
    await ingest.addCamera({ name: 'camera', folder });
    await until(
      () => ingest.state()[0]?.error?.code,
      (code) => code === 'disk_full',
    );
    store.write.value('PRAGMA max_page_count = 100000');
    await until(images, (count) => count === 80);
    expect(ingest.state()[0]?.error).toBeNull();
  });
});

describe('a folder in one go', () => {
  it('admits all of it, counts what it could not use, and does nothing twice', async () => {
    const { folder, store, dataDir } = site();
    for (let n = 0; n < 30; n++) await put(folder, `${n}.png`, n % 28);
    await writeFile(join(folder, 'bad.png'), (await png(50)).subarray(0, 100));
    const progress: [number, number][] = [];
    const once = () =>
      ingestOnce({
        store,
        dataDir,
        pool: decoders(),
        folder,
        signal: never,
        onProgress: (done, total) => progress.push([done, total]),
      });
    expect(await once()).toEqual({ cameraId: 1, images: 28, rejected: 1, duplicates: 2 });
    expect(progress.at(-1)).toEqual([31, 31]);
    const reported = progress.length;
    expect(await once()).toEqual({ cameraId: 1, images: 28, rejected: 1, duplicates: 2 });
    expect(progress).toHaveLength(reported);
  });

  it('numbers pictures by their names’ order, however long each takes, so that a run can be repeated', async () => {
    const { folder, store, dataDir } = site();
    await writeFile(join(folder, 'a.png'), await png(1, 1800));
    const names = ['b.png', 'c.png', 'd.png', 'e.png'];
    for (const [n, name] of names.entries()) await put(folder, name, n + 2);
    await ingestOnce({
      store,
      dataDir,
      pool: decoders(),
      folder,
      signal: never,
      onProgress: () => undefined,
    });
    const kept = store.read.all<{ name: string }>('SELECT file_name AS name FROM image ORDER BY id');
    expect(kept.map((row) => row.name)).toEqual(['a.png', ...names]);
  });

  it('leaves out the data folder that lies inside', async () => {
    const outer = temporaryFolder();
    const dataDir = join(outer, 'out', 'pilot');
    const store = openStore(dataDir);
    await put(outer, 'picture.png', 1);
    await put(dataDir, 'thumbnail.png', 2);
    const result = await ingestOnce({
      store,
      dataDir,
      pool: decoders(),
      folder: outer,
      signal: never,
      onProgress: () => undefined,
    });
    expect(result.images).toBe(1);
    store.close();
  });

  it('reads every page of a stack, the time from EXIF and the bytes as they are', async () => {
    const { folder, store, dataDir } = site();
    const { makeTiff } = await import('../imaging/files.ts');
    const page = (value: number) => ({ width: 16, height: 16, pixel: (at: number) => (at * value) % 256 });
    await writeFile(join(folder, 'stack.tif'), makeTiff([page(3), page(5), { ...page(1), width: 9, height: 9 }], 8));
    await ingestOnce({
      store,
      dataDir,
      pool: decoders(),
      folder,
      signal: never,
      onProgress: () => undefined,
    });
    const { createHash } = await import('node:crypto');
    const sha256 = createHash('sha256')
      .update(await readFile(join(folder, 'stack.tif')))
      .digest('hex');
    expect(store.read.all('SELECT page, sha256, width FROM image ORDER BY page')).toEqual([
      { page: 0, sha256, width: 16 },
      { page: 1, sha256, width: 16 },
    ]);
  });

  it('stops when asked to, and rejects with the reason', async () => {
    const { folder, store, dataDir } = site();
    for (let n = 0; n < 40; n++) await put(folder, `${n}.png`, n);
    const stop = new AbortController();
    const reason = new Error('enough');
    const work = ingestOnce({
      store,
      dataDir,
      pool: decoders(),
      folder,
      signal: stop.signal,
      onProgress: () => stop.abort(reason),
    });
    await expect(work).rejects.toBe(reason);
  });
});
