import { existsSync } from 'node:fs';
import { cp, mkdir, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { cacheDir, hashTree, root, temporaryFor } from '../native/setup/files.mjs';
import { withLock } from '../native/setup/lock.mjs';
import { runNpm } from '../native/setup/packages.mjs';
import { SetupError, step } from '../native/setup/say.mjs';
import { facts } from './targets.ts';
import type { Target } from './targets.ts';

/**
 * A folder with the node_modules of an operating system: this clone's own where it is the one at hand; else a tree of its own, since npm installs
 * sharp's binaries only for the system that it is told. Kept in the cache that all clones share, by the hash of the lock file.
 */
export async function dependencyTree(target: Target): Promise<string> {
  const { platform } = facts[target];
  if (platform === process.platform) return root;
  const key = await hashTree(['package.json', 'package-lock.json']);
  const tree = join(cacheDir(), 'trees', `${platform}-x64-${key.slice(0, 16)}`);
  if (existsSync(tree)) return tree;
  await withLock(tree, async () => {
    if (!existsSync(tree)) await step(`npm packages for ${platform}`, () => install(platform, tree));
  });
  return tree;
}

async function install(platform: string, tree: string): Promise<void> {
  await mkdir(dirname(tree), { recursive: true });
  const temporary = temporaryFor(tree);
  await mkdir(temporary);
  try {
    for (const file of ['package.json', 'package-lock.json']) await cp(join(root, file), join(temporary, file));
    const wanted = [`--os=${platform}`, '--cpu=x64', '--omit=dev'];
    const quiet = ['--ignore-scripts', '--prefer-offline', '--no-audit', '--no-fund', '--loglevel=error'];
    const { code } = await runNpm(['ci', ...wanted, ...quiet], temporary);
    if (code !== 0) throw new SetupError(`npm ci for ${platform} failed (its words are above).`);
    await rename(temporary, tree);
  } finally {
    await rm(temporary, { recursive: true, force: true });
  }
}
