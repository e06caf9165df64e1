import type { Tensor } from '@tensorflow/tfjs-core';
import { loadTensorFlow } from '#native/load-tensorflow.ts';
import type { TensorFlow } from '#native/load-tensorflow.ts';

/** TensorFlow's own number of the 16-bit brain float, which tfjs has no name for. */
const BFLOAT16 = 14;

/** What tfjs-node's backend offers beside the tfjs kernels: any TensorFlow op by name. */
export interface NativeBackend {
  readonly binding: Readonly<Record<string, number>>;
  readonly isUsingGpuDevice: boolean;
  readonly tensorMap: {
    get(dataId: object): { readonly dtype: number };
    set(dataId: object, entry: { shape: number[]; dtype: number; id: number; values: null; refCount: number }): void;
  };
  executeMultipleOutputs(op: string, attributes: readonly object[], inputs: Tensor[], outputs: number): Tensor[];
  createOutputTensor(metadata: { id: number; shape: number[]; dtype: number }): Tensor;
}

/** The tfjs API of this process; usable once {@link openTensorFlow} has resolved. */
export let tf: TensorFlow;

/** The native backend behind {@link tf}; usable where {@link rawOps} is true. */
export let backend: NativeBackend;

/** Whether TensorFlow's own ops run here; otherwise the plain tfjs ops of whichever backend was opened. */
export let rawOps = false;

let opening: Promise<void> | undefined;

/**
 * Makes {@link tf} usable. Call it once before anything else of the engine; later calls are free.
 *
 * @throws AppError `tensorflow_missing` when set-up has not run or the library does not load.
 */
export function openTensorFlow(): Promise<void> {
  opening ??= open();
  return opening;
}

async function open(): Promise<void> {
  tf = await loadTensorFlow();
  tf.enableProdMode();
  backend = tf.backend() as unknown as NativeBackend;
  admitBfloat16(backend);
  rawOps = true;
}

/**
 * tfjs refuses output tensors of a type that it cannot name. A bfloat16 tensor is registered as a 'float32' tensor whose
 * entry in the backend keeps the true type, which `typeOf` reads. TensorFlow itself keeps the types apart: mixing one with
 * float32 throws, and so does reading its values. Cast to float32 first.
 */
function admitBfloat16(native: NativeBackend): void {
  const createOutputTensor = native.createOutputTensor.bind(native);
  native.createOutputTensor = (metadata) => {
    if (metadata.dtype !== BFLOAT16) return createOutputTensor(metadata);
    const dataId = {};
    const { shape, dtype, id } = metadata;
    native.tensorMap.set(dataId, { shape, dtype, id, values: null, refCount: 1 });
    return tf.engine().makeTensorFromTensorInfo({ dataId, shape, dtype: 'float32' });
  };
}
