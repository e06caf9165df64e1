import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Browser, chromium, type Page } from '@playwright/test';
import { build, type Plugin } from 'vite';
import type { Locale } from '#core/contract/views.ts';
import { findChromium } from '../../native/setup/browser.mjs';
import { type FixtureServer, startFixtureServer } from './fixture-server.ts';
import type { FixturePictures } from './fixture-pictures.ts';
import type { FixtureStage } from './fixture-core.ts';

interface WindowOptions {
  readonly locale?: Locale;
  /** A window that is touched (`locator.tap()`), without a mouse. */
  readonly touch?: boolean;
  /** In CSS pixels; 1366 × 768 unless told. */
  readonly viewport?: { readonly width: number; readonly height: number };
  readonly pictures?: FixturePictures;
}

/** A browser over the renderer as it is shipped: built, served under the host's content policy, with a fixture for a core. */
export interface Workbench {
  /** A fresh core and window at `page`. `faults` collects everything that the window complains of. */
  readonly open: (
    page: string,
    stage?: FixtureStage,
    options?: WindowOptions,
  ) => Promise<{ readonly page: Page; readonly server: FixtureServer; readonly faults: string[] }>;
  readonly root: string;
  readonly close: () => Promise<void>;
}

const clone = join(import.meta.dirname, '../..');

/** A build of its own with what a test changes in it. */
async function buildWith(plugins: Plugin[]): Promise<string> {
  const root = await mkdtemp(join(tmpdir(), 'minarai-renderer-'));
  await build({
    configFile: join(clone, 'renderer/vite.config.ts'),
    logLevel: 'error',
    plugins,
    build: { outDir: root, emptyOutDir: true },
  });
  return root;
}

/** @param plugins what a test changes in the build; without any the window is the one that was built before all tests */
export async function openWorkbench(plugins: Plugin[] = []): Promise<Workbench> {
  const own = plugins.length > 0 ? await buildWith(plugins) : null;
  const root = own ?? join(clone, 'dist/renderer');
  const executablePath = findChromium();
  const browser: Browser = await chromium.launch({ ...(executablePath && { executablePath }), args: ['--no-sandbox'] });
  const servers: FixtureServer[] = [];
  return {
    root,
    open: async (
      name,
      stage = 'full',
      { locale = 'ja', touch = false, viewport = { width: 1366, height: 768 }, pictures } = {},
    ) => {
      const server = await startFixtureServer({ root, stage, ...(pictures && { pictures }) });
      servers.push(server);
      server.core.change({ settings: { ...server.core.state.settings, locale } });
      // A context of its own, so that further windows of the same browser can be opened.
      const context = await browser.newContext({ viewport, reducedMotion: 'reduce', hasTouch: touch });
      const page = await context.newPage();
      page.setDefaultTimeout(8000);
      const faults: string[] = [];
      page.on('console', (message) => void (message.type() === 'error' && faults.push(message.text())));
      page.on('pageerror', (error) => void faults.push(error.message));
      await page.goto(`${server.url}/#/${name}`);
      await page.locator('h1').waitFor();
      return { page, server, faults };
    },
    close: async () => {
      await browser.close();
      await Promise.all(servers.map((server) => server.close()));
      if (own) await rm(own, { recursive: true, force: true });
    },
  };
}

/** What the window asked the core to do, by path, without the looking. */
export function inputsOf(server: FixtureServer, path: string): unknown[] {
  return server.core.calls.filter((call) => call.path === path).map((call) => call.input);
}
