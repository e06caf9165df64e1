import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runInNewContext } from 'node:vm';
import type { MessagePort } from 'node:worker_threads';
import { createORPCClient } from '@orpc/client';
import { RPCLink } from '@orpc/client/message-port';
import type { ContractRouterClient } from '@orpc/contract';
import { afterAll, afterEach, beforeAll, beforeEach, expect, vi } from 'vitest';
import type { App, AppOptions } from '#core/app-types.ts';
import type { startContract } from '#core/contract/start.ts';
import type { uiContract } from '#core/contract/ui.ts';
import { createFakeApp, type FakeApp } from '#test/fakes/app.ts';
import * as double from '#test/fakes/electron.ts';
import { bundleShell } from '../../electron/bundle.ts';
import { runShell } from '../../electron/shell.ts';

/*
 * The real shell over the double of Electron, a fresh one for each test. A test file that uses it begins with
 * vi.mock('electron', () => import('#test/fakes/electron.ts')).
 */

const root = join(import.meta.dirname, '..', '..');
/** What the shell listens to on the process itself. */
const processEvents = ['uncaughtException', 'unhandledRejection', 'SIGTERM', 'SIGHUP', 'SIGINT'] as const;

export interface ShellFixture {
  /** dist/electron, as built. */
  readonly built: string;
  /** A fresh folder. */
  readonly dir: string;
  readonly start: (createApp: (options: AppOptions) => Promise<App>) => Promise<void>;
  /** Starts with a core that lives, and waits until its window shows the app. */
  readonly startLiving: () => Promise<{ readonly core: FakeApp; readonly window: double.BrowserWindow }>;
}

/** @param named whether the data folder is named from outside; otherwise the first start asks */
export function useShell({ named = true } = {}): ShellFixture {
  let built = '';
  let dir = '';
  let known: readonly (readonly [string, readonly (() => void)[]])[] = [];

  beforeAll(async () => {
    // Inside the project, where its packages are found.
    mkdirSync(join(root, 'dist'), { recursive: true });
    built = mkdtempSync(join(root, 'dist', 'test-electron-'));
    await bundleShell(built);
  });
  afterAll(() => rmSync(built, { recursive: true }));

  beforeEach(() => {
    known = processEvents.map((event) => [event, process.rawListeners(event) as (() => void)[]]);
    dir = mkdtempSync(join(tmpdir(), 'minarai-shell-'));
    for (const name of ['index.html', 'start.html'])
      writeFileSync(join(dir, name), `<!doctype html><title>${name}</title>`);
    vi.stubEnv('MINARAI_DATA', named ? join(dir, 'data') : '');
    vi.stubEnv('XDG_DATA_HOME', join(dir, 'home'));
  });
  afterEach(() => {
    double.reset();
    for (const [event, listeners] of known) {
      process.removeAllListeners(event);
      for (const listener of listeners) process.on(event, listener);
    }
    vi.unstubAllEnvs();
    vi.useRealTimers();
    rmSync(dir, { recursive: true, force: true });
  });

  const start: ShellFixture['start'] = (createApp) => runShell({ createApp, builtDir: built, rendererDir: dir });
  return {
    get built() {
      return built;
    },
    get dir() {
      return dir;
    },
    start,
    startLiving: async () => {
      const core = createFakeApp({}, { lives: true });
      await start(async () => core);
      await vi.waitFor(() => expect(double.seen.trays).toHaveLength(1));
      return { core, window: theWindow() };
    },
  };
}

export function theWindow(): double.BrowserWindow {
  const [window] = double.seen.windows;
  if (!window) throw new Error('there is no window');
  return window;
}

/** Runs the real preload, as built, in a page, and gives the port that the page receives. */
export async function loadPreload(built: string, frame: double.Frame): Promise<MessagePort> {
  const loaders: (() => void)[] = [];
  const { promise, resolve } = Promise.withResolvers<MessagePort>();
  const window = {
    addEventListener: (_event: string, listener: () => void) => loaders.push(listener),
    postMessage: (message: { type: string }, _origin: string, ports: MessagePort[]) => {
      if (message.type === 'minarai:port' && ports.length === 1 && ports[0]) resolve(ports[0]);
    },
  };
  const require = (name: string): unknown => (name === 'electron' ? { ipcRenderer: frame.ipcRenderer } : undefined);
  runInNewContext(readFileSync(join(built, 'preload.cjs'), 'utf8'), { require, window });
  for (const listener of loaders) listener();
  return promise;
}

export function callsOver(port: MessagePort): ContractRouterClient<typeof uiContract> {
  port.start();
  return createORPCClient(new RPCLink({ port }));
}

export function startCallsOver(port: MessagePort): ContractRouterClient<typeof startContract> {
  port.start();
  return createORPCClient(new RPCLink({ port }));
}

/** What the page of trouble says, as the window got it. */
export async function troubleText(): Promise<string> {
  return (await double.fetchAs('app://minarai/trouble')).text();
}

/** The person presses one of the page's links. @returns whether the page stayed where it was */
export function pressLink(action: string): boolean {
  const navigation = double.preventable({ url: `app://minarai/do/${action}` });
  theWindow().webContents.emit('will-navigate', navigation);
  return navigation.defaultPrevented;
}
