import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { createFakeApp } from '#test/fakes/app.ts';
import * as double from '#test/fakes/electron.ts';
import { runShell } from '../../electron/shell.ts';

vi.mock('electron', () => import('#test/fakes/electron.ts'));

/* Electron's security checklist (electronjs.org/docs/latest/tutorial/security), item by item, on the running shell. */

const core = createFakeApp({
  '/picture/2': { bytes: Buffer.from('<svg onload="alert(1)"/>'), mime: 'image/svg+xml', cache: 'none' },
});
let dir: string;

beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), 'minarai-security-'));
  writeFileSync(join(dir, 'index.html'), '<!doctype html>');
  vi.stubEnv('MINARAI_DATA', join(dir, 'data'));
  await runShell({ createApp: async () => core, builtDir: dir, rendererDir: dir });
  await vi.waitFor(() => expect(double.seen.windows[0]?.shown).toBe(true));
});
afterAll(() => {
  vi.unstubAllEnvs();
  rmSync(dir, { recursive: true, force: true });
});

const window = (): double.BrowserWindow => double.seen.windows[0]!;
const preferences = (): Record<string, unknown> => ({ ...window().options.webPreferences });

/** Whether the page is kept from going there. */
function stays(event: string, url: string): boolean {
  const navigation = double.preventable({ url });
  window().webContents.emit(event, navigation);
  return navigation.defaultPrevented;
}

describe('Electron’s security checklist', () => {
  it.each([
    ['2 no Node in the page', 'nodeIntegration', false],
    ['2 no Node in workers', 'nodeIntegrationInWorker', false],
    ['2 no Node in frames', 'nodeIntegrationInSubFrames', false],
    ['3 the preload’s own world', 'contextIsolation', true],
    ['4 sandbox', 'sandbox', true],
    ['6 web security', 'webSecurity', true],
    ['8 no insecure content', 'allowRunningInsecureContent', false],
    ['9 no experiments', 'experimentalFeatures', false],
    ['11 no webview', 'webviewTag', false],
    ['13 dropping a file goes nowhere', 'navigateOnDragDrop', false],
  ])('%s', (_item, option, value) => {
    expect(preferences()[option]).toBe(value);
  });

  it('1 loads only its own files, and no request leaves the computer', async () => {
    expect(window().loaded).toEqual(['app://minarai/']);
    for (const url of ['http://127.0.0.1/', 'https://example.com/x.js', 'ws://127.0.0.1:1/', 'file:///etc/passwd']) {
      await expect(double.fetchAs(url)).rejects.toThrow('ERR_BLOCKED_BY_CLIENT');
    }
    expect(double.seen.spellChecker).toBe(false);
  });

  it('5 answers every permission with no, asked or checked', () => {
    const { request, check, device } = double.seen.permission;
    const answers: boolean[] = [];
    for (const permission of [
      'media',
      'geolocation',
      'notifications',
      'clipboard-read',
      'usb',
      'openExternal',
    ] as const) {
      request?.({} as never, permission, (granted) => answers.push(granted), {} as never);
      answers.push(check?.({} as never, permission, '', {} as never) ?? true);
    }
    answers.push(device?.({} as never) ?? true);
    expect(answers).toEqual(Array.from({ length: 13 }, () => false));
  });

  it('7 sends a policy without inline code with the page', async () => {
    const { headers } = await double.fetchAs('app://minarai/');
    const policy = headers.get('content-security-policy') ?? '';
    expect(policy).toContain("default-src 'none'");
    expect(policy).toContain("script-src 'self'");
    expect(policy).not.toMatch(/unsafe|\*|https?:/);
    expect(headers.get('x-content-type-options')).toBe('nosniff');
  });

  it('12 refuses a webview even if a page made one', () => {
    const attach = double.preventable();
    window().webContents.emit('will-attach-webview', attach);
    expect(attach.defaultPrevented).toBe(true);
  });

  it('13 stays on its page; only exports are fetched', () => {
    const away = [
      'https://example.com/',
      'http://127.0.0.1:8080/',
      'file:///etc/passwd',
      'app://evil/',
      'app://minarai@evil/',
      'app://user@minarai/',
      'app://minarai/picture/1',
      'javascript:alert(1)',
      'data:text/html,x',
      'not an address',
    ];
    for (const event of ['will-navigate', 'will-redirect', 'will-frame-navigate']) {
      for (const url of away) expect([url, stays(event, url)]).toEqual([url, true]);
      for (const url of ['app://minarai/', 'app://minarai/#/learn', 'app://minarai/export/report.html']) {
        expect([url, stays(event, url)]).toEqual([url, false]);
      }
    }
  });

  it('14 opens no window; a link to an export is a download', () => {
    const { openHandler, downloads } = window().webContents;
    for (const url of ['app://minarai/', 'https://example.com/export/x', 'app://minarai/export/report.html']) {
      expect(openHandler?.({ url })).toEqual({ action: 'deny' });
    }
    expect(downloads).toEqual(['app://minarai/export/report.html']);
  });

  it('17 gives its port to the main frame of its own page only', () => {
    const { webContents } = window();
    const given: string[] = [];
    const visit = (frame: double.Frame, senderFrame: double.Frame | null = frame): void => {
      frame.ipcRenderer.removeAllListeners().once('minarai:port', () => given.push(frame.url));
      double.ipcMain.emit('minarai:connect', { sender: webContents, senderFrame });
    };
    const own = webContents.mainFrame;
    for (const url of ['https://example.com/', 'app://evil/', 'app://minarai/picture/2']) {
      webContents.mainFrame = new double.Frame(url, webContents);
      visit(webContents.mainFrame);
    }
    webContents.mainFrame = own;
    visit(new double.Frame('app://minarai/', webContents));
    visit(own, null);
    expect(given).toEqual([]);
    visit(own);
    expect(given).toEqual(['app://minarai/']);
  });

  it('serves nothing as a path, answers GET only, and keeps SVG inert', async () => {
    for (const path of [
      '../secret',
      '..%2f..%2fetc/passwd',
      'index.html%00',
      '/etc/passwd',
      'data/logs',
      'picture/../x',
    ]) {
      expect((await double.fetchAs(`app://minarai/${path}`)).status).toBe(404);
    }
    expect((await double.fetchAs('app://evil/')).status).toBe(404);
    expect((await double.fetchAs('app://minarai/', 'POST')).status).toBe(404);
    const svg = await double.fetchAs('app://minarai/picture/2');
    expect(svg.headers.get('content-disposition')).toMatch(/^attachment/);
    expect(svg.headers.get('content-security-policy')).toContain('sandbox');
  });

  it('registers its scheme once, with an origin of its own and no right to bypass the policy', () => {
    expect(double.seen.schemes).toEqual([
      { scheme: 'app', privileges: { standard: true, secure: true, supportFetchAPI: true } },
    ]);
    expect(() => double.protocol.handle('app', () => new Response())).toThrow('already handled');
  });
});
