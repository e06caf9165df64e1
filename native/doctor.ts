import { existsSync } from 'node:fs';
import { readFile, readdir, statfs } from 'node:fs/promises';
import { availableParallelism, cpus, freemem, homedir, totalmem } from 'node:os';
import { join } from 'node:path';
import { nativeDir } from './load-tensorflow.ts';
import type { Probe } from './probe.ts';
import { findChromium } from './setup/browser.mjs';
import { findElectron, hasDisplay } from './setup/electron.mjs';
import { root } from './setup/files.mjs';
import { capture, which } from './setup/processes.mjs';

/** What is looked at, in the order in which it is shown. */
export type FactName =
  | 'node'
  | 'tensorflow'
  | 'binding'
  | 'device'
  | 'gpu'
  | 'webgpu'
  | 'bf16'
  | 'cores'
  | 'memory'
  | 'disk'
  | 'chromium'
  | 'electron'
  | 'japanese_font';

/** What would make a fact better; the words are messages `hint.<code>`, and `fact.<name>` for what is looked at. */
export type HintCode =
  | 'use_node_24'
  | 'run_setup'
  | 'check_tensorflow'
  | 'gpu_driver_only'
  | 'install_gpu_libraries'
  | 'install_vulkan'
  | 'graphics_driver'
  | 'no_graphics_card'
  | 'check_webgpu'
  | 'add_gpu'
  | 'add_memory'
  | 'free_disk'
  | 'install_chromium'
  | 'install_electron'
  | 'needs_display'
  | 'install_japanese_font';

/** `missing` stops a pilot here; `optional` is absent and only makes something faster or nicer. */
export type FactStatus = 'ok' | 'missing' | 'optional';

export interface MachineFact {
  readonly what: FactName;
  readonly status: FactStatus;
  /** A version, path or amount, in words that need no translation; empty when there is nothing. */
  readonly value: string;
  readonly hint: HintCode | null;
}

const probeTimeoutMs = 120_000;
const gigabyte = 1e9;

/**
 * What this machine can do, by looking: nothing is installed or changed. TensorFlow is tried in a child process, so that
 * a crash of the library is a fact and not the end of the caller.
 */
export async function inspectMachine(): Promise<MachineFact[]> {
  const [tensorflow, gpu, webgpu, bf16, disk, font] = await Promise.all([
    tensorflowFacts(),
    gpuFact(),
    webgpuFact(),
    bf16Fact(),
    diskFact(),
    japaneseFontFact(),
  ]);
  const rest = [bf16, coresFact(), memoryFact(), disk, chromiumFact(), electronFact(), font];
  return [nodeFact(), ...tensorflow, gpu, webgpu, ...rest];
}

function nodeFact(): MachineFact {
  const { node } = process.versions;
  return node.startsWith('24.')
    ? { what: 'node', status: 'ok', value: node, hint: null }
    : { what: 'node', status: 'missing', value: node, hint: 'use_node_24' };
}

/** TensorFlow's version, the binding and the device it computes on: three facts of one probe. */
async function tensorflowFacts(): Promise<MachineFact[]> {
  const binding = join(nativeDir(), 'tfjs_binding.node');
  if (!existsSync(binding)) {
    return [
      { what: 'tensorflow', status: 'missing', value: '', hint: 'run_setup' },
      { what: 'binding', status: 'missing', value: binding, hint: 'run_setup' },
      { what: 'device', status: 'missing', value: '', hint: 'run_setup' },
    ];
  }
  const { code, signal, stdout, stderr } = await capture(process.execPath, [join(import.meta.dirname, 'probe.ts')], {
    timeoutMs: probeTimeoutMs,
  });
  if (code !== 0) {
    const detail = signal ?? stderr.trim().split('\n').at(-1) ?? '';
    return [
      { what: 'tensorflow', status: 'missing', value: detail, hint: 'check_tensorflow' },
      { what: 'binding', status: 'ok', value: binding, hint: null },
      { what: 'device', status: 'missing', value: '', hint: 'check_tensorflow' },
    ];
  }
  const probe = JSON.parse(stdout) as Probe;
  return [
    { what: 'tensorflow', status: 'ok', value: probe.version, hint: null },
    { what: 'binding', status: 'ok', value: binding, hint: null },
    { what: 'device', status: 'ok', value: `${probe.device} (${probe.gigaflops.toFixed(0)} GFLOPS)`, hint: null },
  ];
}

/** NVIDIA's own tool names the GPU; without it the kernel driver's folder shows that there is one. */
async function gpuFact(): Promise<MachineFact> {
  const tool = which('nvidia-smi');
  if (tool) {
    const { code, stdout } = await capture(tool, [
      '--query-gpu=name,memory.total,driver_version',
      '--format=csv,noheader',
    ]);
    if (code === 0) {
      const value = stdout.trim().split('\n').join('; ');
      const installed = existsSync(join(nativeDir(), 'nvidia'));
      if (installed) return { what: 'gpu', status: 'ok', value, hint: null };
      return { what: 'gpu', status: 'optional', value, hint: 'install_gpu_libraries' };
    }
  }
  const driver = await readdir('/proc/driver/nvidia/gpus').catch((): string[] => []);
  if (driver.length > 0) return { what: 'gpu', status: 'optional', value: 'NVIDIA', hint: 'gpu_driver_only' };
  return { what: 'gpu', status: 'optional', value: '', hint: 'add_gpu' };
}

/** How a graphics card of any maker answers through WebGPU; tried by the engine's own trial, in a process apart. */
async function webgpuFact(): Promise<MachineFact> {
  const { stdout, stderr } = await capture(process.execPath, [join(root, 'engine', 'backends', 'trial.ts'), 'webgpu'], {
    timeoutMs: probeTimeoutMs,
  });
  return readWebgpuTrial(stdout, stderr);
}

/** The fact in the answer of engine/backends/trial.ts, one line of JSON; where there is none, the driver ended the process. */
export function readWebgpuTrial(stdout: string, stderr: string): MachineFact {
  const told = stdout.trim().split('\n').at(-1) ?? '';
  const answer = (told.startsWith('{') ? JSON.parse(told) : { ok: false, failure: 'crashed', detail: '' }) as
    | { readonly ok: true; readonly device: string; readonly stepMs: number }
    | { readonly ok: false; readonly failure: string; readonly detail: string };
  if (answer.ok) {
    return { what: 'webgpu', status: 'ok', value: `${answer.device} (${answer.stepMs.toFixed(0)} ms)`, hint: null };
  }
  const absent = { what: 'webgpu', status: 'optional', value: '' } as const;
  if (answer.failure === 'software') return { ...absent, value: answer.detail, hint: 'no_graphics_card' };
  if (answer.failure !== 'no_adapter') return { ...absent, value: answer.detail, hint: 'check_webgpu' };
  return { ...absent, hint: /libvulkan/.test(stderr) ? 'install_vulkan' : 'graphics_driver' };
}

/** Whether the processor multiplies bfloat16 itself, which makes training about 1.5 times as fast. */
async function bf16Fact(): Promise<MachineFact> {
  const info = await readFile('/proc/cpuinfo', 'utf8').catch(() => '');
  const present = cpuFlags(info).filter((flag) => flag === 'avx512_bf16' || flag === 'amx_bf16');
  return { what: 'bf16', status: present.length > 0 ? 'ok' : 'optional', value: present.join(', '), hint: null };
}

/** The first processor's flags in the text of Linux's /proc/cpuinfo. */
export function cpuFlags(cpuinfo: string): string[] {
  const line = /^flags\s*:\s*(.*)$/m.exec(cpuinfo);
  return line?.[1]?.split(/\s+/).filter(Boolean) ?? [];
}

function coresFact(): MachineFact {
  const model = cpus()[0]?.model.trim() ?? '';
  return {
    what: 'cores',
    status: 'ok',
    value: [`${availableParallelism()}`, model].filter(Boolean).join(' × '),
    hint: null,
  };
}

function memoryFact(): MachineFact {
  // In a container the limit is below what the machine has.
  const limit = process.constrainedMemory();
  const total = limit > 0 ? Math.min(limit, totalmem()) : totalmem();
  const value = `${(total / gigabyte).toFixed(1)} GB (${(freemem() / gigabyte).toFixed(1)} GB)`;
  if (total < 4 * gigabyte) return { what: 'memory', status: 'missing', value, hint: 'add_memory' };
  return { what: 'memory', status: 'ok', value, hint: null };
}

async function diskFact(): Promise<MachineFact> {
  const { bavail, bsize } = await statfs(homedir()).catch(() => statfs(root));
  const free = bavail * bsize;
  const value = `${(free / gigabyte).toFixed(1)} GB`;
  if (free < 2 * gigabyte) return { what: 'disk', status: 'missing', value, hint: 'free_disk' };
  return { what: 'disk', status: 'ok', value, hint: null };
}

function chromiumFact(): MachineFact {
  const path = findChromium();
  if (path === undefined) return { what: 'chromium', status: 'optional', value: '', hint: 'install_chromium' };
  return { what: 'chromium', status: 'ok', value: path, hint: null };
}

function electronFact(): MachineFact {
  const path = findElectron();
  if (path === undefined) return { what: 'electron', status: 'optional', value: '', hint: 'install_electron' };
  if (!hasDisplay()) return { what: 'electron', status: 'optional', value: path, hint: 'needs_display' };
  return { what: 'electron', status: 'ok', value: path, hint: null };
}

async function japaneseFontFact(): Promise<MachineFact> {
  const family = await findJapaneseFont();
  if (family !== undefined) return { what: 'japanese_font', status: 'ok', value: family, hint: null };
  return { what: 'japanese_font', status: 'optional', value: '', hint: 'install_japanese_font' };
}

/** The name of one font with Japanese letters. Windows and macOS bring theirs along. */
async function findJapaneseFont(): Promise<string | undefined> {
  if (process.platform === 'win32') return 'Yu Gothic';
  if (process.platform === 'darwin') return 'Hiragino Sans';
  const tool = which('fc-list');
  if (tool) {
    const { stdout } = await capture(tool, [':lang=ja', 'family']);
    const family = stdout.split('\n')[0]?.split(',')[0]?.trim();
    return family === '' ? undefined : family;
  }
  for (const folder of ['/usr/share/fonts', join(homedir(), '.fonts'), join(homedir(), '.local/share/fonts')]) {
    const files = await readdir(folder, { recursive: true }).catch((): string[] => []);
    const found = files.find((file) => /(CJK|NotoSansJP|ipaex?g|ipag|takao|vl-gothic|migu)/i.test(file));
    if (found !== undefined) return found;
  }
  return undefined;
}
