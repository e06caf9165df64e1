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

/**
 * Lays the runtime folder of a target out by hard links.
 *
 * @throws Error where the runtime of that system was not made
 */
export async function stageNative(target: Target): Promise<void> {
  const binding = join(runtime(target), 'tfjs_binding.node');
  if (!existsSync(binding)) {
    const { native } = facts[target];
    throw new Error(
      `native/runtime/${native} is not there: run the set-up on that system, or copy its native/runtime/${native} here.`,
    );
  }
  await rm(nativeStage(target), { recursive: true, force: true });
  await linkTree(runtime(target), nativeStage(target), isHandedOn);
}

/** In the place of a runtime that cannot be made here: enough for the packing to be looked at, nothing that runs. */
export async function stageStandIn(target: Target): Promise<void> {
  await mkdir(nativeStage(target), { recursive: true });
  await writeFile(join(nativeStage(target), 'tfjs_binding.node'), 'stand-in');
}
