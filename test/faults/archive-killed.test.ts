import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import type { ArchiveShare } from '#core/archive/worker.ts';
import { readFacts, shardFile } from '#core/archive/layout.ts';
import { mergeArchive } from '#core/archive/merge.ts';
import { readShard } from '#core/archive/shard-file.ts';
import { openStore } from '#core/store/open.ts';
import { makeArchive, makeCheckpoint } from '#test/archive/site.ts';
import { temporaryFolder } from '#test/store/fixture.ts';
import { record } from './record.ts';
import { sized } from './size.ts';

const script = join(import.meta.dirname, '..', 'archive', 'worker-process.ts');
const [PICTURES, SHARDS, LEASE_MS] = [sized(300, 20_000), sized(12, 64), 3000];

interface Worker {
  readonly child: ChildProcess;
  /** What it did; null where it was killed. */
  readonly share: Promise<ArchiveShare | null>;
}

function begin(args: readonly string[]): Worker {
  // Out of this group, as on another host: what it started ends with it all the same.
  const child = spawn(process.execPath, [script, ...args], { stdio: ['ignore', 'pipe', 'inherit'] });
  let said = '';
  child.stdout?.setEncoding('utf8').on('data', (text: string) => (said += text));
  const share = new Promise<ArchiveShare | null>((resolve) =>
    child.once('close', (code) => resolve(code === 0 ? (JSON.parse(said) as ArchiveShare) : null)),
  );
  return { child, share };
}

const finished = (out: string): number => {
  const folder = join(out, 'shards');
  return existsSync(folder) ? readdirSync(folder).filter((name) => name.endsWith('.parquet')).length : 0;
};

it(
  'of two workers on one archive one is killed: no shard is done twice, none is missing, and every file is in exactly one',
  async () => {
    const [pictures, out, data] = [temporaryFolder(), temporaryFolder(), temporaryFolder()];
    const archive = await makeArchive(pictures, PICTURES);
    const checkpoint = await makeCheckpoint(temporaryFolder());
    const args = [pictures, out, checkpoint, String(SHARDS)];
    const startMs = performance.now();
    const [killed, other] = [0, 1].map((index) => begin([...args, String(index), '2', String(LEASE_MS)]));
    if (killed === undefined || other === undefined) throw new Error('no workers');
    await expect
      .poll(() => finished(out), { timeout: sized(60_000, 600_000), interval: 10 })
      .toBeGreaterThan(SHARDS / 4);
    killed.child.kill('SIGKILL');
    expect(await killed.share).toBeNull();
    const share = await other.share;
    const seconds = (performance.now() - startMs) / 1000;

    const facts = await readFacts(out);
    const shards = await Promise.all(
      Array.from({ length: SHARDS }, (_, shard) => readShard(shardFile(out, shard), shard, facts)),
    );
    // What is there of each worker's is what it put there: nothing was written over by the other.
    const ofKilled = shards.filter(({ facts: { worker } }) => worker.endsWith(` ${killed.child.pid}`)).length;
    expect(share?.ownShards).toBe(SHARDS - ofKilled);
    const rows = shards.flatMap((one) => one.rows);
    expect(rows.map(({ path }) => path).sort()).toEqual(archive.paths);
    const unreadable = rows.filter(({ reason }) => reason !== null);
    expect(unreadable.map(({ path }) => path).sort()).toEqual([...archive.unreadable].sort());
    // Neither claims nor halves of files stay behind.
    expect(readdirSync(join(out, 'claims'))).toEqual([]);
    expect(readdirSync(join(out, 'shards')).filter((name) => !name.endsWith('.parquet'))).toEqual([]);

    // A worker that comes late finds everything done.
    const late = await begin([...args, '0', '1', String(LEASE_MS)]).share;
    expect(late).toMatchObject({ ownShards: 0, ownRows: 0 });

    const store = openStore(data);
    const how = { who: '', now: Date.now, signal: new AbortController().signal, onProgress: () => undefined };
    const merged = await mergeArchive(store, out, how);
    const { length } = archive.paths;
    expect(merged).toMatchObject({ pictures: length, unreadable: 2, contents: PICTURES, added: SHARDS });
    expect(await mergeArchive(store, out, how)).toMatchObject({ pictures: length, added: 0 });
    store.close();
    const figures = {
      shards: SHARDS,
      shards_of_the_killed: ofKilled,
      pictures_per_second: Math.round(length / seconds),
    };
    record({
      fault: 'an archive worker is killed',
      inputs: length,
      survived: rows.length,
      lost: length - rows.length,
      figures,
    });
  },
  sized(120_000, 1_800_000),
);
