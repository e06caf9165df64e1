import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig } from 'vitest/config';

/**
 * Tests run in forked processes, as the app's parts do: TensorFlow, SQLite and the decoders are native code. A test that
 * hangs inside native code blocks its own timers; native/test.mjs ends the whole run then.
 */
export default defineConfig({
  test: {
    pool: 'forks',
    maxWorkers: 2,
    testTimeout: 30_000,
    hookTimeout: 60_000,
    teardownTimeout: 10_000,
    // The default second is short for a page of 300 pictures while another test file trains on the other core.
    expect: { poll: { timeout: 10_000 } },
    // The same numbers on every machine: no graphics card is looked for but where a test says so.
    env: { TF_CPP_MIN_LOG_LEVEL: '2', MINARAI_BACKEND: 'tensorflow', CUDA_VISIBLE_DEVICES: '-1' },
    projects: [
      {
        extends: true,
        test: {
          name: 'node',
          include: ['test/**/*.test.ts'],
          exclude: ['test/e2e/**', 'test/renderer/**'],
          environment: 'node',
        },
      },
      {
        extends: true,
        // Runes work outside components only as Svelte compiles them for a browser.
        plugins: [svelte()],
        resolve: { conditions: ['browser'] },
        test: {
          name: 'renderer',
          include: ['test/renderer/**/*.test.ts'],
          environment: 'node',
          globalSetup: 'test/renderer/built-pages.ts',
        },
      },
    ],
  },
});
