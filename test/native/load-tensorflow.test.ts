import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { loadTensorFlow, nativeDir } from '#native/load-tensorflow.ts';

describe('loadTensorFlow', () => {
  test('gives the native backend and computes', async () => {
    const tf = await loadTensorFlow();
    expect(tf.getBackend()).toBe('tensorflow');
    expect(
      tf.tidy(
        () =>
          tf
            .tensor1d([1, 2, 3])
            .dot(tf.tensor1d([4, 5, 6]))
            .dataSync()[0],
      ),
    ).toBe(32);
  });

  test('two callers get one TensorFlow', async () => {
    const [first, second] = await Promise.all([loadTensorFlow(), loadTensorFlow()]);
    expect(first).toBe(second);
  });

  test('kernels that call what Node 23 removed work', async () => {
    const tf = await loadTensorFlow();
    // tfjs-node's executeOp asks util.isNullOrUndefined about an op's attributes.
    const [values, indices] = tf.tidy(() => {
      const top = tf.topk(tf.tensor1d([3, 9, 4]), 2);
      return [top.values.dataSync(), top.indices.dataSync()];
    });
    expect([...values]).toEqual([9, 4]);
    expect([...indices]).toEqual([1, 2]);
  });
});

describe('without a working binding', () => {
  let folder: string;
  /** A fresh copy of the module: the loaded TensorFlow of the tests above stays out of it. */
  const loadAgain = async () => {
    vi.resetModules();
    const fresh = await import('#native/load-tensorflow.ts');
    return fresh.loadTensorFlow();
  };

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'minarai-native-'));
    vi.stubEnv('MINARAI_NATIVE_DIR', folder);
  });
  afterEach(async () => {
    vi.unstubAllEnvs();
    await rm(folder, { recursive: true });
  });

  test('an empty folder: tensorflow_missing says that set-up has not run', async () => {
    await expect(loadAgain()).rejects.toMatchObject({
      code: 'tensorflow_missing',
      params: { reason: 'not_set_up', path: join(folder, 'tfjs_binding.node') },
    });
  });

  test('MINARAI_NATIVE_DIR moves the folder', () => {
    expect(nativeDir()).toBe(folder);
  });
});

test('a binding that is not a library: tensorflow_missing carries the loader’s words', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'minarai-native-'));
  await writeFile(join(folder, 'tfjs_binding.node'), 'not a library');
  const { capture } = await import('#native/setup/processes.mjs');
  // In a process of its own, where tfjs is not loaded yet.
  const program = `
    const { loadTensorFlow } = await import('#native/load-tensorflow.ts');
    await loadTensorFlow().catch((error) => console.log(JSON.stringify({ code: error.code, params: error.params })));`;
  const { stdout } = await capture(process.execPath, ['--input-type=module', '--eval', program], {
    env: { ...process.env, MINARAI_NATIVE_DIR: folder },
  });
  expect(JSON.parse(stdout)).toEqual({
    code: 'tensorflow_missing',
    params: { path: join(folder, 'tfjs_binding.node'), reason: expect.stringContaining('tfjs_binding.node') },
  });
  await rm(folder, { recursive: true });
});
