import { cp, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import * as v from 'valibot';
import { bundleShell } from '../electron/bundle.ts';
import { buildPages } from '../native/setup/pages.mjs';
import { root } from '../native/setup/files.mjs';
import { isShipped } from './app-files.ts';
import { neededPackages } from './closure.ts';
import { linkTree } from './link-tree.ts';
import { dependencyTree } from './tree.ts';
import { workDir } from './targets.ts';
import type { Target } from './targets.ts';

/** What only the browser host and the command line use; with them go some sixty packages that nothing else needs. */
const hostOnly = /^(fastify|@fastify\/.+|commander)$/;

const Manifest = v.looseObject({ dependencies: v.record(v.string(), v.string()) });

interface PackedManifest extends Readonly<Record<string, unknown>> {
  readonly dependencies: Readonly<Record<string, string>>;
}

/** The manifest that is packed: what the app is and what it loads; no scripts, no tools. */
export function packedManifest(text: string): PackedManifest {
  const manifest = v.parse(v.pipe(v.string(), v.parseJson(), Manifest), text);
  const kept = ['name', 'productName', 'version', 'description', 'author', 'homepage', 'license', 'type', 'main'];
  const dependencies = Object.entries(manifest.dependencies).filter(([name]) => !hostOnly.test(name));
  return {
    ...Object.fromEntries(kept.map((key) => [key, manifest[key]])),
    private: true,
    dependencies: Object.fromEntries(dependencies),
  };
}

/**
 * Lays the app out as it is packed, from fresh builds of shell and pages and from packages of the operating system that it is
 * for, so that nothing of a developer's folder gets into it by chance.
 *
 * @returns the folder
 */
export async function stageApp(target: Target): Promise<string> {
  const app = join(workDir(target), 'app');
  await rm(workDir(target), { recursive: true, force: true });
  await mkdir(app, { recursive: true });
  await buildPages(process.execPath);
  await bundleShell(join(workDir(target), 'shell'));
  await linkTree(join(workDir(target), 'shell'), join(app, 'dist', 'electron'), (file) => !file.endsWith('.map'));
  await linkTree(join(root, 'dist', 'renderer'), join(app, 'dist', 'renderer'), (file) => !file.endsWith('.map'));
  for (const file of ['LICENSE', 'THIRD_PARTY_NOTICES.md']) {
    await cp(join(root, file), join(app, file));
  }
  const manifest = packedManifest(await readFile(join(root, 'package.json'), 'utf8'));
  await writeFile(join(app, 'package.json'), `${JSON.stringify(manifest, null, 2)}\n`);
  await stagePackages(target, app, Object.keys(manifest.dependencies));
  return app;
}

/** Only what the app needs, by hard links; packages inside a package are in the list by themselves. */
export async function stagePackages(target: Target, app: string, names: readonly string[]): Promise<void> {
  const tree = await dependencyTree(target);
  const lock = await readFile(join(root, 'package-lock.json'), 'utf8');
  for (const path of neededPackages(lock, names)) {
    const from = join(tree, path);
    // What is optional is there on the system that it is made for.
    if (existsSync(from))
      await linkTree(from, join(app, path), (file) => file !== 'node_modules/' && isShipped(target, `${path}/${file}`));
  }
}
