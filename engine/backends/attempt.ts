import { closeTensorFlow, openBackend } from '../tf.ts';
import type { Trial } from './choose.ts';
import { checkNumbers, stepMs } from './check.ts';
import { NoAdapter } from './webgpu.ts';

/** Opens a backend in this process, checks that it computes rightly and how fast. A driver's crash is this process's end. */
export const attempt: Trial = async (what) => {
  try {
    const backend = what === 'webgpu' ? 'webgpu' : 'tensorflow';
    const { gpu, device } = await openBackend({ backend, reason: 'asked_for', hideGpu: what === 'tensorflow-on-cpu' });
    const wrong = await checkNumbers();
    if (wrong !== undefined) return { ok: false, failure: 'wrong', detail: wrong };
    return { ok: true, gpu, device: device ?? '', stepMs: await stepMs() };
  } catch (thrown) {
    const detail = thrown instanceof Error ? thrown.message : String(thrown);
    return { ok: false, failure: thrown instanceof NoAdapter ? thrown.failure : 'crashed', detail };
  } finally {
    closeTensorFlow();
  }
};
