import { existsSync } from 'node:fs';
import Module, { createRequire } from 'node:module';
import { join } from 'node:path';
import util from 'node:util';
import { AppError } from '#core/contract/errors.ts';
import { lacksVisualC } from './visual-c.ts';

/** The tfjs API whose backend is the native TensorFlow of this machine. */
export type TensorFlow = typeof import('@tensorflow/tfjs-node-gpu');

/** The folder that all clones of this user share. */
export { cacheDir } from './setup/files.mjs';

const tfjsPackage = '@tensorflow/tfjs-node-gpu';
const bindingFinder = '@mapbox/node-pre-gyp';

/**
 * Where the binding and its libraries are: the folder that set-up fills, or what `MINARAI_NATIVE_DIR` names
 * (the packaged app ships that folder as `resources/native`).
 */
export function nativeDir(): string {
  const chosen = process.env['MINARAI_NATIVE_DIR'];
  if (chosen) return chosen;
  return join(import.meta.dirname, 'runtime', `${process.platform}-${process.arch}`);
}

let loading: Promise<TensorFlow> | undefined;

/**
 * Loads TensorFlow into this process; later calls share the first one's result. From a cold disk this reads some 800 MB
 * and can take 20 seconds. Call it only where a crash of the library is survivable: the engine, a probe, a test.
 *
 * @throws AppError `tensorflow_missing` with `reason` and `path` when set-up has not run or the binding does not load;
 *   `visual_c_missing` with `path` where Windows has not what its library needs.
 */
export function loadTensorFlow(): Promise<TensorFlow> {
  loading ??= load();
  return loading;
}

async function load(): Promise<TensorFlow> {
  const binding = join(nativeDir(), 'tfjs_binding.node');
  if (!existsSync(binding)) throw new AppError('tensorflow_missing', { reason: 'not_set_up', path: binding });

  // Read by the C++ library: only errors in the log (one line about oneDNN comes before it looks), GPU memory as needed.
  process.env['TF_CPP_MIN_LOG_LEVEL'] ??= '2';
  process.env['TF_FORCE_GPU_ALLOW_GROWTH'] ??= 'true';
  // Read by CUDA's libraries: float32 products keep all their digits on a GPU, so that a score is the same as on a processor
  // (with TF32 outputs differed from the reference on an H100 by more than the tests allow); bfloat16 is the fast way.
  process.env['NVIDIA_TF32_OVERRIDE'] ??= '0';

  // tfjs-node 4.22 calls this helper, which Node 23 removed.
  const legacyUtil = util as { isNullOrUndefined?: (value: unknown) => boolean };
  legacyUtil.isNullOrUndefined ??= (value) => value === null || value === undefined;

  try {
    const tf = requireWithBinding(binding);
    await tf.ready();
    return tf;
  } catch (cause) {
    if (lacksVisualC(cause, binding)) throw new AppError('visual_c_missing', { path: binding }, { cause });
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new AppError('tensorflow_missing', { reason, path: binding }, { cause });
  }
}

/** One line for a log or a parent process: the loader's own words where it failed, without a stack. */
export function describeFailure(thrown: unknown): string {
  const first = thrown instanceof AppError && thrown.cause instanceof Error ? thrown.cause : thrown;
  const text = first instanceof Error ? first.message : String(first);
  return text.replaceAll(/\s*\n\s*/g, ' ');
}

/**
 * tfjs asks node-pre-gyp for the path of its binding, which would be inside node_modules. The answer is given here
 * instead, so that nothing is written into the package and several clones can share one compiled binding.
 */
function requireWithBinding(binding: string): TensorFlow {
  const require = createRequire(createRequire(import.meta.url).resolve(tfjsPackage));
  const finder = require.resolve(bindingFinder);
  const stand = new Module(finder);
  stand.exports = { find: () => binding };
  stand.loaded = true;
  const former = require.cache[finder];
  require.cache[finder] = stand;
  try {
    return createRequire(import.meta.url)(tfjsPackage) as TensorFlow;
  } finally {
    if (former) require.cache[finder] = former;
    else delete require.cache[finder];
  }
}
