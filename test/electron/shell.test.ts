import { describe, expect, it, vi } from 'vitest';
import type { AppError } from '#core/contract/errors.ts';
import { startEngine } from '#core/engine-client.ts';
import { createFakeApp, pixel } from '#test/fakes/app.ts';
import * as double from '#test/fakes/electron.ts';
import { job } from './job-view.ts';
import { callsOver, loadPreload, theWindow, useShell } from './shell-fixture.ts';

vi.mock('electron', () => import('#test/fakes/electron.ts'));

const shell = useShell();

describe('from start to quit', () => {
  it('opens a page that reaches the core through its one port, and closes the core before it ends', async () => {
    const core = createFakeApp({ '/picture/1': { bytes: pixel, mime: 'image/png', cache: 'immutable' } });
    await shell.start(async () => core);
    const window = theWindow();
    await vi.waitFor(() => expect(window.shown).toBe(true));
    expect(window.loaded).toEqual(['app://minarai/']);

    const calls = callsOver(await loadPreload(shell.built, window.webContents.mainFrame));
    expect(await calls.cameras.add({ name: 'cam', folder: '/pictures' })).toEqual({ cameraId: 1 });
    await expect(calls.cameras.add({ name: 'cam', folder: '/missing' })).rejects.toMatchObject({
      data: { code: 'folder_missing' },
    });
    expect(Buffer.from(await (await double.fetchAs('app://minarai/picture/1')).arrayBuffer())).toEqual(pixel);

    double.app.quit();
    expect([double.seen.quit, core.closed]).toEqual([false, true]);
    await vi.waitFor(() => expect(double.seen.quit).toBe(true));
    expect([double.seen.flushed, window.destroyed]).toEqual([1, true]);
  });

  it('gives a page that is loaded again a new port and closes the former', async () => {
    await shell.start(async () => createFakeApp());
    const { webContents } = theWindow();
    const first = await loadPreload(shell.built, webContents.mainFrame);
    const closed = new Promise((resolve) => first.once('close', () => resolve(true)));
    // A page that is loaded again runs its preload from the start.
    const again = new double.Frame('app://minarai/', webContents);
    webContents.mainFrame = again;
    const second = await loadPreload(shell.built, again);
    expect(await closed).toBe(true);
    expect(await callsOver(second).images.list({})).toEqual({ rows: [], total: 0 });
  });

  it('outlives its engine: pending calls get an error, the next call a new process', async () => {
    let engine: ReturnType<typeof startEngine> | undefined;
    const core = createFakeApp();
    await shell.start(async ({ launchEngine }) => {
      engine = startEngine(() => launchEngine({ background: false }));
      return core;
    });
    const first = await engine!.calls.probe();
    expect(first.backend).toMatch(/^tensorflow/);
    const crashed = new Promise<AppError>((resolve) => engine!.onCrash(resolve));
    process.kill(first.pid, 'SIGKILL');
    expect(await crashed).toMatchObject({ code: 'engine_crashed', params: { reason: 'killed' } });
    const second = await engine!.calls.probe();
    expect(second.pid).not.toBe(first.pid);
    expect(double.seen.exitCode).toBeNull();
    await engine!.stop();
  });

  it('keeps the computer awake while a training runs, and only then', async () => {
    const { core } = await shell.startLiving();
    const awake = (): number => double.seen.awake.size;
    expect(awake()).toBe(0);
    for (const [jobs, expected] of [
      [[job('score', 'running')], 0],
      [[job('pretrain', 'running')], 1],
      [[job('pretrain', 'running'), job('score', 'running', 2)], 1],
      [[job('pretrain', 'paused')], 0],
      [[job('teach', 'running')], 1],
      [[job('teach', 'done')], 0],
    ] as const) {
      core.show({ jobs: [...jobs] });
      await vi.waitFor(() =>
        expect([jobs[0].kind, jobs[0].state, awake()]).toEqual([jobs[0].kind, jobs[0].state, expected]),
      );
    }
  });

  it('shows on the task bar how far the job is', async () => {
    const { core, window } = await shell.startLiving();
    expect(window.progress).toBe(-1);
    core.show({ jobs: [job('pretrain', 'running')] });
    await vi.waitFor(() => expect(window.progress).toBe(0.25));
  });

  it('speaks the window’s language in its menu, and follows when it changes', async () => {
    const { core, window } = await shell.startLiving();
    const labels = (): (string | undefined)[] | undefined => double.seen.menus.at(-1)?.map(({ label }) => label);
    expect(labels()).toEqual(['ファイル', '編集', '移動', '表示', 'ヘルプ']);
    core.show({ settings: { locale: 'en', autoScore: true, autoTeach: false } });
    await vi.waitFor(() => expect(labels()).toEqual(['File', 'Edit', 'Go', 'View', 'Help']));
    const go = double.seen.menus.at(-1)?.[2]?.submenu as { label: string; accelerator: string; click: () => void }[];
    expect(go.map(({ label, accelerator }) => `${label} ${accelerator}`).slice(0, 2)).toEqual([
      'Today CmdOrCtrl+1',
      'Cameras CmdOrCtrl+2',
    ]);
    go[4]?.click();
    expect(window.loaded.at(-1)).toBe('app://minarai/#/review');
  });

  it('asks for a camera’s folder with the system’s dialog, and takes no for an answer', async () => {
    let pick: (() => Promise<string | null>) | undefined;
    await shell.start(async ({ pickFolder }) => {
      pick = pickFolder;
      return createFakeApp();
    });
    expect(await pick?.()).toBeNull();
    double.seen.picked = '/pictures';
    expect(await pick?.()).toBe('/pictures');
    expect(double.seen.pickers[0]).toMatchObject({
      title: expect.stringMatching(/フォルダ/),
      properties: ['openDirectory', 'createDirectory'],
    });
  });

  it('asks for a model’s file with the system’s dialog, by its ending', async () => {
    let pick: ((what: 'model') => Promise<string | null>) | undefined;
    await shell.start(async ({ pickFile }) => {
      pick = pickFile;
      return createFakeApp();
    });
    expect(await pick?.('model')).toBeNull();
    double.seen.picked = '/usb/line5.minarai-model';
    expect(await pick?.('model')).toBe('/usb/line5.minarai-model');
    expect(double.seen.pickers.at(-1)).toMatchObject({
      filters: [{ extensions: ['minarai-model'] }],
      properties: ['openFile'],
    });
  });

  it('keeps crash dumps in the data folder and sends them nowhere', async () => {
    await shell.startLiving();
    expect(double.seen.crashReporter).toEqual({ uploadToServer: false, ignoreSystemCrashHandler: true });
    expect(double.seen.paths['crashDumps']).toBe(`${shell.dir}/data/crashes`);
  });
});

describe('a second start', () => {
  it('ends itself without opening anything, and hands over what it was started with', async () => {
    double.seen.locked = false;
    let made = false;
    await shell.start(async () => ((made = true), createFakeApp()));
    expect([made, double.seen.quit, double.seen.windows.length]).toEqual([false, true, 0]);
    expect(double.app.handed).toEqual({ args: process.argv.slice(1), workingDir: process.cwd() });
  });
});
