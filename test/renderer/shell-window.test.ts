import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Browser, chromium, type Page } from '@playwright/test';
import { build } from 'vite';
import { afterAll, afterEach, beforeAll, expect, it, vi } from 'vitest';
import type { AppOptions } from '#core/app-types.ts';
import { AppError } from '#core/contract/errors.ts';
import { createTranslator } from '#messages/translate.ts';
import * as double from '#test/fakes/electron.ts';
import { findChromium } from '../../native/setup/browser.mjs';
import { bundleShell } from '../../electron/bundle.ts';
import { runShell } from '../../electron/shell.ts';
import { FixtureCore } from './fixture-core.ts';
import { fixturePictures } from './fixture-pictures.ts';
import { joinToShell, PAGE_ORIGIN } from './preload-world.ts';
import { languageName } from './language-name.ts';

vi.mock('electron', () => import('#test/fakes/electron.ts'));

const root = join(import.meta.dirname, '..', '..');
let built: string;
let renderer: string;
let browser: Browser;

beforeAll(async () => {
  mkdirSync(join(root, 'dist'), { recursive: true });
  // Inside the project, where its packages are found.
  built = mkdtempSync(join(root, 'dist', 'test-shell-'));
  renderer = mkdtempSync(join(tmpdir(), 'minarai-renderer-'));
  const configFile = join(root, 'renderer', 'vite.config.ts');
  await Promise.all([
    bundleShell(built),
    build({ configFile, logLevel: 'error', build: { outDir: renderer, emptyOutDir: true } }),
  ]);
  const executablePath = findChromium();
  browser = await chromium.launch({ ...(executablePath && { executablePath }), args: ['--no-sandbox'] });
}, 120_000);
afterAll(async () => {
  await browser.close();
  rmSync(built, { recursive: true });
  rmSync(renderer, { recursive: true });
});

const known = (['uncaughtException', 'unhandledRejection', 'SIGTERM', 'SIGHUP', 'SIGINT'] as const).map(
  (event) => [event, process.rawListeners(event) as (() => void)[]] as const,
);
afterEach(() => {
  double.reset();
  for (const [event, listeners] of known) {
    process.removeAllListeners(event);
    for (const listener of listeners) process.on(event, listener);
  }
  vi.unstubAllEnvs();
});

interface Shown {
  readonly page: Page;
  readonly home: string;
  readonly opened: AppOptions[];
  readonly core: FixtureCore;
  readonly faults: string[];
}

/** Starts the shell; its window is a page of Chromium with the real preload in a world of its own. */
async function startShell({ touch = false, refuse = [] as AppError[] } = {}): Promise<Shown> {
  const home = mkdtempSync(join(tmpdir(), 'minarai-home-'));
  vi.stubEnv('MINARAI_DATA', '');
  vi.stubEnv('XDG_DATA_HOME', home);
  const core = new FixtureCore(fixturePictures(), 'empty');
  core.change({ shell: 'electron' });
  const opened: AppOptions[] = [];
  const context = await browser.newContext({
    viewport: { width: 1366, height: 768 },
    hasTouch: touch,
    reducedMotion: 'reduce',
  });
  const page = await context.newPage();
  page.setDefaultTimeout(8000);
  const faults: string[] = [];
  page.on('console', (message) => void (message.type() === 'error' && faults.push(message.text())));
  page.on('pageerror', (error) => void faults.push(error.message));
  const createApp = async (options: AppOptions) => {
    const refusal = refuse.shift();
    if (refusal) throw refusal;
    opened.push(options);
    core.change({ settings: { ...core.state.settings, locale: options.defaultLocale } });
    return {
      router: core.router,
      picture: async () => null,
      locale: () => options.defaultLocale,
      close: async () => undefined,
    };
  };
  // The double's window is joined as soon as it is made, before anything is loaded into it.
  const joined = Promise.withResolvers<void>();
  double.seen.onWindow = (window) => joinToShell(page, built, window).then(joined.resolve, joined.reject);
  await runShell({ createApp, builtDir: built, rendererDir: renderer });
  await joined.promise;
  return { page, home, opened, core, faults };
}

for (const locale of ['ja', 'en'] as const) {
  it(`${locale}: the first start by keys alone, from the language to the app that speaks it`, async () => {
    const t = createTranslator(locale);
    const { page, home, opened, faults } = await startShell();
    const press = async (name: string): Promise<void> => {
      await page.getByRole('button', { name }).focus();
      await page.keyboard.press('Enter');
    };
    await press(languageName(locale));
    await page.getByRole('heading', { name: t('first.title') }).waitFor();
    await press(t('first.next'));
    await page.getByText(join(home, 'minarai')).waitFor();
    await page.getByText(t('first.steps', { n: 2, of: 4 })).waitFor();
    const chosen = join(home, 'other disk');
    mkdirSync(chosen);
    double.seen.picked = chosen;
    await press(t('first.folder.change'));
    await page.getByText(chosen).waitFor();
    await press(t('first.folder.open'));
    // The app goes on where the first pages ended, in the same steps.
    await page.getByText(t('first.steps', { n: 3, of: 4 })).waitFor();
    await page.getByRole('heading', { name: t('first.computer') }).waitFor();
    expect(opened).toMatchObject([{ dataDir: chosen, defaultLocale: locale, shell: 'electron' }]);
    await press(t('first.next'));
    await page.getByRole('button', { name: t('first.sample') }).waitFor();
    expect(faults).toEqual([]);
  });

  it(`${locale}: by touch, a folder that cannot be taken says why, and nothing is opened`, async () => {
    const t = createTranslator(locale);
    const { page, opened } = await startShell({ touch: true });
    const tap = (name: string): Promise<void> => page.getByRole('button', { name }).tap();
    await tap(languageName(locale));
    await tap(t('first.next'));
    double.seen.picked = '/proc/sys';
    await tap(t('first.folder.change'));
    await page.getByText(t('error.data_folder_not_writable', { folder: join('/proc/sys', 'Minarai') })).waitFor();
    expect(await page.getByRole('button', { name: t('first.folder.open') }).isDisabled()).toBe(true);
    await tap(t('first.folder.usual'));
    await page.getByText(t('first.folder.ok')).waitFor();
    expect(opened).toEqual([]);
  });
}

it('the page of trouble shows under its own policy, and its first button opens the app', async () => {
  const { page, faults } = await startShell({
    refuse: [new AppError('database_locked'), new AppError('database_locked')],
  });
  const t = createTranslator('ja');
  await page.getByRole('button', { name: t('first.next') }).click();
  await page.getByRole('button', { name: t('first.folder.open') }).click();
  const again = page.getByRole('link', { name: t('trouble.again') });
  await again.waitFor();
  await page.getByText(t('error.database_locked')).waitFor();
  expect((await again.boundingBox())?.height).toBeGreaterThanOrEqual(48);
  expect(await page.evaluate(() => document.fonts.size)).toBe(0);
  double.seen.windows[0]?.webContents.emit('will-navigate', double.preventable({ url: 'app://minarai/do/again' }));
  await page.getByText(t('error.database_locked')).waitFor();
  double.seen.windows[0]?.webContents.emit('will-navigate', double.preventable({ url: 'app://minarai/do/again' }));
  await page.getByRole('heading', { name: t('first.computer') }).waitFor();
  expect(faults).toEqual([]);
});

it('the page’s own world has the port and nothing of the preload', async () => {
  const { page } = await startShell();
  await page.getByRole('button', { name: '日本語' }).waitFor();
  expect(new URL(page.url()).origin).toBe(PAGE_ORIGIN);
  const seen = await page.evaluate(() =>
    ['require', 'ipcRenderer', 'minaraiSend', 'minaraiHear', 'process', 'Buffer'].filter((name) => name in globalThis),
  );
  expect(seen).toEqual([]);
  // Another page's message is none of ours.
  await page.evaluate(() => window.postMessage({ type: 'minarai:port' }, '*'));
  await page.getByRole('button', { name: 'English' }).click();
  await page.getByRole('heading', { name: 'Welcome to Minarai' }).waitFor();
});
