import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { cp, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { basename } from 'node:path';
import { root } from '#native/setup/files.mjs';
import { smallWheel, smallWheelFiles } from './small-wheel.ts';

export interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A copy of what set-up needs, with an own home and cache and a PATH with nothing on it. */
export interface Clone {
  readonly folder: string;
  readonly cache: string;
  readonly env: NodeJS.ProcessEnv;
  /** Puts a shell script on the clone's PATH. */
  addProgram(name: string, script: string): Promise<void>;
  /** Runs `node FILE args…` in the clone. */
  node(args: readonly string[], env?: NodeJS.ProcessEnv): Promise<Ended>;
  start(args: readonly string[], env?: NodeJS.ProcessEnv): ReturnType<typeof spawn>;
  remove(): Promise<void>;
}

const copied = [
  'package.json',
  'package-lock.json',
  'native/setup.mjs',
  'native/run.mjs',
  'native/setup',
  'native/collective',
  'native/load-tensorflow.ts',
  'native/visual-c.ts',
  'core/contract/errors.ts',
];

/**
 * Set-up's own files and this tree's node_modules (a link) in a temporary folder.
 *
 * @param shared.cache a cache to share with another clone
 */
export async function makeClone(shared: { cache?: string } = {}): Promise<Clone> {
  const folder = await mkdtemp(join(tmpdir(), 'minarai-clone-'));
  for (const path of copied) {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await cp(join(root, path), join(folder, path), { recursive: true });
  }
  await symlink(join(root, 'node_modules'), join(folder, 'node_modules'), 'junction');
  const bin = join(folder, 'bin');
  const cache = shared.cache ?? join(folder, 'cache');
  await mkdir(bin);
  const env = { HOME: folder, PATH: bin, LANG: 'en_US.UTF-8', MINARAI_CACHE: cache };
  const start: Clone['start'] = (args, extra = {}) =>
    spawn(process.execPath, args, { cwd: folder, env: { ...env, ...extra }, stdio: ['ignore', 'pipe', 'pipe'] });
  return {
    folder,
    cache,
    env,
    start,
    addProgram: (name, script) => writeFile(join(bin, name), `#!/bin/sh\n${script}\n`, { mode: 0o755 }),
    node: (args, extra) => ending(start(args, extra)),
    remove: () => rm(folder, { recursive: true, force: true }),
  };
}

/** Collects a child's output until it ends. */
export function ending(child: ReturnType<typeof spawn>): Promise<Ended> {
  return new Promise((resolve, reject) => {
    let stdout = '';
    let stderr = '';
    child.stdout?.setEncoding('utf8').on('data', (text: string) => (stdout += text));
    child.stderr?.setEncoding('utf8').on('data', (text: string) => (stderr += text));
    child.on('error', reject);
    child.on('close', (code, signal) => resolve({ code, signal, stdout, stderr }));
  });
}

/** Lets the clone pin a small wheel in place of TensorFlow's. @returns the wheel's path, for `MINARAI_TF_WHEEL` */
export async function pinSmallWheel(
  clone: Clone,
  bytes: Uint8Array = smallWheel,
  files = smallWheelFiles,
): Promise<string> {
  const wheel = {
    platform: `${process.platform}-${process.arch}`,
    name: 'small',
    version: '1.0',
    file: 'small-1.0-py3-none-any.whl',
    sha256: createHash('sha256').update(bytes).digest('hex'),
    bytes: bytes.length,
    tags: { pythonVersion: '3.11', abi: 'none', platform: 'any' },
    ...files,
  };
  await writeFile(
    join(clone.folder, 'native/setup/wheels.mjs'),
    `export const includeRoot = 'tensorflow/include/';\nexport const wheels = ${JSON.stringify([wheel])};\n`,
  );
  const path = join(clone.folder, basename(wheel.file));
  await writeFile(path, bytes);
  return path;
}
