import type { Machine } from './machine.ts';
import type { BackendReason, Choice } from './names.ts';

/** A backend that computed rightly. */
export interface Passed {
  readonly ok: true;
  readonly gpu: boolean;
  readonly device: string;
  /** Of a small training step, the median of several. */
  readonly stepMs: number;
}

/** How a backend can fail its trial. */
export const failures = ['no_adapter', 'software', 'wrong', 'crashed', 'hung'] as const;
export interface Failed {
  readonly ok: false;
  readonly failure: (typeof failures)[number];
  /** For the log, in whatever words the library has. */
  readonly detail: string;
}
export type TrialResult = Passed | Failed;

/** What can be tried; a GPU is hidden from the last. */
export const trials = ['webgpu', 'tensorflow', 'tensorflow-on-cpu'] as const;

/** Tries a backend where a crash or a hang is survivable. */
export type Trial = (what: (typeof trials)[number]) => Promise<TrialResult>;

/** WebGPU must be this much faster than the processor: it knows no bfloat16, and what it saves is measured on a small step. */
const WORTH_IT = 0.8;

/**
 * What to compute with: TensorFlow on a GPU, else WebGPU where that is clearly faster than TensorFlow on the processor, else
 * that, else plain tfjs. Nothing is tried that {@link Machine} rules out, so that most machines start without a trial.
 */
export async function choose(machine: Machine, trial: Trial): Promise<Choice> {
  const trouble: BackendReason[] = [];
  if (machine.tensorflow && machine.nvidia && machine.cuda) {
    const result = await trial('tensorflow');
    if (result.ok && result.gpu) return { backend: 'tensorflow', reason: 'gpu_found', hideGpu: false };
    trouble.push(gpuTrouble(result));
  }
  if (machine.graphics && machine.graphicsLibrary) {
    const result = await trial('webgpu');
    if (result.ok) {
      if (!machine.tensorflow) return { backend: 'webgpu', reason: 'webgpu_only', hideGpu: true };
      const processor = await trial('tensorflow-on-cpu');
      if (!processor.ok || result.stepMs < WORTH_IT * processor.stepMs) {
        return { backend: 'webgpu', reason: 'webgpu_faster', hideGpu: true };
      }
      trouble.push('webgpu_slower');
    } else {
      trouble.push(`webgpu_${result.failure}`);
    }
  }
  if (!machine.tensorflow) return { backend: 'cpu', reason: 'no_tensorflow', hideGpu: true };
  return { backend: 'tensorflow', reason: trouble[0] ?? whyNone(machine), hideGpu: true };
}

function gpuTrouble(result: TrialResult): BackendReason {
  if (result.ok) return 'gpu_unused';
  return result.failure === 'wrong' || result.failure === 'hung' ? `gpu_${result.failure}` : 'gpu_crashed';
}

function whyNone({ nvidia, cuda, graphics, graphicsLibrary }: Machine): BackendReason {
  if (nvidia && !cuda) return 'gpu_not_set_up';
  return graphics && !graphicsLibrary ? 'no_vulkan' : 'no_gpu';
}
