import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readFile, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { gpuWheels } from '#native/setup/gpu-wheels.mjs';
import { chosenGpu, withoutGpu } from '#native/setup/gpu.mjs';
import { makeClone, pinSmallWheel } from './clone.ts';
import type { Clone } from './clone.ts';
import { smallWheel, smallWheelFiles } from './small-wheel.ts';

const platform = `${process.platform}-${process.arch}`;

/** A wheel with one library and one program of CUDA, as pip's own tools would check it. */
const cudaWheelScript = `
import base64, hashlib, sys, zipfile
members = {'nvidia/one/lib/libcuda_one.so.1': b'a library of CUDA', 'nvidia/one/bin/ptxas': b'a program of CUDA'}
record = ''.join(f"{name},sha256={base64.urlsafe_b64encode(hashlib.sha256(data).digest()).rstrip(b'=').decode()},{len(data)}\\n" for name, data in members.items())
with zipfile.ZipFile(sys.argv[1], 'w') as wheel:
    for name, data in members.items(): wheel.writestr(name, data)
    wheel.writestr('nvidia_one-1.0.dist-info/RECORD', record)
`;

let clone: Clone;
let wheels: string;
let cudaBytes = 17;

/** Pins small wheels for both choices; they wait in the folder that `MINARAI_TF_WHEEL` names. */
async function pinBoth(): Promise<void> {
  await pinSmallWheel(clone);
  wheels = join(clone.folder, 'wheels');
  await mkdir(wheels);
  const tensorflow = { file: 'tensorflow-1.0.whl', bytes: smallWheel };
  await writeFile(join(wheels, tensorflow.file), tensorflow.bytes);
  await writeFile(join(wheels, 'small-1.0-py3-none-any.whl'), smallWheel);
  execFileSync('python3', ['-c', cudaWheelScript, join(wheels, 'cuda-1.0.whl')]);
  const cuda = { file: 'cuda-1.0.whl', bytes: await readFile(join(wheels, 'cuda-1.0.whl')) };
  const row = ({ file, bytes }: { file: string; bytes: Buffer }, rest: object) => ({
    platform,
    name: file.replace(/-.*/, ''),
    version: '1.0',
    file,
    sha256: createHash('sha256').update(bytes).digest('hex'),
    bytes: bytes.length,
    tags: { pythonVersion: '3.11', abi: 'none', platform: 'any' },
    headers: [],
    ...rest,
  });
  const rows = [
    row(tensorflow, smallWheelFiles),
    row(cuda, {
      libraries: [
        { name: 'nvidia/one/lib/libcuda_one.so.1', bytes: cudaBytes },
        { name: 'nvidia/one/bin/ptxas', bytes: 17 },
      ],
    }),
  ];
  await writeFile(
    join(clone.folder, 'native/setup/gpu-wheels.mjs'),
    `export const gpuWheels = ${JSON.stringify(rows)};\n`,
  );
}

/** Runs set-up; it ends for want of a compiler, after the libraries are in their place. */
async function setUp(args: string[] = [], env: NodeJS.ProcessEnv = {}): Promise<string> {
  const { code, stderr } = await clone.node(['native/setup.mjs', ...args], { MINARAI_TF_WHEEL: wheels, ...env });
  expect(code, stderr).toBe(1);
  expect(stderr).not.toMatch(/^\s+at /m);
  return stderr;
}

const inRuntime = (path: string): string => join(clone.folder, 'native/runtime', platform, path);

beforeEach(async () => {
  cudaBytes = 17;
  clone = await makeClone();
});
afterEach(() => clone.remove());

describe('set-up with --gpu', () => {
  test('says the sizes, then puts CUDA’s libraries where TensorFlow looks for them', async () => {
    await pinBoth();
    const said = await setUp(['--gpu']);
    expect(said).toMatch(/^For NVIDIA GPUs: \d+ kB will be downloaded and \d+ kB kept on the disk/);
    expect(said).toContain('No C++ compiler was found');
    expect(await readFile(inRuntime('nvidia/one/lib/libcuda_one.so.1'), 'utf8')).toBe('a library of CUDA');
    expect(existsSync(inRuntime('tensorflow/libone.so.2'))).toBe(true);
    const { mode } = await stat(inRuntime('nvidia/one/bin/ptxas'));
    expect(mode & 0o111, 'TensorFlow starts it').toBe(0o111);
  });

  test('is remembered by later starts, and --no-gpu takes it back', async () => {
    await pinBoth();
    await setUp([], { MINARAI_GPU: '1' });
    await rm(inRuntime('nvidia/one/lib/libcuda_one.so.1'));
    await setUp();
    expect(existsSync(inRuntime('nvidia/one/lib/libcuda_one.so.1')), 'put back').toBe(true);
    await setUp(['--no-gpu']);
    expect(existsSync(inRuntime('nvidia'))).toBe(false);
    await setUp();
    expect(existsSync(inRuntime('nvidia'))).toBe(false);
  });

  test('without room for it, fetches nothing and says how much is needed', async () => {
    cudaBytes = 1e18;
    await pinBoth();
    const said = await setUp(['--gpu']);
    expect(said).toMatch(/need 1000000000\.0 GB of disk space and [\d.]+ [GM]B are free: .*cache/);
    expect(await readdir(join(clone.cache, 'tensorflow')).catch(() => [])).toEqual([]);
  });

  test('where TensorFlow has no GPU build, says what is used instead', async () => {
    await pinBoth();
    await writeFile(join(clone.folder, 'native/setup/gpu-wheels.mjs'), 'export const gpuWheels = [];\n');
    expect(await setUp(['--gpu'])).toMatch(/no GPU build for .*WebGPU/);
  });

  test('changes nothing for those who never asked', async () => {
    await pinBoth();
    const said = await setUp();
    expect(said).not.toMatch(/NVIDIA|cuda/i);
    expect((await readdir(inRuntime(''))).toSorted()).toEqual(['.wheel', 'tensorflow']);
  });
});

describe('the choice', () => {
  test('is the flag’s, then the environment’s', async () => {
    expect(await chosenGpu(['--gpu'], { MINARAI_GPU: '0' })).toBe(true);
    expect(await chosenGpu(['--gpu', '--no-gpu'], { MINARAI_GPU: '1' })).toBe(false);
    expect(await chosenGpu([], { MINARAI_GPU: '1' })).toBe(true);
    expect(await chosenGpu([], { MINARAI_GPU: '0' })).toBe(false);
  });

  test('is not handed on to the app', () => {
    expect(withoutGpu(['--gpu', '--port', '4000', '--no-gpu'])).toEqual(['--port', '4000']);
  });
});

test('what TensorFlow opens by its bare name lies where its opener’s run path looks', () => {
  // The run path of libtensorflow_framework.so.2, which opens them all (`readelf -d`). It lacks cuSOLVER's own folder.
  const searched = ['nccl', 'cuda_cupti', 'cublas', 'cudnn', 'cufft', 'cusparse', 'cuda_runtime'];
  // On an H100, without any one of these: "Cannot dlopen some GPU libraries … Skipping registering GPU devices".
  const opened = [
    'libcudart.so.12',
    'libcublas.so.12',
    'libcublasLt.so.12',
    'libcufft.so.11',
    'libcusolver.so.11',
    'libcusparse.so.12',
    'libcudnn.so.9',
  ];
  const [tensorflow, ...cuda] = gpuWheels;
  expect(tensorflow?.libraries.map(({ name }) => name)).toContain('tensorflow/libtensorflow_framework.so.2');
  const places = cuda.flatMap(({ libraries }) =>
    libraries.map((library) => ('at' in library ? library.at : library.name)),
  );
  for (const name of opened) {
    const place = places.find((at) => at?.endsWith(`/${name}`));
    expect(searched.map((folder) => `nvidia/${folder}/lib/${name}`)).toContain(place);
  }
  for (const { sha256 } of gpuWheels) expect(sha256).toMatch(/^[\da-f]{64}$/);
});
