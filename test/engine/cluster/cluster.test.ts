import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { processFlags } from '#core/contract/process-flags.mjs';
import type { Answer, Order } from './member.ts';

/** Ports that were free a moment ago. */
async function freePorts(count: number): Promise<number[]> {
  const servers = await Promise.all(
    Array.from({ length: count }, async () => {
      const server = createServer().listen(0, '127.0.0.1');
      await once(server, 'listening');
      return server;
    }),
  );
  const ports = servers.map((server) => (server.address() as { port: number }).port);
  await Promise.all(servers.map((server) => new Promise((closed) => server.close(closed))));
  return ports;
}

interface Worker {
  readonly child: ChildProcess;
  readonly joined: Promise<Answer>;
  readonly ask: (order: Order) => Promise<Answer>;
}

function startWorker(ports: readonly number[], index: number, env: Readonly<Record<string, string>> = {}): Worker {
  const worker = ports.map((port) => `127.0.0.1:${port}`);
  const config = JSON.stringify({ cluster: { worker }, task: { type: 'worker', index } });
  const child = fork(join(import.meta.dirname, 'member.ts'), [], {
    execArgv: [...processFlags],
    env: { ...process.env, TF_CONFIG: config, TF_CPP_MIN_LOG_LEVEL: '3', ...env },
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  const answer = async (): Promise<Answer> => ((await once(child, 'message')) as [Answer])[0];
  const joined = answer();
  return {
    child,
    joined,
    async ask(order) {
      const answered = answer();
      child.send(order);
      return answered;
    },
  };
}

async function startCluster(size: number): Promise<Worker[]> {
  const ports = await freePorts(size);
  const workers = ports.map((_, index) => startWorker(ports, index));
  expect(await Promise.all(workers.map(({ joined }) => joined))).toEqual(workers.map(() => ({ is: 'joined' })));
  return workers;
}

const all = (workers: readonly Worker[], order: (index: number) => Order): Promise<Answer[]> =>
  Promise.all(workers.map((worker, index) => worker.ask(order(index))));

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
