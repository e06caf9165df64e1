import { readFile } from 'node:fs/promises';
import { availableParallelism, cpus } from 'node:os';
import type { EngineFacts } from '#core/contract/engine.ts';
import { backend, openTensorFlow } from './tf.ts';

/** Whether this processor multiplies bfloat16 itself; only Linux tells. Elsewhere float32 is the safe and no slower choice. */
export async function knowsBfloat16(): Promise<boolean> {
  try {
    const flags = await readFile('/proc/cpuinfo', 'utf8');
    return /\b(avx512_bf16|amx_bf16)\b/.test(flags);
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return false;
    throw error;
  }
}

/** What this process computes on, and why. Loads TensorFlow. */
export async function probe(): Promise<EngineFacts> {
  await openTensorFlow();
  const gpu = backend.isUsingGpuDevice;
  return {
    backend: gpu ? 'tensorflow-gpu' : 'tensorflow-cpu',
    reason: gpu ? 'backend.gpu_found' : 'backend.no_gpu',
    tensorflow: String(backend.binding['TF_Version']),
    devices: gpu ? ['GPU:0'] : [cpus()[0]?.model.trim() ?? 'CPU'],
    bf16: gpu || (await knowsBfloat16()),
    threads: availableParallelism(),
    pid: process.pid,
  };
}
