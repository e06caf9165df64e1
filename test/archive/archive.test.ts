import {
  existsSync,
  mkdtempSync,
  readdirSync,
  renameSync,
  rmSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { beforeAll, expect, it, onTestFinished } from 'vitest';
import { tmpdir } from 'node:os';
import { readFacts, shardFile } from '#core/archive/layout.ts';
import { mergeArchive } from '#core/archive/merge.ts';
import { readShard, type ShardRow } from '#core/archive/shard-file.ts';
import { workOnArchive, type ArchiveWork } from '#core/archive/worker.ts';
import { AppError } from '#core/contract/errors.ts';
import { forkDecoder } from '#core/engine-fork.ts';
import { forgetPicture } from '#core/store/forget.ts';
import { admitPicture } from '#core/store/images.ts';
import { lookAtArchive, networkFacts } from '#engine/learn/look-at-archive.ts';
import { decoders } from '#test/ingest/fixture.ts';
import { camera, temporaryFolder, temporaryStore } from '#test/store/fixture.ts';
import { picture } from '#test/store/picture.ts';
import { makeArchive, makeCheckpoint, type Archive } from './site.ts';

/* One worker with the real engine's code and real decoders; several and killed ones: test/faults/archive-killed.test.ts. */

const SHARDS = 3;
let checkpoint: string;
let other: string;
let pictures: string;
let archive: Archive;

beforeAll(async () => {
  const folder = mkdtempSync(join(tmpdir(), 'minarai-archive-test-'));
  [checkpoint, other] = [await makeCheckpoint(join(folder, 'one'), 1), await makeCheckpoint(join(folder, 'two'), 2)];
  pictures = join(folder, 'pictures');
  archive = await makeArchive(pictures, 12);
  return () => rmSync(folder, { recursive: true, force: true });
});

async function work(out: string, changed: Partial<ArchiveWork> = {}, file = checkpoint) {
  const network = { kind: 'checkpoint', file } as const;
  return workOnArchive({
    ...{ pictures, out, shards: SHARDS, place: { index: 0, count: 1 }, network, backend: 'tensorflow-cpu' },
    facts: await networkFacts(network),
    pool: decoders(forkDecoder, 2),
    look: (input, { signal }) => lookAtArchive(input, signal),
    signal: new AbortController().signal,
    onProgress: () => undefined,
    leaseMs: 3000,
    ...changed,
  });
}

async function rowsOf(out: string): Promise<ShardRow[]> {
  const facts = await readFacts(out);
  const shards = Array.from({ length: facts.shards }, (_, shard) => readShard(shardFile(out, shard), shard, facts));
  return (await Promise.all(shards)).flatMap(({ rows }) => rows);
}

const codeOf = (act: Promise<unknown>): Promise<unknown> =>
  act.then(
    () => 'done',
    (thrown: unknown) => (thrown instanceof AppError ? [thrown.code, thrown.params] : thrown),
  );
const how = { who: '', now: Date.now, signal: new AbortController().signal, onProgress: () => undefined };

it('an embedding is the same in whatever company a picture is looked at, and copies have one', async () => {
  const [three, one] = [temporaryFolder(), temporaryFolder()];
  await work(three);
  await work(one, { shards: 1 });
  const [few, all] = [await rowsOf(three), await rowsOf(one)];
  const byPath = new Map(all.map((row) => [row.path, row]));
  expect(few.map(({ path }) => path).sort()).toEqual(archive.paths);
  for (const { path, embedding, reason, width } of few) {
    const same = byPath.get(path)?.embedding ?? null;
    expect([path, embedding === null, width]).toEqual([path, reason !== null, reason === null ? 32 : null]);
    embedding?.forEach((value, at) => expect(Math.abs(value - (same?.[at] ?? Number.NaN))).toBeLessThan(1e-5));
  }
  const copies = few.filter(({ path }) => path === '0000/0.png' || path === '0000/0 (1).png');
  expect(new Set(copies.map(({ sha256 }) => sha256)).size).toBe(1);
  expect(copies[0]?.embedding).toEqual(copies[1]?.embedding);
  expect(few.find(({ path }) => path === '0000/text.png')?.reason).toMatch(/^image_/);
});

it('what is there is not done again, and only what is missing is', async () => {
  const out = temporaryFolder();
  expect(await work(out)).toMatchObject({ ownShards: SHARDS });
  rmSync(shardFile(out, 1));
  utimesSync(shardFile(out, 0), 1, 1);
  expect(await work(out)).toMatchObject({ ownShards: 1 });
  expect((await rowsOf(out)).map(({ path }) => path).sort()).toEqual(archive.paths);
});

it('a worker that is unlike the others says in what, and writes nothing', async () => {
  const out = temporaryFolder();
  await work(out);
  const before = readdirSync(out, { recursive: true });
  expect(await codeOf(work(out, { shards: 5 }))).toEqual([
    'archive_differs',
    { what: 'shards', here: '5', there: '3' },
  ]);
  expect(await codeOf(work(out, {}, other))).toEqual(['archive_differs', expect.objectContaining({ what: 'network' })]);
  expect(readdirSync(out, { recursive: true })).toEqual(before);
});

it('a folder without pictures, and one that goes away meanwhile, end the work and are not kept as unreadable pictures', async () => {
  const empty = temporaryFolder();
  expect(await codeOf(work(temporaryFolder(), { pictures: empty }))).toEqual([
    'needs_images',
    expect.objectContaining({ have: 0 }),
  ]);
  const [out, moved] = [temporaryFolder(), join(temporaryFolder(), 'share')];
  await makeArchive(moved, 6);
  const gone = work(out, {
    pictures: moved,
    onProgress: (phase) => {
      if (phase === 'archive_hash' && existsSync(moved)) renameSync(moved, `${moved}-unplugged`);
    },
  });
  expect(await codeOf(gone)).toEqual(['folder_missing', { path: moved }]);
  expect(existsSync(join(out, 'shards'))).toBe(false);
  renameSync(`${moved}-unplugged`, moved);
  expect(await work(out, { pictures: moved })).toMatchObject({ ownShards: SHARDS, ownUnreadable: 2 });
});

it('nothing is taken over of an unfinished archive, nor of a damaged part, and all of a whole one once', async () => {
  const out = temporaryFolder();
  const store = temporaryStore();
  await work(out);
  const [part, aside] = [shardFile(out, 2), join(dirname(out), `aside-${Date.now()}`)];
  renameSync(part, aside);
  onTestFinished(() => rmSync(aside, { force: true }));
  expect(await codeOf(mergeArchive(store, out, how))).toEqual(['archive_unfinished', { missing: 1, of: SHARDS }]);
  writeFileSync(part, 'PAR1');
  expect(await codeOf(mergeArchive(store, out, how))).toEqual(['archive_broken', { path: part }]);
  renameSync(aside, part);
  // Another part under this one's name.
  renameSync(shardFile(out, 0), aside);
  renameSync(part, shardFile(out, 0));
  renameSync(aside, part);
  expect(await codeOf(mergeArchive(store, out, how))).toEqual(['archive_broken', expect.anything()]);
  renameSync(part, aside);
  renameSync(shardFile(out, 0), part);
  renameSync(aside, shardFile(out, 0));
  const whole = { pictures: archive.paths.length, unreadable: 2, contents: 12, known: 0, deleted: 0 };
  expect(await mergeArchive(store, out, how)).toMatchObject(whole);
  expect(await mergeArchive(store, out, how)).toMatchObject({ ...whole, added: 0 });
  truncateSync(part, 100);
  expect(await mergeArchive(store, out, how)).toMatchObject({ added: 0 });
});

it('pictures that somebody had deleted do not come by an archive, and go from it with a deletion', async () => {
  const out = temporaryFolder();
  const store = temporaryStore();
  await work(out);
  const read = (await rowsOf(out)).filter(({ reason }) => reason === null);
  const [first, second] = read.filter(({ path }) => path.endsWith('/1.png') || path.endsWith('/2.png'));
  if (!first?.sha256 || !second?.sha256) throw new Error('no pictures');
  const cameraId = camera(store.write);
  const [deleted, kept] = [first.sha256, second.sha256].map(
    (sha256, n) => admitPicture(store.write, picture(cameraId, n + 1, { sha256 })).imageId,
  );
  if (deleted === undefined || kept === undefined) throw new Error('not admitted');
  forgetPicture(store.write, deleted, null, 1);
  const { length } = archive.paths;
  expect(await mergeArchive(store, out, how)).toMatchObject({
    pictures: length - 1,
    deleted: 1,
    known: 1,
    contents: 11,
  });
  forgetPicture(store.write, kept, null, 2);
  for (const table of ['archive_picture', 'archive_embedding'])
    expect(store.read.value(`SELECT count(*) FROM ${table} WHERE sha256 = ?`, second.sha256)).toBe(0);
});
