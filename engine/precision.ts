import { readFile } from 'node:fs/promises';
import type { Precision } from './kernels/types.ts';
import { backend, rawOps } from './tf.ts';

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

/** The type of activations in training: as wanted where it exists, and on `auto` the faster one of this machine. */
export async function trainingPrecision(wanted: Precision | 'auto'): Promise<Precision> {
  if (!rawOps) return 'f32';
  if (wanted !== 'auto') return wanted;
  return !backend.isUsingGpuDevice && (await knowsBfloat16()) ? 'bf16' : 'f32';
}
