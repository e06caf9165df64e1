import { existsSync } from 'node:fs';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { cacheDir, hashTree, root } from '#native/setup/files.mjs';
import { runVisibly, which } from '#native/setup/processes.mjs';
import { processSide, refusingSide } from './side.ts';
import type { Side } from './side.ts';

/*
 * The peers' Python: a virtual environment of the pinned, hash-checked packages in the per-user cache, made by the first
 * benchmark that needs it. `MINARAI_BENCH_VENV` names one that exists already.
 */

const REQUIREMENTS = join('bench', 'peers', 'requirements.txt');

/** The peers' Python program, or why there is none. */
export type PeerPython = { readonly python: string } | { readonly reason: string };

/** Finds or makes the peers' environment. Nothing of a failed attempt is kept. */
export async function peerPython(say: (line: string) => void): Promise<PeerPython> {
  const own = process.env['MINARAI_BENCH_VENV'];
  if (own !== undefined) {
    const python = join(own, 'bin', 'python');
    return existsSync(python) ? { python } : { reason: `MINARAI_BENCH_VENV has no bin/python: ${own}` };
  }
  const key = (await hashTree([REQUIREMENTS])).slice(0, 16);
  const venv = join(cacheDir(), 'bench', `peers-${key}`);
  const python = join(venv, 'bin', 'python');
  const stamp = join(venv, 'complete');
  if (existsSync(stamp)) return { python };
  const python3 = which('python3');
  if (python3 === undefined) return { reason: 'the peers need Python 3.11 or newer (python3), which was not found' };
  say(`Installing the peers (PyTorch, lightly, ONNX Runtime …) into ${venv}: some 3 GB to download, 6 GB on disk.`);
  await rm(venv, { recursive: true, force: true });
  await mkdir(join(cacheDir(), 'bench'), { recursive: true });
  const steps = [
    [python3, '-m', 'venv', venv],
    [python, '-m', 'pip', 'install', '--quiet', '--require-hashes', '-r', join(root, REQUIREMENTS)],
  ] as const;
  for (const [command, ...args] of steps) {
    const { code, errors } = await runVisibly(command, args);
    if (code !== 0) {
      await rm(venv, { recursive: true, force: true });
      return { reason: `the peers could not be installed: ${lastLine(errors)}` };
    }
  }
  await writeFile(stamp, '');
  return { python };
}

function lastLine(text: string): string {
  return text.trim().split('\n').at(-1) ?? '';
}

/** A peer in Python: module `name` of bench/peers. */
export function pythonSide(python: PeerPython, label: string, module: string, params: object): Side {
  if ('reason' in python) return refusingSide(label, python.reason);
  return processSide({
    name: label,
    command: python.python,
    args: [join(root, 'bench', 'peers', 'side.py'), module],
    params,
    env: { OMP_NUM_THREADS: String(availableParallelism()), PYTHONWARNINGS: 'ignore', PYTHONDONTWRITEBYTECODE: '1' },
  });
}
