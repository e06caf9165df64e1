import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import * as v from 'valibot';
import { roundsOf, wanted } from './bench.ts';
import type { Bench, BenchContext } from './bench.ts';
import { ClusterMeasured } from './cluster-spec.ts';
import type { ClusterParams } from './cluster-spec.ts';
import { clusterStepMs, efficiency, ringMs } from './cluster-model.ts';
import { rowOf } from './row.ts';
import type { Row } from './row.ts';
import { median } from './statistics.ts';

const run = promisify(execFile);
const entry = join(import.meta.dirname, 'ours', 'cluster-group.ts');

/**
 * Pretraining in a cluster, all workers on this machine: how many views a second, how much of a step is waiting for the others, the same
 * over links of set speeds, and what follows for clusters that are not here.
 */
export const cluster: Bench = async (context) => {
  const measured = new Map<number, Measured[]>();
  return wanted(context, {
    loopback: () => loopbackRows(context, measured),
    links: () => linkRows(context),
    model: () => modelRows(context, measured),
  });
};

type Measured = ClusterMeasured;

const sizes = [1, 2, 4] as const;
/** Megabits a second of each worker's link, both ways. */
const links = [100, 1000, 10_000] as const;

const paramsOf = ({ quick }: BenchContext, globalContrast = false): ClusterParams => ({
  ...(quick
    ? { tilePx: 32, batch: 4, damagedBatch: 2, width: 4, steps: 2 }
    : { tilePx: 64, batch: 64, damagedBatch: 32, width: 32, steps: 10 }),
  globalContrast,
});

const viewsOf = ({ batch, damagedBatch }: ClusterParams): number => 2 * batch + damagedBatch;

/**
 * A namespace whose only link has so many megabits a second for each worker: each sends to the next one, and all share the one link.
 * `netem` would add a delay as well, where the kernel has it; the rate needs only `tbf`.
 */
const linked = (workers: number, megabits: number, command: readonly string[]): [string, string[]] => [
  'unshare',
  [
    '--net',
    'sh',
    '-c',
    `ip link set lo mtu 1500 up && tc qdisc add dev lo root tbf rate ${workers * megabits}mbit burst 256kb latency 100ms && exec "$@"`,
    'sh',
    ...command,
  ],
];

async function measure(workers: number, params: ClusterParams, megabits?: number): Promise<Measured> {
  const { execPath } = process;
  const own = [entry, String(workers), JSON.stringify(params)];
  const [program, args] =
    megabits === undefined ? ([execPath, own] as const) : linked(workers, megabits, [execPath, ...own]);
  const { stdout } = await run(program, args, { timeout: 300_000 });
  return v.parse(ClusterMeasured, JSON.parse(stdout.trim().split('\n').at(-1) ?? ''));
}

async function rounds(context: BenchContext, workers: number, params: ClusterParams, megabits?: number) {
  const all: Measured[] = [];
  for (let round = 0; round < roundsOf(context); round++) all.push(await measure(workers, params, megabits));
  return all;
}

function rowFor(what: string, workers: number, params: ClusterParams, all: readonly Measured[], note?: string): Row {
  const of = (key: keyof Measured): number => median(all.map((one) => one[key]));
  return rowOf({
    ...{ what, unit: 'views/s', better: 'more' },
    ours: all.map(({ stepMs }) => (workers * viewsOf(params) * 1000) / stepMs),
    ...(note !== undefined && { note }),
    detail: {
      ...{ workers, stepMs: of('stepMs'), waitMs: of('waitMs'), communicationShare: of('waitMs') / of('stepMs') },
      ...{ allReduceMs: of('aloneMs'), latencyMs: of('latencyMs'), bytesAStep: of('stepBytes') },
    },
  });
}

const onOneMachine =
  'all workers share the cores of this machine: more of them cannot be faster here, only waiting is measured';

async function loopbackRows(context: BenchContext, measured: Map<number, Measured[]>): Promise<Row[]> {
  const rows: Row[] = [];
  for (const workers of sizes) {
    context.say(`${workers} on loopback`);
    const params = paramsOf(context);
    const all = await rounds(context, workers, params);
    measured.set(workers, all);
    rows.push(rowFor(`pretraining step, workers: ${workers}`, workers, params, all, onOneMachine));
  }
  const global = paramsOf(context, true);
  context.say('2 on loopback, contrast over both');
  const what = 'pretraining step, workers: 2, contrast over both';
  return [...rows, rowFor(what, 2, global, await rounds(context, 2, global), onOneMachine)];
}

async function linkRows(context: BenchContext): Promise<Row[]> {
  const rows: Row[] = [];
  const params = paramsOf(context);
  for (const megabits of links)
    for (const workers of sizes.filter((size) => size > 1)) {
      const what = `pretraining step, workers: ${workers}, links of ${megabits} Mbit/s`;
      context.say(what);
      try {
        const all = await rounds({ ...context, runs: context.runs ?? 1 }, workers, params, megabits);
        const bytes = all[0]?.stepBytes ?? 0;
        const note = `an all-reduce of as many bytes should take ${ringMs(workers, bytes, { megabits, hopMs: 0 }).toFixed(0)} ms by the link alone`;
        rows.push(rowFor(what, workers, params, all, note));
      } catch (thrown) {
        // Needs the right to make a network namespace; the other parts do without.
        context.say(`! no link speeds here: ${String(thrown).split('\n')[0]}`);
        return rows;
      }
    }
  return rows;
}

/** Not measured: what the step alone and the bytes say of clusters of 8 to 64 machines like this one. */
async function modelRows(context: BenchContext, measured: Map<number, Measured[]>): Promise<Row[]> {
  const params = paramsOf(context);
  const one = measured.get(1) ?? (await rounds(context, 1, params));
  const two = measured.get(2) ?? (await rounds(context, 2, params));
  const computeMs = median(one.map(({ stepMs }) => stepMs));
  const bytes = median(two.map(({ stepBytes }) => stepBytes));
  // Of two workers an all-reduce of one number is two hops.
  const hopMs = median(two.map(({ latencyMs }) => latencyMs)) / 2;
  return [8, 16, 32, 64].flatMap((workers) =>
    [1000, 10_000, 25_000].map((megabits) => {
      const link = { megabits, hopMs };
      const stepMs = clusterStepMs(computeMs, workers, bytes, link);
      return rowOf({
        ...{ what: `on paper: ${workers} machines, links of ${megabits} Mbit/s`, unit: 'views/s', better: 'more' },
        ours: [(workers * viewsOf(params) * 1000) / stepMs],
        note: 'computed, not measured: step of one machine + ring all-reduce, nothing overlapped',
        detail: {
          workers,
          megabits,
          computeMs,
          stepMs,
          efficiency: efficiency(computeMs, workers, bytes, link),
          hopMs,
        },
      });
    }),
  );
}
