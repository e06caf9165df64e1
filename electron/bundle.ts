import { join } from 'node:path';
import { build } from 'esbuild';
import type { BuildOptions } from 'esbuild';

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

/**
 * Builds the Electron shell: main.js and the processes it launches, engine.js and decode-worker.js, as ES modules; preload.cjs
 * as CommonJS, because a sandboxed preload can be nothing else; tile-worker.mjs in one piece, because it is packed outside the
 * archive, where it finds neither the other pieces nor a package.json that says what it is.
 */
export async function bundleShell(outDir: string): Promise<void> {
  await Promise.all([
    build({
      ...common,
      entryPoints: {
        main: 'electron/main.ts',
        engine: 'engine/main.ts',
        'decode-worker': 'core/ingest/decode-worker.ts',
      },
      outdir: outDir,
      format: 'esm',
      splitting: true,
      chunkNames: 'chunk-[hash]',
    }),
    build({
      ...common,
      entryPoints: ['engine/tile-worker.ts'],
      outfile: join(outDir, 'tile-worker.mjs'),
      format: 'esm',
      sourcemap: false,
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
