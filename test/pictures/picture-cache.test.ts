import { existsSync, readdirSync, writeFileSync } from 'node:fs';
import { mkdir, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { forkDecoder } from '#core/engine-fork.ts';
import { writeWhole } from '#core/disk/whole-file.ts';
import { createPictureCache } from '#core/picture-cache.ts';
import { realApp, takeIn } from '#test/faults/real-app.ts';
import { png, put, temporaryFolder } from '#test/ingest/fixture.ts';

const silent = (): void => undefined;
const filesOf = (folder: string): string[] =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ name }) => name)
    .sort();

describe('pictures that are kept', () => {
  it('are made once, however many ask for them at the same time, and read from the disk afterwards', async () => {
    const folder = temporaryFolder();
    let made = 0;
    const make = async (file: string): Promise<Buffer> => {
      made++;
      const bytes = Buffer.from('picture');
      await writeWhole(file, bytes, { makesFolder: true });
      return bytes;
    };
    const cache = createPictureCache(folder, '.webp', silent);
    const all = await Promise.all(Array.from({ length: 20 }, () => cache.read('ab1.webp', make)));
    expect(new Set(all.map(String))).toEqual(new Set(['picture']));
    expect(made).toBe(1);
    expect(String(await createPictureCache(folder, '.webp', silent).read('ab1.webp', make))).toBe('picture');
    expect(made).toBe(1);
    expect(filesOf(folder)).toEqual(['ab1.webp']);
  });

  it('take no more room than they may: what was not looked at for longest goes, and is made again when asked for', async () => {
    const folder = temporaryFolder();
    const made: string[] = [];
    const cache = createPictureCache(folder, '.webp', silent, 1000);
    const read = (name: string) =>
      cache.read(name, async (file) => {
        made.push(name);
        await writeWhole(file, Buffer.alloc(100), { makesFolder: true });
        return Buffer.alloc(100);
      });
    for (let n = 10; n < 30; n++) await read(`${n}.webp`);
    expect(filesOf(folder).length).toBeLessThanOrEqual(10);
    expect(filesOf(folder)).toContain('29.webp');
    await read('10.webp');
    expect(made.filter((name) => name === '10.webp')).toHaveLength(2);
  });

  it('are shown even where they cannot be kept, and made anew after a failure', async () => {
    const cache = createPictureCache(join(temporaryFolder(), 'none'), '.webp', silent);
    await expect(cache.read('aa.webp', () => Promise.reject(new Error('broken')))).rejects.toThrow('broken');
    expect(String(await cache.read('aa.webp', async () => Buffer.from('shown')))).toBe('shown');
  });

  it('are not swept while they are being made beside others', async () => {
    const folder = temporaryFolder();
    const cache = createPictureCache(folder, '.png', silent);
    const begun = Promise.withResolvers<void>();
    const other = Promise.withResolvers<void>();
    const slow = cache.read('bb.png', async (file) => {
      await mkdir(join(folder, 'bb'), { recursive: true });
      await writeFile(`${file}.tmp`, 'half');
      begun.resolve();
      await other.promise;
      await rename(`${file}.tmp`, file);
      return Buffer.from('whole');
    });
    await begun.promise;
    await cache.read('aa.png', async () => Buffer.from('other'));
    other.resolve();
    expect(String(await slow)).toBe('whole');
  });

  it('of an earlier layout, and what a crash left half written, are swept', async () => {
    const folder = temporaryFolder();
    await mkdir(join(folder, '3'), { recursive: true });
    await mkdir(join(folder, 'ab'));
    for (const name of ['3/12.webp', 'ab/abc.webp.77.tmp', 'ab/abd.webp']) writeFileSync(join(folder, name), 'x');
    const cache = createPictureCache(folder, '.webp', silent);
    await cache.read('abe.webp', async (file) => {
      await writeFile(file, 'y');
      return Buffer.from('y');
    });
    expect(filesOf(folder)).toEqual(['abd.webp', 'abe.webp']);
  });
});

describe('a picture for the screen', () => {
  it('that takes its decoder down is one picture that is not there; the core and the others go on', async () => {
    const launchDecoder = () => forkDecoder(join(import.meta.dirname, '..', 'ingest', 'crashing-renderer.ts'));
    const { app, calls, dataDir } = await realApp({ launchDecoder });
    const folder = temporaryFolder();
    await put(folder, 'a-deadly.png', 1);
    await put(folder, 'b-good.png', 2);
    await takeIn(calls, folder, 2);
    const [deadly, good] = await Promise.all(['/thumb/1', '/thumb/2'].map((path) => app.picture(path, 'program')));
    expect([deadly, good?.mime]).toEqual([null, 'image/webp']);
    expect(await app.picture('/picture/2', 'program')).toMatchObject({ mime: 'image/webp', cache: 'immutable' });
    expect(filesOf(join(dataDir, 'cache', 'thumbs'))).toHaveLength(1);
  });

  it('is never another picture that took its place', async () => {
    const { app, calls, dataDir } = await realApp();
    const folder = temporaryFolder();
    const path = await put(folder, 'a.png', 1);
    await takeIn(calls, folder, 1);
    await calls.cameras.pause({ cameraId: 1, paused: true });
    writeFileSync(path, await png(2));
    expect(await app.picture('/thumb/1', 'program')).toBeNull();
    expect(await app.picture('/picture/1', 'program')).toBeNull();
    expect(existsSync(join(dataDir, 'cache', 'thumbs'))).toBe(false);
    writeFileSync(path, await png(1));
    expect(await app.picture('/thumb/1', 'program')).toMatchObject({ mime: 'image/webp' });
  });
});
