import { once } from 'node:events';
import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { readCheckpoint } from '#engine/checkpoint.ts';
import { freePorts } from '#test/engine/cluster/workers.ts';
import { makeSite } from '#test/engine/learn/site.ts';
import {
  copiesOf,
  endsOf,
  kill,
  learntIn,
  savedIn,
  small,
  startWorker,
  takeInOnce,
  type Worker,
} from './cluster-run.ts';

/** A pretraining asks for fifty. */
const PICTURES = 56;
let site: string;
let home: string;
/** A data folder with one picture less. */
let other: string;

beforeAll(async () => {
  home = mkdtempSync(join(tmpdir(), 'cluster-'));
  site = join(home, 'data');
  await makeSite(join(home, 'pictures'), PICTURES, 5);
  await takeInOnce(site, join(home, 'pictures'));
  other = join(home, 'other');
  cpSync(join(home, 'pictures'), join(home, 'fewer'), { recursive: true });
  rmSync(join(home, 'fewer', '0000.png'));
  await takeInOnce(other, join(home, 'fewer'));
});

afterAll(() => rmSync(home, { recursive: true, force: true }));

let copies = 0;
/** Data folders of a test's own. */
const folders = (count: number, from = site): string[] => copiesOf(from, `${site}-${++copies}`, count);

describe('a pretraining in a cluster', () => {
  it('learns from all pictures, each at one worker, and the first one has the checkpoint', async () => {
    const dirs = folders(2);
    const ports = await freePorts(2);
    const settings = { ...small, steps: 12, globalContrast: true };
    const workers = dirs.map((dataDir, index) => startWorker({ dataDir, ports, index, settings }));
    expect(await endsOf(workers)).toEqual(['done', 'done']);
    const learnt = learntIn(dirs[0]!);
    expect(learnt).toMatchObject({ images: PICTURES, step: 12 });
    expect(learntIn(dirs[1]!)).toBeNull();
    const { meta } = await readCheckpoint(join(dirs[0]!, learnt!.file));
    // Two clean views of four tiles and two damaged ones, a step and a worker.
    expect(meta.progress).toMatchObject({ pictures: PICTURES, views: 12 * 2 * 10 });
  });

  it('is refused at every worker where one has another version, seed, setting or other pictures', async () => {
    const others: [fact: string, other: { version?: string; settings?: object; from?: string }][] = [
      ['version', { version: 'other' }],
      ['seed', { settings: { seed: 2 } }],
      ['batch', { settings: { batch: 8 } }],
      ['pictures', { from: other }],
    ];
    for (const [fact, { version, settings = {}, from = site }] of others) {
      const dirs = [...folders(1), ...folders(1, from)];
      const ports = await freePorts(2);
      const workers = dirs.map((dataDir, index) =>
        startWorker({
          ...{ dataDir, ports, index, settings: { ...small, steps: 12, ...(index === 1 && settings) } },
          ...(index === 1 && version !== undefined && { version }),
        }),
      );
      for (const { ended, seconds } of await Promise.all(workers.map(({ end }) => end))) {
        expect(ended).toMatchObject({ code: 'worker_differs', params: { fact, worker: 1 } });
        expect(seconds).toBeLessThan(30);
      }
      for (const dataDir of dirs) expect([learntIn(dataDir), savedIn(dataDir)]).toEqual([null, []]);
    }
  });

  it('ends within ten seconds where a worker is lost, and goes on from the checkpoint with those that are left', async () => {
    const STEPS = 160;
    const dirs = folders(3);
    const settings = { ...small, steps: STEPS, checkpointEverySeconds: 1 };
    const ports = await freePorts(3);
    const workers = dirs.map((dataDir, index) => startWorker({ dataDir, ports, index, settings }));
    await expect.poll(() => savedIn(dirs[0]!).length, { timeout: 60_000 }).toBeGreaterThan(0);
    await kill(workers[2]!);
    const killedAt = performance.now();
    for (const { ended, atMs } of await Promise.all(workers.slice(0, 2).map(({ end }) => end))) {
      expect(ended).toMatchObject({ code: 'worker_lost' });
      expect(atMs - killedAt).toBeLessThan(10_000);
    }
    expect(savedIn(dirs[1]!)).toEqual([]);
    expect(savedIn(dirs[0]!)[0]).toBeGreaterThan(0);
    const left = await freePorts(2);
    const again = left.map((_, index) => startWorker({ dataDir: dirs[index]!, ports: left, index, settings }));
    expect(await endsOf(again)).toEqual(['done', 'done']);
    const learnt = learntIn(dirs[0]!);
    expect(learnt).toMatchObject({ images: PICTURES, step: STEPS, jobId: 1 });
    // Steps of three workers up to the checkpoint, of two from there.
    const { meta } = await readCheckpoint(join(dirs[0]!, learnt!.file));
    expect(meta.progress.views).toBeLessThan(STEPS * 3 * 10);
    expect(meta.progress.views).toBeGreaterThan(STEPS * 2 * 10);
  }, 120_000);

  it('stops at all workers with a checkpoint where one is asked to end, and goes on from there', async () => {
    const dirs = folders(2);
    const settings = { ...small, steps: 200 };
    const run = async () => {
      const ports = await freePorts(2);
      return dirs.map((dataDir, index) => startWorker({ dataDir, ports, index, settings }));
    };
    const workers = (await run()) as [Worker, Worker];
    await workers[1].training;
    workers[1].child.kill('SIGTERM');
    expect((await workers[0].end).ended).toMatchObject({ code: 'cluster_paused' });
    await workers[1].end;
    const [saved = 0] = savedIn(dirs[0]!);
    expect([saved > 0, saved < 200]).toEqual([true, true]);
    expect(await endsOf(await run())).toEqual(['done', 'done']);
    expect(learntIn(dirs[0]!)).toMatchObject({ step: 200, jobId: 1 });
  });

  it('names a worker that has no TensorFlow: it says so itself, the one that waits for it names it within 30 s', async () => {
    const dirs = folders(2);
    const ports = await freePorts(2);
    const settings = { ...small, steps: 12 };
    const nothing = { MINARAI_NATIVE_DIR: join(home, 'nothing') };
    const [waiting, without] = dirs.map((dataDir, index) =>
      startWorker({ ...{ dataDir, ports, index, settings }, ...(index === 1 && { env: nothing }) }),
    ) as [Worker, Worker];
    expect((await without.end).ended).toMatchObject({ code: 'tensorflow_missing' });
    const { ended, seconds } = await waiting.end;
    expect(ended).toMatchObject({ code: 'worker_missing', params: { worker: 1, address: `127.0.0.1:${ports[1]}` } });
    expect(seconds).toBeLessThan(30);
    for (const dataDir of dirs) expect([learntIn(dataDir), savedIn(dataDir)]).toEqual([null, []]);
  }, 60_000);

  it('names its own address where something else listens there', async () => {
    const [dataDir = ''] = folders(1);
    const taken = createServer().listen(0, '127.0.0.1');
    await once(taken, 'listening');
    onTestFinished(() => void taken.close());
    const { port } = taken.address() as { port: number };
    const [other = 0] = await freePorts(1);
    const worker = startWorker({ dataDir, ports: [port, other], index: 0, settings: { ...small, steps: 12 } });
    expect((await worker.end).ended).toMatchObject({
      code: 'cluster_port',
      params: { address: `127.0.0.1:${port}` },
    });
    expect([learntIn(dataDir), savedIn(dataDir)]).toEqual([null, []]);
  });
});
