import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { build } from 'esbuild';
import type { BuildOptions, Plugin } from 'esbuild';

const root = join(import.meta.dirname, '..');

/** Our own code in one place; packages stay in node_modules, since some carry native code. */
const common: BuildOptions = {
  absWorkingDir: root,
  bundle: true,
  platform: 'node',
  target: 'node24',
  packages: 'external',
  sourcemap: true,
  logLevel: 'warning',
};

/** Processes that the core starts by their file name: each is an entry of its own, beside main.js. */
const workers: Readonly<Record<string, string>> = { 'decode-worker': 'core/ingest/decode-worker.ts' };

/** `join(import.meta.dirname, 'decode-worker.ts')` means decode-worker.js in what is built. */
const builtWorkers: Plugin = {
  name: 'built-workers',
  setup(build) {
    const named = new RegExp(`'(${Object.keys(workers).join('|')})\\.ts'`, 'g');
    build.onLoad({ filter: /[\\/]core[\\/].+\.ts$/ }, async ({ path }) => {
      const source = await readFile(path, 'utf8');
      return { loader: 'ts', contents: source.replace(named, "'$1.js'") };
    });
  },
};

/**
 * Builds the Electron shell: main.js and engine.js as ES modules, preload.cjs as CommonJS, because a sandboxed preload can
 * be nothing else.
 */
export async function bundleShell(outDir: string): Promise<void> {
  await Promise.all([
    build({
      ...common,
      entryPoints: { main: 'electron/main.ts', engine: 'engine/main.ts', ...workers },
      plugins: [builtWorkers],
      outdir: outDir,
      format: 'esm',
      splitting: true,
      chunkNames: 'chunk-[hash]',
    }),
    build({
      ...common,
      entryPoints: ['electron/preload.ts'],
      outfile: join(outDir, 'preload.cjs'),
      format: 'cjs',
      platform: 'browser',
      packages: 'bundle',
      external: ['electron'],
      sourcemap: false,
    }),
  ]);
}
