import { createRequire } from 'node:module';
import type { KernelBackend } from '@tensorflow/tfjs-core';
import type { TensorFlow } from '#native/load-tensorflow.ts';
import { loadTfjs } from './tfjs.ts';

/** There is no WebGPU to compute with here: no driver, or one that only imitates a graphics card on the processor. */
export class NoAdapter extends Error {
  readonly failure: 'no_adapter' | 'software';

  constructor(failure: NoAdapter['failure'], message: string) {
    super(message);
    this.failure = failure;
  }
}

/** An opened WebGPU. */
export interface WebGpu {
  readonly tf: TensorFlow;
  /** The graphics card's name. */
  readonly device: string;
}

/** What Dawn offers of the browser's `navigator.gpu`, as far as it is used here. */
interface Gpu {
  requestAdapter(options: { powerPreference: 'high-performance' }): Promise<Adapter | null>;
}
interface Adapter {
  readonly info: { readonly [Fact in 'vendor' | 'architecture' | 'device' | 'description']: string } & {
    readonly isFallbackAdapter: boolean;
  };
  readonly limits: Readonly<Record<string, number>>;
  requestDevice(options: { requiredLimits: Record<string, number | undefined> }): Promise<object>;
}

interface TfjsWebGpu {
  readonly WebGPUBackend: new (device: object, info: object) => KernelBackend;
}

/** Limits that tfjs's shaders use as far as a card allows; by default WebGPU grants everybody the same small ones. */
const LIMITS = [
  'maxComputeWorkgroupStorageSize',
  'maxComputeWorkgroupsPerDimension',
  'maxStorageBufferBindingSize',
  'maxBufferSize',
  'maxComputeWorkgroupSizeX',
  'maxComputeInvocationsPerWorkgroup',
];

/**
 * Makes tfjs compute through WebGPU (Dawn: Direct3D 12, Vulkan or Metal) in this process.
 *
 * @param software whether an imitation on the processor will do: for checking numbers, never for speed
 * @throws NoAdapter when there is nothing to compute with
 */
export async function openWebGpu(software: boolean): Promise<WebGpu> {
  const tf = loadTfjs();
  // Before there is a `navigator.gpu`: it would register itself, once for the life of this process and with any adapter.
  const { WebGPUBackend } = createRequire(import.meta.url)('@tensorflow/tfjs-backend-webgpu') as TfjsWebGpu;
  const { create, globals } = await import('webgpu');
  Object.assign(globalThis, globals);
  const gpu = create([]) as Gpu;
  const adapter = await gpu.requestAdapter({ powerPreference: 'high-performance' });
  if (!adapter) throw new NoAdapter('no_adapter', 'no graphics driver answers');
  const { info, limits } = adapter;
  const device = info.description || [info.vendor, info.architecture, info.device].filter(Boolean).join(' ');
  if (info.isFallbackAdapter && !software) throw new NoAdapter('software', device);
  // Where a browser has it. It also keeps Dawn alive for as long as it is there.
  Object.defineProperty(navigator, 'gpu', { value: gpu, configurable: true });
  const requiredLimits = Object.fromEntries(LIMITS.map((name) => [name, limits[name]]));
  const backend = new WebGPUBackend(await adapter.requestDevice({ requiredLimits }), info);
  tf.registerBackend('webgpu', () => backend);
  await tf.setBackend('webgpu');
  return { tf, device };
}

/** Lets go of the graphics card: Dawn's threads keep a process from ending, and crash it when they outlive it. */
export function closeWebGpu({ tf }: WebGpu): void {
  tf.removeBackend('webgpu');
  Reflect.deleteProperty(navigator, 'gpu');
}
