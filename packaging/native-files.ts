import { existsSync } from 'node:fs';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { root } from '../native/setup/files.mjs';
import { linkTree } from './link-tree.ts';
import { facts, workDir } from './targets.ts';
import type { Target } from './targets.ts';

const runtime = (target: Target): string => join(root, 'native', 'runtime', facts[target].native);

/** What {@link stageNative} lays out, to be resources/native of the packed app. */
export const nativeStage = (target: Target): string => join(workDir(target), 'native');

/** Whether a file of a runtime folder is packed: not the set-up's own notes, and not NVIDIA's libraries, which are not ours to hand on. */
export const isHandedOn = (file: string): boolean => !/^(\.|nvidia\/)/.test(file);

/** Whether the runtime of a system was made in this clone. */
export const hasRuntime = (target: Target): boolean => existsSync(join(runtime(target), 'tfjs_binding.node'));

/** What of TensorFlow's wheels goes with its library: its licence, and those of all that is in it. */
const licences = join(root, 'packaging', 'licences');

/**
 * Lays the runtime folder of a target out by hard links, with the licences.
 *
 * @throws Error where the runtime of that system was not made
 */
export async function stageNative(target: Target): Promise<void> {
  if (!hasRuntime(target)) {
    const { native } = facts[target];
    throw new Error(
      `native/runtime/${native} is not there: run the set-up on that system (for Windows: npm run windows-runtime), or copy its native/runtime/${native} here.`,
    );
  }
  await rm(nativeStage(target), { recursive: true, force: true });
  await linkTree(runtime(target), nativeStage(target), isHandedOn);
  await stageLicences(target);
}

const stageLicences = (target: Target): Promise<void> => linkTree(licences, join(nativeStage(target), 'licences'));

/** In the place of a runtime that cannot be made here: enough for the packing to be looked at, nothing that runs. */
export async function stageStandIn(target: Target): Promise<void> {
  await mkdir(nativeStage(target), { recursive: true });
  await writeFile(join(nativeStage(target), 'tfjs_binding.node'), 'stand-in');
  await stageLicences(target);
}
