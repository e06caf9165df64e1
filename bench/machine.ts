import { readFile } from 'node:fs/promises';
import { availableParallelism, cpus, totalmem } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';

/** What the numbers were measured on. */
export interface Machine {
  readonly cpu: string;
  readonly cores: number;
  readonly memoryGb: number;
  readonly node: string;
  readonly bf16: boolean;
  /** Share of the processors that others used before the start, 0..1. */
  readonly busyBefore: number;
}

/** Above this the machine does something else as well, and numbers are worth little. */
export const BUSY_SHARE = 0.15;
const LOOK_MS = 1500;

function times(): { busy: number; all: number } {
  let [busy, all] = [0, 0];
  for (const { times: t } of cpus()) {
    const sum = t.user + t.nice + t.sys + t.irq + t.idle;
    all += sum;
    busy += sum - t.idle;
  }
  return { busy, all };
}

/** Looks at the machine for a moment, while this process sleeps. */
export async function lookAtMachine(): Promise<Machine> {
  const before = times();
  await sleep(LOOK_MS);
  const after = times();
  const info = await readFile('/proc/cpuinfo', 'utf8').catch(() => '');
  return {
    cpu: cpus()[0]?.model.trim() ?? 'unknown',
    cores: availableParallelism(),
    memoryGb: Math.round(totalmem() / 2 ** 30),
    node: process.version,
    bf16: /\b(avx512_bf16|amx_bf16)\b/.test(info),
    busyBefore: Number(((after.busy - before.busy) / Math.max(1, after.all - before.all)).toFixed(2)),
  };
}
