import { rmSync } from 'node:fs';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { Command, Option } from 'commander';
import { cacheDir } from '#native/setup/files.mjs';
import type { Bench } from './bench.ts';
import { BUSY_SHARE, lookAtMachine } from './machine.ts';
import { markdownTable, textTable } from './table.ts';
import { peerPython } from './python-peers.ts';
import type { PeerPython } from './python-peers.ts';

/*
 * `npm run --silent bench -- NAME`: ours and the peers side by side in one run. Progress and remarks go to stderr, the table to
 * stdout; with --json the last line of stdout is `{"bench": NAME, "rows": […], "machine": {…}}` (row.ts).
 */

const benches: Readonly<Record<string, () => Promise<Bench>>> = {
  ablation: async () => (await import('./ablation.ts')).ablation,
  augment: async () => (await import('./augment.ts')).augment,
  cluster: async () => (await import('./cluster.ts')).cluster,
  dashboard: async () => (await import('./dashboard.ts')).dashboard,
  drift: async () => (await import('./drift.ts')).drift,
  judge: async () => (await import('./judge.ts')).judge,
  live: async () => (await import('./live.ts')).live,
  order: async () => (await import('./order.ts')).order,
  quality: async () => (await import('./quality.ts')).quality,
  scale: async () => (await import('./scale.ts')).scale,
  score: async () => (await import('./score.ts')).score,
  threshold: async () => (await import('./threshold.ts')).threshold,
  train: async () => (await import('./train.ts')).train,
  window: async () => (await import('./window.ts')).window,
};

interface Flags {
  readonly runs?: number;
  readonly peerRuns?: number;
  readonly seed: number;
  readonly quick?: boolean;
  readonly minutes: number;
  readonly only?: string;
  readonly json?: boolean;
  readonly markdown?: boolean;
}

const say = (line: string): void => void process.stderr.write(`${line}\n`);

function positive(text: string): number {
  const value = Number(text);
  if (!(value > 0)) throw new Error(`not a positive number: ${text}`);
  return value;
}

const program = new Command('bench')
  .description('Speed and quality beside the peers, in one run')
  .argument('<name>', Object.keys(benches).join(' | '))
  .option('--runs <n>', 'rounds in which the sides take turns', (text) => Math.trunc(positive(text)))
  .option('--peer-runs <n>', 'rounds of them that slow peers take part in, 0 for none (quality)', (text) =>
    text === '0' ? 0 : Math.trunc(positive(text)),
  )
  .addOption(new Option('--seed <n>', 'of the first round').argParser((text) => Math.trunc(positive(text))).default(1))
  .option('--quick', 'tiny and without peers: only shows that it works')
  .option('--only <part>', 'one part of the benchmark, such as small, resnet18, simclr of train')
  .addOption(new Option('--minutes <n>', 'pretraining of the quality benchmark').argParser(positive).default(5))
  .option('--json', 'print the rows as the last line')
  .option('--markdown', 'print the table as Markdown')
  .action(main);

async function main(name: string, flags: Flags): Promise<void> {
  const load = benches[name];
  if (!load) return program.error(`no benchmark ${name}: one of ${Object.keys(benches).join(', ')}`, { exitCode: 2 });
  const machine = await lookAtMachine();
  say(`${machine.cpu}, ${machine.cores} cores, ${machine.memoryGb} GB, Node ${machine.node}`);
  if (machine.busyBefore > BUSY_SHARE) {
    say(
      `! This machine is busy (${Math.round(100 * machine.busyBefore)} %): ratios will scatter. Stop what else runs.`,
    );
  }
  // Not the system's temporary folder: that may be memory, and fifty thousand pictures need a gigabyte.
  const cache = join(cacheDir(), 'bench');
  await mkdir(cache, { recursive: true });
  const workDir = await mkdtemp(join(cache, 'work-'));
  for (const [signal, code] of [
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const) {
    process.once(signal, () => {
      rmSync(workDir, { recursive: true, force: true });
      process.exit(code);
    });
  }
  let peers: Promise<PeerPython> | undefined;
  try {
    const bench = await load();
    const rows = await bench({
      runs: flags.runs,
      peerRuns: flags.peerRuns,
      seed: flags.seed,
      quick: flags.quick ?? false,
      only: flags.only,
      minutes: flags.minutes,
      peers: () => (peers ??= peerPython(say)),
      workDir,
      say,
    });
    process.stdout.write(`${flags.markdown ? markdownTable(rows) : textTable(rows)}\n`);
    if (flags.json) process.stdout.write(`${JSON.stringify({ bench: name, rows, machine })}\n`);
    if (rows.some(({ ours }) => ours === null)) process.exitCode = 1;
  } finally {
    await rm(workDir, { recursive: true, force: true });
  }
}

await program.parseAsync();
