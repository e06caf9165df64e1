import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { readIfThere, runtimeDir, writeAtomically } from './files.mjs';

/** Says that this clone computes on an NVIDIA GPU, until told otherwise. */
const mark = join(runtimeDir, '.gpu');
const flags = ['--gpu', '--no-gpu'];

/**
 * Whether set-up shall fetch what an NVIDIA GPU needs: as the command line says (`--gpu`, `--no-gpu`), else `MINARAI_GPU`
 * (1 or 0), else as it was the last time.
 *
 * @param {readonly string[]} args
 */
export async function chosenGpu(args, env = process.env) {
  const flag = args.findLast((arg) => flags.includes(arg));
  if (flag) return flag === '--gpu';
  if (env['MINARAI_GPU']) return env['MINARAI_GPU'] === '1';
  return (await readIfThere(mark)) !== undefined;
}

/** Keeps the choice for later starts; call it when the libraries are there. @param {boolean} gpu */
export async function rememberGpu(gpu) {
  const known = (await readIfThere(mark)) !== undefined;
  if (gpu && !known) await writeAtomically(mark, '');
  if (!gpu && known) await rm(mark, { force: true });
}

/** The arguments that are the program's and not set-up's. @param {readonly string[]} args */
export function withoutGpu(args) {
  return args.filter((arg) => !flags.includes(arg));
}
