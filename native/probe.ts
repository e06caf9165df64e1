/**
 * Run as a child process: loads TensorFlow, computes something and prints a {@link Probe} as JSON. A library that crashes
 * ends this process only.
 */
import { performance } from 'node:perf_hooks';
import { describeFailure, loadTensorFlow } from './load-tensorflow.ts';

export interface Probe {
  readonly version: string;
  readonly device: 'CPU' | 'GPU';
  /** Speed of a 1024 × 1024 float32 matrix product: multiplications and additions, in 10⁹ a second. */
  readonly gigaflops: number;
}

/** What the tfjs backend knows about the library; not part of tfjs's public types. */
interface NativeBackend {
  readonly isUsingGpuDevice: boolean;
  readonly binding: { readonly TF_Version: string };
}

const size = 1024;
const repeats = 8;

async function measure(): Promise<Probe> {
  const tf = await loadTensorFlow();
  const backend = tf.backend() as unknown as NativeBackend;
  const matrix = tf.randomUniform([size, size]);
  tf.matMul(matrix, matrix).dataSync();
  const start = performance.now();
  for (let i = 0; i < repeats; i += 1) tf.matMul(matrix, matrix).dataSync();
  const seconds = (performance.now() - start) / 1000;
  return {
    version: backend.binding.TF_Version,
    device: backend.isUsingGpuDevice ? 'GPU' : 'CPU',
    gigaflops: (repeats * 2 * size ** 3) / seconds / 1e9,
  };
}

try {
  process.stdout.write(JSON.stringify(await measure()));
} catch (error) {
  process.stderr.write(`\n${describeFailure(error)}\n`);
  process.exitCode = 1;
}
