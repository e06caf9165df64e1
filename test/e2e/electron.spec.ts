import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { _electron, expect, test } from '@playwright/test';
import { createTranslator } from '#messages/translate.ts';
import { bundleShell } from '../../electron/bundle.ts';
import { findElectron, hasDisplay } from '../../native/setup/electron.mjs';

/*
 * The app in the real Electron, where its binary was installed (node node_modules/electron/install.js) and there is a display:
 * what the double cannot say. Elsewhere it is reported as skipped.
 */
const root = join(import.meta.dirname, '..', '..');
const executablePath = findElectron();
const t = createTranslator('ja');

test.skip(executablePath === undefined, 'Electron’s binary is not installed');
test.skip(!hasDisplay(), 'there is no display');

test('opens its window, speaks to its core and closes it', async () => {
  const dir = mkdtempSync(join(tmpdir(), 'minarai-electron-'));
  try {
    await bundleShell(join(root, 'dist', 'electron'));
    const app = await _electron.launch({
      ...(executablePath === undefined ? {} : { executablePath }),
      args: [root, '--lang=ja', ...(process.getuid?.() === 0 ? ['--no-sandbox'] : [])],
      env: { ...(process.env as Record<string, string>), MINARAI_DATA: dir },
    });
    const page = await app.firstWindow();
    await expect(page.getByRole('heading', { name: t('first.title') })).toBeVisible();
    expect(new URL(page.url()).protocol).toBe('app:');
    // Nothing of Node or Electron is in the page's world.
    expect(await page.evaluate(() => ['require', 'process', 'module'].filter((name) => name in globalThis))).toEqual(
      [],
    );
    await page.getByRole('button', { name: t('first.next') }).click();
    await expect(page.getByText(t('first.computer.looking'))).toBeHidden({ timeout: 120_000 });
    const windows = await app.evaluate(({ BrowserWindow }) =>
      BrowserWindow.getAllWindows().map((window) => window.webContents.getType()),
    );
    expect(windows).toEqual(['window']);
    const closed = app.waitForEvent('close');
    await app.evaluate(({ app: electron }) => electron.quit());
    await closed;
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
});
