import { readFile } from 'node:fs/promises';
import type { PretrainEvent } from '#core/contract/engine.ts';
import { forkEngine } from '#core/engine-fork.ts';
import { startEngine } from '#core/engine-client.ts';
import type { Engine } from '#core/engine-client.ts';

/** A fresh engine process, as the app starts it, for as long as `use` takes. What TensorFlow logs is of no use here; last words are kept. */
export async function withEngine<T>(use: (engine: Engine) => Promise<T>): Promise<T> {
  const engine = startEngine(() => forkEngine(() => undefined));
  try {
    return await use(engine);
  } finally {
    await engine.stop();
  }
}

type PretrainInput = Parameters<Engine['calls']['pretrain']>[0];

/** The events of one pretraining, as they come. */
export async function* pretraining(engine: Engine, input: PretrainInput): AsyncGenerator<PretrainEvent> {
  yield* await engine.calls.pretrain(input);
}

/** Largest resident memory of a process so far, in bytes; null where the system does not tell. */
export async function peakMemoryBytes(pid: number | undefined): Promise<number | null> {
  const status = pid === undefined ? '' : await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '');
  const peak = /^VmHWM:\s+(\d+) kB$/m.exec(status)?.[1];
  return peak === undefined ? null : Number(peak) * 1024;
}
