import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readFile, readdir, stat } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { availableParallelism, cpus, release } from 'node:os';
import { join } from 'node:path';
import { nativeDir } from '#native/load-tensorflow.ts';

/** What can be known of a machine without loading anything that might crash. */
export interface Machine {
  /** Set-up has put libtensorflow and its binding here. */
  readonly tensorflow: boolean;
  /** An NVIDIA card with its kernel driver. */
  readonly nvidia: boolean;
  /** Set-up was run with `--gpu`: CUDA's libraries are here. */
  readonly cuda: boolean;
  /** Some graphics device; on Windows and macOS there always may be one. */
  readonly graphics: boolean;
  /** The library through which WebGPU reaches a graphics device. */
  readonly graphicsLibrary: boolean;
  /** Changes whenever hardware, drivers or packages do: what was tried under one key need not be tried again. */
  readonly key: string;
}

/** Raise it when the trial itself changes, so that older verdicts are forgotten. */
const TRIAL_VERSION = 1;

const vulkanFolders = [
  '/usr/lib/x86_64-linux-gnu',
  '/usr/lib64',
  '/usr/lib',
  '/usr/local/lib',
  '/lib/x86_64-linux-gnu',
];
const driverFolders = ['/usr/share/vulkan/icd.d', '/etc/vulkan/icd.d', '/usr/local/share/vulkan/icd.d'];

/** Where a dynamic linker would find Vulkan's loader; Direct3D and Metal come with their systems. */
export function hasGraphicsLibrary(env: NodeJS.ProcessEnv = process.env): boolean {
  if (process.platform !== 'linux') return true;
  const folders = [...(env['LD_LIBRARY_PATH'] ?? '').split(':').filter(Boolean), ...vulkanFolders];
  return folders.some((folder) => existsSync(join(folder, 'libvulkan.so.1')));
}

/** Looks, and loads nothing. */
export async function inspect(): Promise<Machine> {
  const binding = join(nativeDir(), 'tfjs_binding.node');
  const cards = await namesIn('/proc/driver/nvidia/gpus');
  const devices = await namesIn('/dev/dri');
  const nvidia = cards.length > 0 || existsSync('/dev/nvidia0');
  const graphics =
    process.platform !== 'linux' ||
    nvidia ||
    existsSync('/dev/dxg') ||
    devices.some((name) => name.startsWith('renderD'));
  return {
    tensorflow: existsSync(binding),
    nvidia,
    cuda: existsSync(join(nativeDir(), 'nvidia')),
    graphics,
    graphicsLibrary: hasGraphicsLibrary(),
    key: await keyOf([binding, ...devices]),
  };
}

async function keyOf(parts: readonly string[]): Promise<string> {
  const require = createRequire(import.meta.url);
  const versions = ['webgpu', '@tensorflow/tfjs-backend-webgpu'].map((name) => {
    const { version } = require(`${name}/package.json`) as { version: string };
    return version;
  });
  const hash = createHash('sha256');
  const drivers = await Promise.all(driverFolders.map(stamped));
  const cards = await Promise.all((await namesIn('/sys/class/drm')).map(cardOf));
  for (const part of [
    TRIAL_VERSION,
    ...versions,
    ...parts,
    process.platform,
    process.arch,
    release(),
    cpus()[0]?.model,
    availableParallelism(),
    await stampOf(parts[0] ?? ''),
    ...cards,
    ...drivers.flat(),
    await textOf('/proc/driver/nvidia/version'),
    process.env['VK_ICD_FILENAMES'],
    process.env['VK_DRIVER_FILES'],
    process.env['CUDA_VISIBLE_DEVICES'],
  ]) {
    hash.update(`${part ?? ''}\0`);
  }
  return hash.digest('hex');
}

/** Maker and model of a graphics card. */
async function cardOf(name: string): Promise<string> {
  const folder = join('/sys/class/drm', name, 'device');
  return `${name} ${await textOf(join(folder, 'vendor'))} ${await textOf(join(folder, 'device'))}`;
}

async function stamped(folder: string): Promise<string[]> {
  return Promise.all((await namesIn(folder)).map(async (name) => `${name} ${await stampOf(join(folder, name))}`));
}

async function stampOf(file: string): Promise<string> {
  const facts = await stat(file).catch(() => undefined);
  return facts ? `${facts.size} ${facts.mtimeMs}` : '';
}

async function namesIn(folder: string): Promise<string[]> {
  return (await readdir(folder).catch((): string[] => [])).toSorted();
}

async function textOf(file: string): Promise<string> {
  return (await readFile(file, 'utf8').catch(() => '')).trim();
}
