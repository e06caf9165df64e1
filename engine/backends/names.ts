/** What the engine can compute with. */
export const backendNames = ['tensorflow', 'webgpu', 'cpu'] as const;
export type BackendName = (typeof backendNames)[number];

/** Why a backend was chosen and not a faster one: a message key `backend.<reason>`. */
export const backendReasons = [
  'asked_for',
  'gpu_found',
  'gpu_unused',
  'gpu_crashed',
  'gpu_hung',
  'gpu_wrong',
  'gpu_not_set_up',
  'no_gpu',
  'no_vulkan',
  'no_tensorflow',
  'webgpu_only',
  'webgpu_faster',
  'webgpu_slower',
  'webgpu_no_adapter',
  'webgpu_software',
  'webgpu_crashed',
  'webgpu_hung',
  'webgpu_wrong',
] as const;
export type BackendReason = (typeof backendReasons)[number];

/** What the engine computes with in this process. */
export interface Choice {
  readonly backend: BackendName;
  readonly reason: BackendReason;
  /** The processor only: TensorFlow must not even look for a GPU that was found not to work. */
  readonly hideGpu: boolean;
}
