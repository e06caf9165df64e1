import { closeTensorFlow, openBackend } from '../tf.ts';
import type { TrialResult } from './choose.ts';
import { checkNumbers, stepMs } from './check.ts';
import { NoAdapter } from './webgpu.ts';

/*
 * Run as a child process: opens the backend that its argument names, checks that it computes rightly and how fast, and prints
 * a {@link TrialResult} as JSON. Whatever a driver does, it does to this process only.
 */

async function attempt(what: string): Promise<TrialResult> {
  try {
    const backend = what === 'webgpu' ? 'webgpu' : 'tensorflow';
    const { gpu, device } = await openBackend({ backend, reason: 'asked_for', hideGpu: what === 'tensorflow-on-cpu' });
    const wrong = await checkNumbers();
    if (wrong !== undefined) return { ok: false, failure: 'wrong', detail: wrong };
    return { ok: true, gpu, device: device ?? '', stepMs: await stepMs() };
  } catch (thrown) {
    const detail = thrown instanceof Error ? thrown.message : String(thrown);
    return { ok: false, failure: thrown instanceof NoAdapter ? thrown.failure : 'crashed', detail };
  }
}

process.stdout.write(`${JSON.stringify(await attempt(process.argv[2] ?? ''))}\n`);
closeTensorFlow();
