import { existsSync } from 'node:fs';
import { copyFile, mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { cacheDir, hashTree, root } from '#native/setup/files.mjs';
import { runVisibly, which } from '#native/setup/processes.mjs';
import { processSide, refusingSide } from './side.ts';
import type { Side } from './side.ts';

/*
 * Peers that run in Node: packages that the app itself does not need, pinned by a lock file of their own and installed into the
 * per-user cache, so that no clone pays 300 MB for a benchmark.
 */

const FILES = ['package.json', 'package-lock.json'];

/** The folder of the installed packages, or why there is none. */
export type NodePeers = { readonly folder: string } | { readonly reason: string };

/** Finds or installs them. Nothing of a failed attempt is kept. */
export async function nodePeers(say: (line: string) => void): Promise<NodePeers> {
  const source = join('bench', 'peers', 'node');
  const key = (await hashTree(FILES.map((file) => join(source, file)))).slice(0, 16);
  const folder = join(cacheDir(), 'bench', `node-peers-${key}`);
  const stamp = join(folder, 'complete');
  if (existsSync(stamp)) return { folder };
  const npm = which('npm');
  if (npm === undefined) return { reason: 'npm was not found' };
  say(`Installing ONNX Runtime for Node into ${folder}: 100 MB to download, 300 MB on disk.`);
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  for (const file of FILES) await copyFile(join(root, source, file), join(folder, file));
  const { code, errors } = await runVisibly(npm, ['ci', '--ignore-scripts', '--no-audit', '--no-fund'], {
    cwd: folder,
    quiet: true,
  });
  if (code !== 0) {
    await rm(folder, { recursive: true, force: true });
    return { reason: `ONNX Runtime for Node could not be installed: ${errors.trim().split('\n').at(-1) ?? ''}` };
  }
  await writeFile(stamp, '');
  return { folder };
}

/** A peer in Node: a script of bench/peers/node, told where its packages are. */
export function nodeSide(peers: NodePeers, label: string, script: string, params: object): Side {
  if ('reason' in peers) return refusingSide(label, peers.reason);
  return processSide({
    name: label,
    command: process.execPath,
    args: [join(root, 'bench', 'peers', 'node', script), join(peers.folder, 'package.json')],
    params,
  });
}
