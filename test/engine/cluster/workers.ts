import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { expect, onTestFinished } from 'vitest';
import { processFlags } from '#core/contract/process-flags.mjs';
import type { Answer, Order } from './member.ts';

/* Workers in processes of their own, as workers are. */

/** Ports that were free a moment ago. */
export async function freePorts(count: number): Promise<number[]> {
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

/** TF_CONFIG of worker `index` of a cluster on this machine. */
export const tfConfigOf = (ports: readonly number[], index: number): string =>
  JSON.stringify({
    cluster: { worker: ports.map((port) => `127.0.0.1:${port}`) },
    task: { type: 'worker', index },
  });

export interface Worker {
  readonly child: ChildProcess;
  readonly joined: Promise<Answer>;
  readonly ask: (order: Order) => Promise<Answer>;
}

export function startWorker(
  ports: readonly number[],
  index: number,
  env: Readonly<Record<string, string>> = {},
): Worker {
  const child = fork(join(import.meta.dirname, 'member.ts'), [], {
    execArgv: [...processFlags],
    env: { ...process.env, TF_CONFIG: tfConfigOf(ports, index), TF_CPP_MIN_LOG_LEVEL: '3', ...env },
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

export async function startCluster(size: number): Promise<Worker[]> {
  const ports = await freePorts(size);
  const workers = ports.map((_, index) => startWorker(ports, index));
  expect(await Promise.all(workers.map(({ joined }) => joined))).toEqual(workers.map(() => ({ is: 'joined' })));
  return workers;
}

export const all = (workers: readonly Worker[], order: (index: number) => Order): Promise<Answer[]> =>
  Promise.all(workers.map((worker, index) => worker.ask(order(index))));
