import { once } from 'node:events';
import { createServer } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import { all, freePorts, startCluster, startWorker, type Worker } from './workers.ts';

describe('workers of a cluster', () => {
  it('get the mean of all in each bucket, rows in the order of the workers, and end by themselves', async () => {
    const workers = await startCluster(2);
    const bucket = (index: number) => Array.from({ length: 1001 }, (_, at) => at * (index + 1));
    for (let round = 0; round < 3; round++) {
      const means = await all(workers, (index) => ({ do: 'mean', buckets: [bucket(index), [index, round], [1]] }));
      const mean = Array.from({ length: 1001 }, (_, at) => at * 1.5);
      for (const answer of means) expect(answer).toEqual({ is: 'numbers', numbers: [mean, [0.5, round], [1]] });
    }
    const gathered = await all(workers, (index) => ({ do: 'gather', values: [index, 10 + index] }));
    for (const answer of gathered) expect(answer).toEqual({ is: 'numbers', numbers: [[0, 10, 1, 11]] });
    const ends = workers.map(({ child }) => once(child, 'exit'));
    await all(workers, () => ({ do: 'leave' }));
    expect(await Promise.all(ends)).toEqual([
      [0, null],
      [0, null],
    ]);
  });

  it('are refused at every one of them where one is to do something else, with what differs', async () => {
    const workers = await startCluster(2);
    const facts = (index: number) => ({ version: '0.1.0', seed: `${7 + index}`, pictures: 'a1b2' });
    const params = { fact: 'seed', worker: 1, value: '8', expected: '7' };
    for (const answer of await all(workers, (index) => ({ do: 'agree', facts: facts(index) })))
      expect(answer).toEqual({ is: 'failed', code: 'worker_differs', params });
    for (const answer of await all(workers, () => ({ do: 'agree', facts: facts(0) })))
      expect(answer).toEqual({ is: 'done' });
  });

  it('are told of one that was killed while they wait for it, and stay so', async () => {
    const [first, second] = (await startCluster(2)) as [Worker, Worker];
    const order = { do: 'mean', buckets: [[1, 2, 3]] } as const;
    const waiting = first.ask(order);
    second.child.kill('SIGKILL');
    expect(await waiting).toMatchObject({ is: 'failed', code: 'worker_lost' });
    expect(await first.ask(order)).toMatchObject({ is: 'failed', code: 'worker_lost' });
  });

  it('name the worker that did not come, and a port that is taken', async () => {
    const [own = 0, missing = 0] = await freePorts(2);
    const alone = startWorker([own, missing], 0, { WAIT_MS: '300' });
    expect(await alone.joined).toMatchObject({
      is: 'failed',
      code: 'worker_missing',
      params: { worker: 1, address: `127.0.0.1:${missing}` },
    });
    const taken = createServer().listen(0);
    await once(taken, 'listening');
    onTestFinished(() => void taken.close());
    const { port } = taken.address() as { port: number };
    expect(await startWorker([port, missing], 0).joined).toMatchObject({
      is: 'failed',
      code: 'cluster_port',
      params: { address: `127.0.0.1:${port}` },
    });
  });
});
