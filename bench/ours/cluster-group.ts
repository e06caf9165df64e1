import { fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import * as v from 'valibot';
import { ClusterMeasured } from '../cluster-spec.ts';

/*
 * `cluster-group.ts WORKERS PARAMS`: that many workers on this machine's loopback, which may be one of a network namespace with a link
 * speed of its own. The first worker's measurements are the last line of stdout.
 */

const FIRST_PORT = 42_300;
const workers = Number(process.argv[2]);
const address = Array.from({ length: workers }, (_, index) => `127.0.0.1:${FIRST_PORT + index}`);
const started = address.map((_, index) =>
  fork(join(import.meta.dirname, 'cluster-worker.ts'), [process.argv[3] ?? ''], {
    env: {
      ...process.env,
      TF_CONFIG: JSON.stringify({ cluster: { worker: address }, task: { type: 'worker', index } }),
      TF_CPP_MIN_LOG_LEVEL: '3',
    },
  }),
);
const measured = await Promise.all(
  started.map(async (child) => {
    const ended = once(child, 'exit').then(() => {
      throw new Error('a worker ended without a measurement');
    });
    // After its measurement the end is no failure.
    ended.catch(() => undefined);
    const [told] = (await Promise.race([once(child, 'message'), ended])) as unknown[];
    return v.parse(ClusterMeasured, told);
  }),
);
process.stdout.write(`${JSON.stringify(measured[0])}\n`);
