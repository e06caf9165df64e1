import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import type { MessagePort } from 'node:worker_threads';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runInNewContext } from 'node:vm';
import { createORPCClient } from '@orpc/client';
import { RPCLink } from '@orpc/client/message-port';
import type { ContractRouterClient } from '@orpc/contract';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import type { App, AppOptions } from '#core/app-types.ts';
import { AppError } from '#core/contract/errors.ts';
import type { uiContract } from '#core/contract/ui.ts';
import { startEngine } from '#core/engine-client.ts';
import { createFakeApp, pixel } from '#test/fakes/app.ts';
import * as double from '#test/fakes/electron.ts';
import { bundleShell } from '../../electron/bundle.ts';
import { runShell } from '../../electron/shell.ts';

vi.mock('electron', () => import('#test/fakes/electron.ts'));

const root = join(import.meta.dirname, '..', '..');
let built: string;
let dir: string;

beforeAll(async () => {
  // Inside the project, where its packages are found.
  mkdirSync(join(root, 'dist'), { recursive: true });
  built = mkdtempSync(join(root, 'dist', 'test-electron-'));
  await bundleShell(built);
});
afterAll(() => rmSync(built, { recursive: true }));

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'minarai-shell-'));
  writeFileSync(join(dir, 'index.html'), '<!doctype html><title>window</title>');
  vi.stubEnv('MINARAI_DATA', join(dir, 'data'));
});
afterEach(() => {
  double.reset();
  for (const event of ['uncaughtException', 'unhandledRejection'] as const) {
    // The shell's own; vitest's stay.
    process
      .listeners(event as 'uncaughtException')
      .slice(known[event])
      .forEach((ours) => process.off(event, ours));
  }
  vi.unstubAllEnvs();
  vi.unstubAllGlobals();
  rmSync(dir, { recursive: true, force: true });
});
const known = {
  uncaughtException: process.listenerCount('uncaughtException'),
  unhandledRejection: process.listenerCount('unhandledRejection'),
};

const start = (createApp: (options: AppOptions) => Promise<App>): Promise<void> =>
  runShell({ createApp, builtDir: built, rendererDir: dir });

/** Runs the real preload, as built, in a page, and gives the port that the page receives. */
async function loadPreload(frame: double.Frame): Promise<MessagePort> {
  const loaders: (() => void)[] = [];
  const { promise, resolve } = Promise.withResolvers<MessagePort>();
  const window = {
    addEventListener: (_event: string, listener: () => void) => loaders.push(listener),
    postMessage: (message: { type: string }, _origin: string, ports: MessagePort[]) => {
      if (message.type === 'minarai:port' && ports[0]) resolve(ports[0]);
    },
  };
  const require = (name: string): unknown => (name === 'electron' ? { ipcRenderer: frame.ipcRenderer } : undefined);
  runInNewContext(readFileSync(join(built, 'preload.cjs'), 'utf8'), { require, window });
  for (const listener of loaders) listener();
  return promise;
}

function clientOf(port: MessagePort): ContractRouterClient<typeof uiContract> {
  port.start();
  return createORPCClient(new RPCLink({ port }));
}

describe('from start to quit', () => {
  it('opens a page that reaches the core through its one port, and closes the core before it ends', async () => {
    const core = createFakeApp({ '/picture/1': { bytes: pixel, mime: 'image/png', cache: 'immutable' } });
    await start(async () => core);
    const [window] = double.seen.windows;
    await vi.waitFor(() => expect(window?.shown).toBe(true));
    expect(window?.loaded).toEqual(['app://minarai/']);

    const port = await loadPreload(window!.webContents.mainFrame);
    const calls = clientOf(port);
    expect(await calls.cameras.add({ name: 'cam', folder: '/pictures' })).toEqual({ cameraId: 1 });
    await expect(calls.cameras.add({ name: 'cam', folder: '/missing' })).rejects.toMatchObject({
      data: { code: 'folder_missing' },
    });
    expect(Buffer.from(await (await double.fetchAs('app://minarai/picture/1')).arrayBuffer())).toEqual(pixel);

    double.app.quit();
    expect([double.seen.quit, core.closed]).toEqual([false, true]);
    await vi.waitFor(() => expect(double.seen.quit).toBe(true));
  });

  it('gives a page that is loaded again a new port and closes the former', async () => {
    await start(async () => createFakeApp());
    const { webContents } = double.seen.windows[0]!;
    await vi.waitFor(() => expect(webContents.mainFrame.url).toBe('app://minarai/'));
    const first = await loadPreload(webContents.mainFrame);
    const closed = new Promise((resolve) => first.once('close', () => resolve(true)));
    // A page that is loaded again runs its preload from the start.
    const again = new double.Frame('app://minarai/', webContents);
    webContents.mainFrame = again;
    const second = await loadPreload(again);
    expect(await closed).toBe(true);
    expect(await clientOf(second).images.list({})).toEqual({ rows: [], total: 0 });
  });

  it('outlives its engine: pending calls get an error, the next call a new process', async () => {
    let engine: ReturnType<typeof startEngine> | undefined;
    const core = createFakeApp();
    await start(async ({ launchEngine }) => {
      engine = startEngine(() => launchEngine({ background: false }));
      return core;
    });
    const first = await engine!.calls.probe();
    expect(first.backend).toMatch(/^tensorflow/);
    const crashed = new Promise<AppError>((resolve) => engine!.onCrash(resolve));
    process.kill(first.pid, 'SIGKILL');
    expect(await crashed).toMatchObject({ code: 'engine_crashed' });
    const second = await engine!.calls.probe();
    expect(second.pid).not.toBe(first.pid);
    expect(double.seen.exitCode).toBeNull();
    await engine!.stop();
  });

  it('keeps the computer awake only while a job runs, and speaks the window’s language', async () => {
    await start(async () => createFakeApp());
    await vi.waitFor(() => expect(double.seen.menus).toHaveLength(1));
    expect(double.seen.menus[0]?.[0]?.label).toBe('ファイル');
    expect(double.seen.awake.size).toBe(0);
    expect(double.seen.windows[0]?.progress).toBe(-1);
  });

  it('brings its window forward when it is started again, and the second start ends itself', async () => {
    await start(async () => createFakeApp());
    double.app.emit('second-instance');
    expect(double.seen.windows[0]?.focused).toBeGreaterThan(0);

    double.reset();
    double.seen.locked = false;
    let made = false;
    await start(async () => ((made = true), createFakeApp()));
    expect([made, double.seen.quit, double.seen.windows.length]).toEqual([false, true, 0]);
  });

  it('tells in a sentence why it cannot start', async () => {
    await start(() => Promise.reject(new AppError('database_newer')));
    expect(double.seen.exitCode).toBe(1);
    expect(double.seen.errorBoxes[0]).toMatch(/^Minarai: .*[ぁ-ん]/);
    expect(double.seen.errorBoxes[0]).not.toMatch(/\bat .+:\d+/);
    expect(double.seen.windows).toEqual([]);
  });
});
