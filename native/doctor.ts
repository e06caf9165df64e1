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
  | 'bf16'
  | 'cores'
  | 'memory'
  | 'disk'
  | 'chromium'
  | 'electron'
  | 'japanese_font';

/** What would make a fact better; the words are messages `hint.<code>`. */
export type HintCode =
  | 'use_node_24'
  | 'run_setup'
  | 'check_tensorflow'
  | 'gpu_driver_only'
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
  readonly name: FactName;
  readonly status: FactStatus;
  /** A version, path or amount, in words that need no translation; empty when there is nothing. */
  readonly value: string;
  readonly hintCode?: HintCode;
}

export interface MachineFacts {
  readonly facts: readonly MachineFact[];
}

const probeTimeoutMs = 120_000;
const gigabyte = 1e9;

/**
 * What this machine can do, by looking: nothing is installed or changed. TensorFlow is tried in a child process, so that
 * a crash of the library is a fact and not the end of the caller.
 */
export async function inspectMachine(): Promise<MachineFacts> {
  const [tensorflow, gpu, bf16, disk, font] = await Promise.all([
    tensorflowFacts(),
    gpuFact(),
    bf16Fact(),
    diskFact(),
    japaneseFontFact(),
  ]);
  return {
    facts: [
      nodeFact(),
      ...tensorflow,
      gpu,
      bf16,
      coresFact(),
      memoryFact(),
      disk,
      chromiumFact(),
      electronFact(),
      font,
    ],
  };
}

function nodeFact(): MachineFact {
  const { node } = process.versions;
  return node.startsWith('24.')
    ? { name: 'node', status: 'ok', value: node }
    : { name: 'node', status: 'missing', value: node, hintCode: 'use_node_24' };
}

/** TensorFlow's version, the binding and the device it computes on: three facts of one probe. */
async function tensorflowFacts(): Promise<MachineFact[]> {
  const binding = join(nativeDir(), 'tfjs_binding.node');
  if (!existsSync(binding)) {
    return [
      { name: 'tensorflow', status: 'missing', value: '', hintCode: 'run_setup' },
      { name: 'binding', status: 'missing', value: binding, hintCode: 'run_setup' },
      { name: 'device', status: 'missing', value: '', hintCode: 'run_setup' },
    ];
  }
  const { code, signal, stdout, stderr } = await capture(process.execPath, [join(import.meta.dirname, 'probe.ts')], {
    timeoutMs: probeTimeoutMs,
  });
  if (code !== 0) {
    const detail = signal ?? stderr.trim().split('\n').at(-1) ?? '';
    return [
      { name: 'tensorflow', status: 'missing', value: detail, hintCode: 'check_tensorflow' },
      { name: 'binding', status: 'ok', value: binding },
      { name: 'device', status: 'missing', value: '', hintCode: 'check_tensorflow' },
    ];
  }
  const probe = JSON.parse(stdout) as Probe;
  return [
    { name: 'tensorflow', status: 'ok', value: probe.version },
    { name: 'binding', status: 'ok', value: binding },
    { name: 'device', status: 'ok', value: `${probe.device} (${probe.gigaflops.toFixed(0)} GFLOPS)` },
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
    if (code === 0) return { name: 'gpu', status: 'ok', value: stdout.trim().split('\n').join('; ') };
  }
  const driver = await readdir('/proc/driver/nvidia/gpus').catch((): string[] => []);
  if (driver.length > 0) return { name: 'gpu', status: 'optional', value: 'NVIDIA', hintCode: 'gpu_driver_only' };
  return { name: 'gpu', status: 'optional', value: '', hintCode: 'add_gpu' };
}

/** Whether the processor multiplies bfloat16 itself, which makes training about 1.5 times as fast. */
async function bf16Fact(): Promise<MachineFact> {
  const info = await readFile('/proc/cpuinfo', 'utf8').catch(() => '');
  const present = cpuFlags(info).filter((flag) => flag === 'avx512_bf16' || flag === 'amx_bf16');
  return { name: 'bf16', status: present.length > 0 ? 'ok' : 'optional', value: present.join(', ') };
}

/** The first processor's flags in the text of Linux's /proc/cpuinfo. */
export function cpuFlags(cpuinfo: string): string[] {
  const line = /^flags\s*:\s*(.*)$/m.exec(cpuinfo);
  return line?.[1]?.split(/\s+/).filter(Boolean) ?? [];
}

function coresFact(): MachineFact {
  const model = cpus()[0]?.model.trim() ?? '';
  return { name: 'cores', status: 'ok', value: [`${availableParallelism()}`, model].filter(Boolean).join(' × ') };
}

function memoryFact(): MachineFact {
  // In a container the limit is below what the machine has.
  const limit = process.constrainedMemory();
  const total = limit > 0 ? Math.min(limit, totalmem()) : totalmem();
  const value = `${(total / gigabyte).toFixed(1)} GB (${(freemem() / gigabyte).toFixed(1)} GB)`;
  if (total < 4 * gigabyte) return { name: 'memory', status: 'missing', value, hintCode: 'add_memory' };
  return { name: 'memory', status: 'ok', value };
}

async function diskFact(): Promise<MachineFact> {
  const { bavail, bsize } = await statfs(homedir()).catch(() => statfs(root));
  const free = bavail * bsize;
  const value = `${(free / gigabyte).toFixed(1)} GB`;
  if (free < 2 * gigabyte) return { name: 'disk', status: 'missing', value, hintCode: 'free_disk' };
  return { name: 'disk', status: 'ok', value };
}

function chromiumFact(): MachineFact {
  const path = findChromium();
  if (path === undefined) return { name: 'chromium', status: 'optional', value: '', hintCode: 'install_chromium' };
  return { name: 'chromium', status: 'ok', value: path };
}

function electronFact(): MachineFact {
  const path = findElectron();
  if (path === undefined) return { name: 'electron', status: 'optional', value: '', hintCode: 'install_electron' };
  if (!hasDisplay()) return { name: 'electron', status: 'optional', value: path, hintCode: 'needs_display' };
  return { name: 'electron', status: 'ok', value: path };
}

async function japaneseFontFact(): Promise<MachineFact> {
  const family = await findJapaneseFont();
  if (family !== undefined) return { name: 'japanese_font', status: 'ok', value: family };
  return { name: 'japanese_font', status: 'optional', value: '', hintCode: 'install_japanese_font' };
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
