import type { Tensor } from '@tensorflow/tfjs-core';
import { AppError } from '#core/contract/errors.ts';
import { loadTensorFlow } from '#native/load-tensorflow.ts';
import type { TensorFlow } from '#native/load-tensorflow.ts';
import type { Trial } from './backends/choose.ts';
import { chosenBackend } from './backends/chosen.ts';
import type { BackendName, Choice } from './backends/names.ts';
import { loadTfjs } from './backends/tfjs.ts';
import { tryBackend } from './backends/try-backend.ts';
import { closeWebGpu, openWebGpu } from './backends/webgpu.ts';
import type { WebGpu } from './backends/webgpu.ts';

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
  /** @returns the session's number */
  loadSavedModelMetaGraph(folder: string, tag: string): number;
  runSavedModel(session: number, inputs: Tensor[], inputNames: { name: string }[], outputNames: string[]): Tensor[];
  deleteSavedModel(session: number): void;
}

/** The tfjs API of this process; usable once {@link openTensorFlow} has resolved. */
export let tf: TensorFlow;

/** The native backend behind {@link tf}; usable where {@link rawOps} is true. */
export let backend: NativeBackend;

/** Whether TensorFlow's own ops run here; otherwise the plain tfjs ops of whichever backend was opened. */
export let rawOps = false;

/** Version of the library that computes: of TensorFlow, or of tfjs where that computes by itself. */
export let libraryVersion = '';

/** What computes in this process. */
export interface Opened extends Omit<Choice, 'hideGpu'> {
  readonly gpu: boolean;
  /** The graphics card's name, where that is known. */
  readonly device: string | null;
}

let opening: Promise<Opened> | undefined;
let webGpu: WebGpu | undefined;

/**
 * Chooses what to compute with and makes {@link tf} usable. Call it before anything else of the engine; later calls are free.
 * The first call on a machine with a graphics card tries it, which takes some seconds; later ones know.
 *
 * @param trial how: in processes apart, where that is possible
 * @throws AppError `tensorflow_missing` when set-up has not run, or the library does not load, and nothing replaces it
 */
export function openTensorFlow(trial: Trial = tryBackend): Promise<Opened> {
  // By way of openBackend, since a trial in this process has opened others meanwhile.
  opening ??= chosenBackend(trial).then((choice) => openBackend(choice));
  return opening;
}

/**
 * {@link openTensorFlow} for work that learns: on plain JavaScript it would take days.
 *
 * @throws AppError `tensorflow_missing`
 */
export async function openForLearning(): Promise<void> {
  const { backend: name, reason } = await openTensorFlow();
  if (name === 'cpu' && reason !== 'asked_for') throw new AppError('tensorflow_missing', { reason: 'not_set_up' });
}

/**
 * Makes {@link tf} compute with `backend` from now on; tensors of another backend are of no use to it. For trials and tests,
 * which know what they want; everything else calls {@link openTensorFlow}.
 *
 * @param software whether WebGPU may be an imitation on the processor
 * @throws AppError `tensorflow_missing`; NoAdapter
 */
export function openBackend(choice: Choice, { software = false } = {}): Promise<Opened> {
  opening = open(choice, software);
  return opening;
}

async function open({ backend: name, reason, hideGpu }: Choice, software: boolean): Promise<Opened> {
  const opened = name === 'tensorflow' ? await openNative(hideGpu) : await openPortable(name, software);
  tf.enableProdMode();
  return { backend: name, reason, ...opened };
}

async function openNative(hideGpu: boolean): Promise<Omit<Opened, 'backend' | 'reason'>> {
  // Read by CUDA when it is loaded: a GPU that failed its trial must not fail again here.
  if (hideGpu) process.env['CUDA_VISIBLE_DEVICES'] = '-1';
  tf = await loadTensorFlow();
  await tf.setBackend('tensorflow');
  if (!(backend as NativeBackend | undefined)) {
    backend = tf.backend() as unknown as NativeBackend;
    admitBfloat16(backend);
  }
  rawOps = true;
  libraryVersion = String(backend.binding['TF_Version']);
  return { gpu: backend.isUsingGpuDevice, device: null };
}

async function openPortable(
  name: Exclude<BackendName, 'tensorflow'>,
  software: boolean,
): Promise<Omit<Opened, 'backend' | 'reason'>> {
  rawOps = false;
  if (name === 'webgpu') {
    webGpu ??= await openWebGpu(software);
    tf = webGpu.tf;
  } else {
    tf = loadTfjs();
  }
  await tf.setBackend(name);
  libraryVersion = `tfjs ${tf.version_core}`;
  return { gpu: name === 'webgpu', device: webGpu?.device ?? null };
}

/** Gives back what would keep this process from ending well. */
export function closeTensorFlow(): void {
  if (webGpu) closeWebGpu(webGpu);
  webGpu = undefined;
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
