import { readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { createFakeApp } from '#test/fakes/app.ts';
import * as double from '#test/fakes/electron.ts';
import { troublePage } from '../../electron/trouble-page.ts';
import { asksForPort, checklist, type ShellFacts } from './checklist.ts';
import { theWindow, useShell } from './shell-fixture.ts';

vi.mock('electron', () => import('#test/fakes/electron.ts'));

const shell = useShell();
const root = join(import.meta.dirname, '..', '..');
const read = (file: string): string => readFileSync(join(root, file), 'utf8');
const core = createFakeApp(
  { '/picture/2': { bytes: Buffer.from('<svg onload="alert(1)"/>'), mime: 'image/svg+xml', cache: 'none' } },
  { lives: true },
);

/** What electron-builder.yml says of the fuses, read by what electron-builder itself reads it with. */
function fuses(): Record<string, unknown> {
  const require = createRequire(createRequire(import.meta.url).resolve('app-builder-lib'));
  const yaml = require('js-yaml') as { load(text: string): unknown };
  return (yaml.load(read('electron-builder.yml')) as { electronFuses: Record<string, unknown> }).electronFuses;
}

const sources = readdirSync(join(root, 'electron'))
  .filter((name) => name.endsWith('.ts'))
  .map((name) => read(`electron/${name}`))
  .join('\n');

function permits(permission: string): boolean[] {
  const { request, check, device } = double.seen.permission;
  const answers: boolean[] = [];
  request?.({} as never, permission as 'media', (granted) => answers.push(granted), {} as never);
  answers.push(check?.({} as never, permission as 'media', '', {} as never) ?? true);
  answers.push(device?.({} as never) ?? true);
  return answers;
}

async function gather(): Promise<ShellFacts> {
  const window = theWindow();
  const { webContents } = window;
  const headersOf = async (url: string) => [url, (await double.fetchAs(url)).headers] as const;
  const pages = ['app://minarai/', 'app://minarai/start.html', 'app://minarai/trouble'];
  const trouble = { code: 'core_crashed', params: { detail: '' }, actions: ['again'], logFile: '' } as const;
  return {
    loaded: [...window.loaded],
    requests: double.fetchAs,
    preferences: { ...window.options.webPreferences },
    permits,
    headers: new Map(await Promise.all(pages.map(headersOf))),
    html: [read('renderer/index.html'), read('renderer/start.html'), troublePage(trouble, 'ja')].join('\n'),
    attachRefused: () => {
      const attach = double.preventable();
      webContents.emit('will-attach-webview', attach);
      return attach.defaultPrevented;
    },
    stays: (event, url) => {
      const navigation = double.preventable({ url });
      webContents.emit(event, navigation);
      return navigation.defaultPrevented;
    },
    opens: (url) => webContents.openHandler?.({ url }).action,
    source: sources,
    electronVersion: {
      pinned: (JSON.parse(read('package.json')) as { devDependencies: { electron: string } }).devDependencies.electron,
      installed: (JSON.parse(read('node_modules/electron/package.json')) as { version: string }).version,
    },
    portsGiven: asksForPort,
    schemes: double.seen.schemes,
    fuses: fuses(),
    preload: readFileSync(join(shell.built, 'preload.cjs'), 'utf8'),
  };
}

let facts: ShellFacts;
beforeEach(async () => {
  await shell.start(async () => core);
  await vi.waitFor(() => expect(theWindow().shown).toBe(true));
  // So that the page of trouble is there to be looked at, while the window shows the app.
  process.emit('uncaughtException', new Error('x'));
  await vi.waitFor(() => expect(theWindow().webContents.getURL()).toBe('app://minarai/trouble'));
  await theWindow().loadURL('app://minarai/');
  facts = await gather();
});

describe('Electron’s security checklist', () => {
  it('is whole and in the order of the documentation', () => {
    expect(checklist.map(({ number }) => number)).toEqual(Array.from({ length: 20 }, (_, index) => index + 1));
  });

  it.each(checklist)('$number $title', async ({ faults, breaks }) => {
    expect(await faults(facts)).toEqual([]);
    // The row would see it, were the item neglected.
    expect(await faults(breaks(facts))).not.toEqual([]);
  });
});

describe('what is served', () => {
  it('is nothing as a path, only for GET, and SVG is inert', async () => {
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

  it('has one handler a scheme', () => {
    expect(() => double.protocol.handle('app', () => new Response())).toThrow('already handled');
  });

  it('an export that asks for a window is a download', () => {
    facts.opens('app://minarai/export/report.html');
    expect(theWindow().webContents.downloads).toEqual(['app://minarai/export/report.html']);
  });

  it('no spelling dictionary comes from elsewhere', () => {
    expect(double.seen.spellChecker).toBe(false);
  });
});

describe('the double', () => {
  it('has every part of Electron that the shell imports', () => {
    const imported = [...sources.matchAll(/^import \{ ([^}]+) \} from 'electron';$/gm)].flatMap(([, names]) =>
      (names ?? '').split(', '),
    );
    expect(imported.length).toBeGreaterThan(10);
    // The preload's own, which each frame of the double has.
    expect([...new Set(imported)].filter((name) => name !== 'ipcRenderer' && !double.doubled.has(name))).toEqual([]);
  });

  it('refuses a second handler of a channel, as Electron does', () => {
    double.ipcMain.handle('x');
    expect(() => double.ipcMain.handle('x')).toThrow('second handler');
  });

  it('no type of the shell’s boundary is any', () => {
    expect(sources).not.toMatch(/\bany\b(?=[\s>;,)\]])(?!\s(?:free|way|other|process|page|of|time|kind|part))/);
  });
});
