import { describe, expect, it, vi } from 'vitest';
import { AppError } from '#core/contract/errors.ts';
import { createFakeApp } from '#test/fakes/app.ts';
import * as double from '#test/fakes/electron.ts';
import { troubleActions, troublePage } from '../../electron/trouble-page.ts';
import { pressLink, theWindow, troubleText, useShell } from './shell-fixture.ts';

vi.mock('electron', () => import('#test/fakes/electron.ts'));
const shell = useShell();
const shows = async (page: string): Promise<void> =>
  vi.waitFor(() => expect(theWindow().webContents.getURL()).toBe(`app://minarai/${page}`));

describe('why the app cannot be shown, on a page', () => {
  it('the database cannot be opened: a sentence without a stack, and a way on that works', async () => {
    let tries = 0;
    await shell.start(async () => {
      if (tries++ === 0) throw new AppError('database_newer');
      return createFakeApp();
    });
    await shows('trouble');
    const text = await troubleText();
    expect(text).toMatch(/<html lang="ja">/);
    expect(text).toContain('保存済みの画像・ラベル・判定は、そのまま残っています');
    expect(text).not.toMatch(/\bat .+:\d+|database_newer/);
    expect(double.seen.exitCode).toBeNull();

    expect(pressLink('log')).toBe(true);
    expect(double.seen.shownFiles[0]).toMatch(/minarai\.ndjson$/);
    expect(pressLink('again')).toBe(true);
    await shows('');
  });

  it('leads to another data folder, and out', async () => {
    await shell.start(() => Promise.reject(new AppError('database_on_network', { folder: '//nas/x' })));
    await shows('trouble');
    pressLink('folder');
    await shows('start.html');
    double.app.quit();
    await vi.waitFor(() => expect(double.seen.quit).toBe(true));
  });

  it('the core crashes: what it says is escaped, and the app starts anew', async () => {
    const { core } = await shell.startLiving();
    process.emit('uncaughtException', new Error('<img src=x>'));
    await shows('trouble');
    const text = await troubleText();
    expect(text).toContain('&lt;img src=x&gt;');
    expect(text).not.toContain('<img');
    // More of it changes nothing on the screen.
    process.emit('uncaughtException', new Error('again'));
    expect(await troubleText()).toContain('&lt;img');
    pressLink('again');
    await vi.waitFor(() => expect(double.seen.exitCode).toBe(0));
    expect([core.closed, double.seen.relaunched]).toEqual([true, [{}]]);
  });

  it('a packed single file starts itself anew, not what it was unpacked to', async () => {
    vi.stubEnv('APPIMAGE', '/apps/Minarai.AppImage');
    await shell.startLiving();
    process.emit('uncaughtException', new Error('x'));
    await shows('trouble');
    pressLink('again');
    await vi.waitFor(() => expect(double.seen.relaunched).toEqual([{ execPath: '/apps/Minarai.AppImage' }]));
  });

  it('the preload does not run: the page needs neither it nor a port', async () => {
    await shell.startLiving();
    theWindow().webContents.emit('preload-error', {}, '/preload.cjs', new Error('no such module'));
    await shows('trouble');
    expect(await troubleText()).toContain('no such module');
    const asked = double.ipcMain.emit('minarai:connect', {
      sender: theWindow().webContents,
      senderFrame: theWindow().webContents.mainFrame,
    });
    expect(asked).toBe(true);
    pressLink('again');
    await shows('');
  });

  it('a page whose process is gone is loaded once more; when it goes again, the page says so', async () => {
    const { window } = await shell.startLiving();
    const loads = window.loaded.length;
    const gone = (reason: string): boolean =>
      window.webContents.emit('render-process-gone', {}, { reason, exitCode: 5 });
    gone('clean-exit');
    expect(window.loaded).toHaveLength(loads);
    gone('crashed');
    expect(window.loaded.slice(loads)).toEqual(['app://minarai/']);
    await shows('');
    gone('oom');
    await shows('trouble');
    expect(window.loaded).toHaveLength(loads + 2);
    expect(await troubleText()).toContain('oom');
  });

  it('a page that lived for long is loaded again each time', async () => {
    const { window } = await shell.startLiving();
    let now = 1e6;
    vi.spyOn(performance, 'now').mockImplementation(() => now);
    for (let n = 0; n < 3; n++) {
      window.webContents.emit('render-process-gone', {}, { reason: 'crashed', exitCode: 5 });
      now += 61_000;
    }
    vi.restoreAllMocks();
    expect(window.loaded.filter((url) => url === 'app://minarai/')).toHaveLength(4);
    expect(window.loaded).not.toContain('app://minarai/trouble');
  });

  it('is there in both languages for every way on, without a script', () => {
    for (const locale of ['ja', 'en'] as const) {
      const page = troublePage(
        { code: 'core_crashed', params: { detail: 'x' }, actions: troubleActions, logFile: '/data/logs' },
        locale,
      );
      expect(page.match(/href="\/do\//g)).toHaveLength(4);
      expect(page).not.toMatch(/<script|style=|onclick/);
      expect(page.includes('もう一度試す')).toBe(locale === 'ja');
    }
  });

  it('its links do nothing on any other page', async () => {
    await shell.startLiving();
    expect(pressLink('log')).toBe(true);
    expect(double.seen.shownFiles).toEqual([]);
    expect((await double.fetchAs('app://minarai/trouble')).status).toBe(404);
  });
});
