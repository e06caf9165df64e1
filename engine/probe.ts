import { availableParallelism, cpus } from 'node:os';
import type { EngineFacts } from '#core/contract/engine.ts';
import { trainingPrecision } from './precision.ts';
import { libraryVersion, openTensorFlow } from './tf.ts';

/** What this process computes on, and why. Loads TensorFlow. */
export async function probe(): Promise<EngineFacts> {
  const { backend, reason, gpu, device } = await openTensorFlow();
  const onTensorFlow = gpu ? 'tensorflow-gpu' : 'tensorflow-cpu';
  return {
    backend: backend === 'tensorflow' ? onTensorFlow : backend,
    reason: `backend.${reason}`,
    tensorflow: libraryVersion,
    devices: [device ?? (gpu ? 'GPU:0' : (cpus()[0]?.model.trim() ?? 'CPU'))],
    bf16: (await trainingPrecision('auto')) === 'bf16',
    threads: availableParallelism(),
    pid: process.pid,
  };
}
