import { chmod, mkdir, readFile, rename, rm, symlink, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { defaultWatching, type WatchingSettings } from '#core/contract/watching.ts';
import type { DecodePool } from '#core/ingest/decode-pool.ts';
import { overlap, scanFailure } from '#core/ingest/folder.ts';
import type { OpenHints } from '#core/ingest/folder-hints.ts';
import { previewFolder } from '#core/ingest/folder-preview.ts';
import type { Ingest } from '#core/ingest/ingest.ts';
import { MARKER_NAME } from '#core/ingest/marker.ts';
import { openStore } from '#core/store/open.ts';
import { decoders, png, put, site, temporaryFolder, until } from './fixture.ts';

const watched = (settings: Partial<WatchingSettings>): WatchingSettings => ({ ...defaultWatching, ...settings });

/** Real decoders that tell which files they were asked to open. */
function openings(): { readonly pool: DecodePool; readonly opened: string[] } {
  const pool = decoders();
  const opened: string[] = [];
  return { opened, pool: { ...pool, examine: (path) => (opened.push(path), pool.examine(path)) } };
}

const noHints: OpenHints = () => {
  throw new Error('a watcher was opened');
};

const tick = (): Promise<unknown> => {
  const startMs = Date.now();
  return until(Date.now, (now) => now > startMs + 15);
};

/** Waits until a camera is watched, whatever scan is just under way. */
const wellWatched = (ingest: Ingest): Promise<unknown> =>
  until(
    () => ingest.state(),
    ([camera]) => camera?.state === 'watching',
  );

describe('a network share', () => {
  it('is scanned and never watched, and says how', async () => {
    const { folder, ingest, images } = site({ openHints: noHints, reconcileMs: 100 });
    await put(folder, 'before.png', 1);
    const id = await ingest.addCamera({ name: 'x', folder, watching: watched({ mode: 'polling' }) });
    await until(images, (count) => count === 1);
    await mkdir(join(folder, '2026-11-26'));
    await put(join(folder, '2026-11-26'), 'after.png', 2);
    await until(images, (count) => count === 2);
    await until(
      () => ingest.watching(id),
      ({ scan }) => scan?.whole === false,
    );
    expect(ingest.watching(id)).toMatchObject({ polling: 'chosen', missed: { sinceStart: 0 } });
    await put(folder, 'later.png', 3);
    await until(images, (count) => count === 3);
    await ingest.rescan(id);
    expect(ingest.watching(id).scan).toMatchObject({ whole: true, files: 3 });
  });

  it('gives its files other numbers at each mount, and none is read again for that', async () => {
    const { pool, opened } = openings();
    const { folder, ingest, images } = site({ pool });
    const path = await put(folder, 'a.png', 1);
    await utimes(path, 1e9, 1e9);
    const id = await ingest.addCamera({ name: 'x', folder, watching: watched({ mode: 'polling' }) });
    await until(images, (count) => count === 1);
    await put(folder, '.copy', 1);
    await utimes(join(folder, '.copy'), 1e9, 1e9);
    await rename(join(folder, '.copy'), path);
    await ingest.rescan(id);
    await ingest.idle();
    expect(opened).toEqual([path]);
  });
});

describe('pictures that are there already', () => {
  it('are passed over unopened, also after a restart; what changes or comes later is taken', async () => {
    const { pool, opened } = openings();
    const dataDir = temporaryFolder();
    const store = openStore(dataDir);
    const first = site({ store, dataDir, pool });
    const { folder } = first;
    await mkdir(join(folder, 'old'));
    for (const n of [1, 2]) await put(join(folder, 'old'), `${n}.png`, n);
    await tick();
    const id = await first.ingest.addCamera({ name: 'x', folder, watching: watched({ backlog: 'ignore' }) });
    await until(
      () => first.ingest.watching(id).passedOver,
      (count) => count === 2,
    );
    const news = await put(folder, 'new.png', 3);
    await until(first.images, (count) => count === 1);
    await first.ingest.close();
    const second = site({ store, dataDir, pool });
    await second.ingest.rescan(id);
    await second.ingest.idle();
    expect(opened).toEqual([news]);
    const changed = await put(join(folder, 'old'), '1.png', 9);
    await until(second.images, (count) => count === 2);
    expect(second.ingest.watching(id).passedOver).toBe(1);
    await second.ingest.close();
    const third = site({ store, dataDir, pool });
    await third.ingest.rescan(id);
    await third.ingest.idle();
    expect(opened).toEqual([news, changed]);
    await third.ingest.setWatching(id, watched({ backlog: 'take' }), 'me');
    await until(third.images, (count) => count === 3);
    expect(third.ingest.watching(id).passedOver).toBe(0);
    await third.ingest.close();
    store.close();
  });

  it('are told by the folder’s own clock where a marker shows it', async () => {
    // The computer's clock is a day behind: by it, nothing in the folder is old.
    const { folder, ingest, images } = site({ now: () => Date.now() - 86_400_000 });
    await put(folder, 'old.png', 1);
    await tick();
    const watching = watched({ backlog: 'ignore', marker: true });
    const id = await ingest.addCamera({ name: 'x', folder, watching });
    await until(
      () => ingest.watching(id).passedOver,
      (count) => count === 1,
    );
    await put(folder, 'new.png', 2);
    await until(images, (count) => count === 1);
  });
});

it('a folder that is added again with its backlog takes what it passed over before', async () => {
  const { folder, ingest, images } = site();
  await put(folder, 'old.png', 1);
  await tick();
  const id = await ingest.addCamera({ name: 'x', folder, watching: watched({ backlog: 'ignore' }) });
  await until(
    () => ingest.watching(id).passedOver,
    (count) => count === 1,
  );
  await ingest.removeCamera(id);
  expect(await ingest.addCamera({ name: 'x', folder })).toBe(id);
  await until(images, (count) => count === 1);
});

describe('which files are taken', () => {
  it('goes by patterns and depth, and can be changed', async () => {
    const { folder, store, ingest } = site();
    await mkdir(join(folder, 'a', 'b'), { recursive: true });
    for (const [n, name] of ['top_1.png', 'side_1.png', 'a/top_2.png', 'a/b/top_3.png'].entries())
      await put(folder, name, n);
    const names = (): string[] =>
      store.read.all<{ name: string }>('SELECT file_name AS name FROM image ORDER BY id').map(({ name }) => name);
    const watching = watched({ include: 'TOP_*', maxDepth: 1 });
    const id = await ingest.addCamera({ name: 'x', folder, watching });
    await until(names, (all) => all.length === 2);
    await ingest.rescan(id);
    await ingest.idle();
    expect(names()).toEqual(['top_1.png', 'top_2.png']);
    expect(ingest.watching(id)).toMatchObject({ settings: watching, scan: { files: 2, leftOut: 1 } });
    await ingest.setWatching(id, watched({ exclude: 'side*; a/top*' }), 'me');
    await until(names, (all) => all.length === 3);
    expect(names().at(-1)).toBe('top_3.png');
    await put(folder, 'side_2.png', 7);
    await put(folder, 'top_4.png', 8);
    await until(names, (all) => all.length === 4);
    await ingest.rescan(id);
    await ingest.idle();
    expect(names().at(-1)).toBe('top_4.png');
    expect(store.read.value('SELECT count(*) FROM watching')).toBe(2);
    expect(() => store.write.run('DELETE FROM watching')).toThrow(/append-only/);
  });

  it('is said on the camera where it is none of those there, with examples', async () => {
    const { folder, ingest } = site();
    for (const n of [1, 2, 3, 4]) await put(folder, `${n}.png`, n);
    const id = await ingest.addCamera({ name: 'x', folder, watching: watched({ include: '*.bmp' }) });
    await ingest.rescan(id);
    await wellWatched(ingest);
    expect(ingest.state()).toMatchObject([
      { notices: [{ code: 'nothing_matches', params: { n: 4, names: '1.png, 2.png, 3.png' } }] },
    ]);
    await ingest.setWatching(id, watched({ include: '*.png' }), 'me');
    await ingest.rescan(id);
    expect(ingest.state()).toMatchObject([{ notices: [] }]);
  });

  it('can be seen before, without a file being opened', async () => {
    const folder = temporaryFolder();
    await mkdir(join(folder, 'deep', 'deeper'), { recursive: true });
    for (const name of ['top_1.png', 'side_1.png', 'deep/top_2.png']) await writeFile(join(folder, name), 'no picture');
    const patterns = { include: 'top*', exclude: '', maxDepth: 1 };
    expect(await previewFolder(folder, '/nowhere', patterns)).toEqual({
      wanted: 2,
      leftOut: 1,
      wantedNames: ['top_1.png', 'deep/top_2.png'],
      leftOutNames: ['side_1.png'],
      deep: 1,
      complete: true,
      writable: true,
      error: null,
    });
    const gone = await previewFolder(join(folder, 'none'), '/nowhere', patterns);
    expect(gone).toMatchObject({ wanted: 0, writable: false, error: { code: 'folder_missing' } });
  });
});

describe('the marker file', () => {
  it('is written only where that was allowed, and never over what somebody else put there', async () => {
    const { folder, ingest } = site();
    const foreign = temporaryFolder();
    const plain = temporaryFolder();
    await writeFile(join(foreign, MARKER_NAME), 'notes');
    const marker = watched({ marker: true });
    const ids = [
      await ingest.addCamera({ name: 'a', folder, watching: marker }),
      await ingest.addCamera({ name: 'b', folder: foreign, watching: marker }),
      await ingest.addCamera({ name: 'c', folder: plain }),
    ] as const;
    await Promise.all(ids.map((id) => ingest.rescan(id)));
    expect(ids.map((id) => ingest.watching(id).marked)).toEqual([true, false, false]);
    expect(await readFile(join(folder, MARKER_NAME), 'utf8')).toMatch(/^minarai-camera [0-9a-f-]{36}\n$/);
    expect(await readFile(join(foreign, MARKER_NAME), 'utf8')).toBe('notes');
    await expect(readFile(join(plain, MARKER_NAME))).rejects.toThrow(/ENOENT/);
    await ingest.setWatching(ids[2], marker, 'me');
    await ingest.rescan(ids[2]);
    expect(ingest.watching(ids[2]).marked).toBe(true);
  });

  it('is shared with another Minarai that watches the same share', async () => {
    const one = site();
    const other = site();
    await one.ingest.addCamera({ name: 'a', folder: one.folder, watching: watched({ marker: true }) });
    const before = await readFile(join(one.folder, MARKER_NAME), 'utf8');
    const id = await other.ingest.addCamera({ name: 'b', folder: one.folder, watching: watched({ marker: true }) });
    await other.ingest.rescan(id);
    await wellWatched(other.ingest);
    expect(await readFile(join(one.folder, MARKER_NAME), 'utf8')).toBe(before);
  });

  it('that is missing stays a question, whatever else is set meanwhile', async () => {
    const { folder, ingest, images } = site();
    await put(folder, 'a.png', 1);
    const id = await ingest.addCamera({ name: 'x', folder, watching: watched({ marker: true }) });
    await until(images, (count) => count === 1);
    await rm(join(folder, MARKER_NAME));
    await ingest.rescan(id);
    await ingest.setWatching(id, watched({ marker: true, exclude: '*.bmp' }), 'me');
    await ingest.rescan(id);
    expect(ingest.state()).toMatchObject([{ state: 'unreachable', error: { code: 'folder_marker_gone' } }]);
  });

  it('that is missing can be settled by a person', async () => {
    const { folder, ingest, images } = site();
    await put(folder, 'a.png', 1);
    const id = await ingest.addCamera({ name: 'x', folder, watching: watched({ marker: true }) });
    await until(images, (count) => count === 1);
    await rm(join(folder, MARKER_NAME));
    await ingest.rescan(id);
    expect(ingest.state()).toMatchObject([{ state: 'unreachable', error: { code: 'folder_marker_gone' } }]);
    await ingest.acceptFolder(id);
    await wellWatched(ingest);
    expect(ingest.watching(id).marked).toBe(true);
  });
});

describe('a scan that fails', () => {
  it.each([
    [{ code: 'EIO', syscall: 'scandir' }, 'folder_missing'],
    [{ code: 'ESTALE', syscall: 'stat' }, 'folder_missing'],
    [{ code: 'EHOSTDOWN', syscall: 'lstat' }, 'folder_missing'],
    [{ code: 'EACCES', syscall: 'scandir' }, 'folder_not_readable'],
    [{ code: 'EMFILE', syscall: 'open' }, 'no_file_handles'],
    [{ code: 'SQLITE_FULL' }, 'disk_full'],
  ])(
    'for %j says %s: a drive that was pulled is told from a right that lacks, and both from our own disk',
    (why, code) => {
      expect(scanFailure('/mnt/camera', Object.assign(new Error('no'), why)).code).toBe(code);
    },
  );
});

describe('folders that overlap', () => {
  it('are known by what they are, whatever way leads there', async () => {
    const folder = temporaryFolder();
    const inner = join(folder, 'inner');
    await mkdir(inner);
    // What a bind mount, a second mount or another spelling looks like: a path of its own to the same folder.
    const alias = join(temporaryFolder(), 'alias');
    await symlink(folder, alias);
    expect(await overlap(inner, alias)).toBe(true);
    expect(await overlap(join(alias, 'inner'), folder)).toBe(true);
    expect(await overlap(inner, join(folder, 'other'))).toBe(false);
    expect(await overlap(join(folder, 'gone'), join(folder, 'gone', 'inner'))).toBe(true);
    expect(await overlap(temporaryFolder(), folder)).toBe(false);
  });
});

it('a sub-folder that may not be read is said, and the rest is taken', async (context) => {
  if (process.getuid?.() === 0) return context.skip('the superuser may read everything');
  const { folder, ingest, images } = site();
  await mkdir(join(folder, 'closed'));
  await chmod(join(folder, 'closed'), 0);
  await writeFile(join(folder, 'a.png'), await png(1));
  const id = await ingest.addCamera({ name: 'x', folder });
  await until(images, (count) => count === 1);
  await ingest.rescan(id);
  expect(ingest.state()).toMatchObject([{ notices: [{ code: 'folders_closed', params: { n: 1 } }] }]);
  await chmod(join(folder, 'closed'), 0o700);
});
